"""The reform's arithmetic: 73 + 96 = 169 items became 105, and no fact an agency needs is lost."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from services.declaration import dictionary
from services.declaration.dictionary import Malformed, legacy
from services.declaration.domain.dictionary import Item, Origin
from services.declaration.domain.legacy import Because, Change, Fate, LegacyItem, Source
from shared.reference import codes

REFORM = dictionary.at(dictionary.REFORM)
MERGED = {item.id: item for item in REFORM.merged}
FORMS = legacy.forms()
FORM_OF = {"customs": FORMS.customs, "inspection": FORMS.inspection}
AGENCY_OF = {"customs": "customs", "inspection": "quarantine"}
EVERY = [(form, entry) for form, entries in FORM_OF.items() for entry in entries]
ARGUMENTS = [pytest.param(form, entry, id=f"{form}-{entry.id}") for form, entry in EVERY]


def test_169_items_became_105() -> None:
    shared = sum(item.origin is Origin.SHARED for item in REFORM.merged)
    assert (len(FORMS.customs), len(FORMS.inspection), len(REFORM.merged)) == (73, 96, 105)
    assert shared + FORMS.dropped == 64
    assert 73 + 96 - shared - FORMS.dropped == 105


def test_the_merged_items_are_numbered_from_1_to_105() -> None:
    assert [item.number for item in REFORM.merged] == list(range(1, 106))


def test_items_added_later_have_numbers_of_their_own() -> None:
    items, _ = dictionary.read(dictionary.written())
    numbers: dict[int | None, set[str]] = {}
    for item in items:
        numbers.setdefault(item.number, set()).add(item.id)
    assert {number: ids for number, ids in numbers.items() if number and len(ids) > 1} == {}
    assert all((item.number or 0) > 105 for item in items if item.origin is Origin.ADDED)


@pytest.mark.parametrize(("form", "entry"), ARGUMENTS)
def test_no_fact_is_lost(form: str, entry: LegacyItem) -> None:
    """What was asked is asked of the same agency's filing, or comes from where its reason says."""
    if entry.fate is not Fate.DROPPED:
        item = _item(entry)
        assert item.agency in (AGENCY_OF[form], "both")
        assert item.nodes
        return
    assert entry.reason is not None
    assert entry.reason.en
    assert entry.reason.zh
    assert (entry.now_from is Source.NOBODY) <= (
        entry.because in (Because.OBSOLETE, Because.CROSS_REFERENCE)
    )
    if entry.now_from is Source.ITEM:
        assert entry.item in MERGED


def test_a_shared_item_is_both_agencies() -> None:
    for item in REFORM.merged:
        if item.origin is Origin.SHARED:
            assert item.agency == "both", item.id


def test_every_public_column_of_the_two_forms_has_its_item() -> None:
    columns = dictionary.stored("legacy_columns")
    every = [f"{table}/{name}" for table, names in columns["tables"].items() for name in names]
    told = Counter(column for _, entry in EVERY for column in entry.columns)
    told.update(list(columns["not_items"]))
    assert told == Counter(every)


def test_every_node_of_the_message_is_an_item_s_or_technical_for_a_reason() -> None:
    message = dictionary.stored("message")
    technical = [node for group in message["technical"] for node in group["nodes"]]
    items, _ = dictionary.read(dictionary.written())
    carried = {node for item in items for node in item.nodes}
    assert not carried & set(technical)
    assert carried | set(technical) == set(message["nodes"])
    assert len(message["nodes"]) == len(set(message["nodes"]))


def level(item: Item) -> str:
    """Where in the message it stands."""
    first = next(field.pointer for field in item.fields if field.nodes)
    return next((n for n in ("line", "container") if first.startswith(f"/{n}s/*/")), "header")


@pytest.mark.parametrize(("form", "entry"), ARGUMENTS)
def test_a_difference_to_the_merged_item_has_its_conversion(form: str, entry: LegacyItem) -> None:
    if entry.fate is Fate.DROPPED:
        return
    item = _item(entry)
    kinds = {conversion.kind for conversion in entry.conversions}
    lists = {field.code_list for field in item.fields} - {None}
    lengths = [field.length for field in item.fields if field.length is not None]
    if entry.list is not None and entry.list not in lists:
        assert Change.LIST in kinds or (not lists and Change.UNIT in kinds)
    if entry.length is not None and entry.length > max(lengths, default=entry.length):
        assert kinds & {Change.LENGTH, Change.LIST, Change.SHAPE, Change.UNIT}
    if entry.level != level(item) and entry.level != "container":
        assert kinds & {Change.LEVEL, Change.SHAPE}


def test_conversions_are_used_and_their_tables_lead_into_the_merged_lists() -> None:
    used = {each.id: each for _, entry in EVERY for each in entry.conversions}
    assert set(used) == {each["id"] for each in dictionary.stored("conversions")}
    for conversion in used.values():
        assert not set(conversion.table) & set(conversion.ask), conversion.id
        assert conversion.example.before != [], conversion.id
        if isinstance(conversion.example.before, str) and conversion.table:
            expected = conversion.table.get(conversion.example.before, conversion.example.after)
            assert conversion.example.after == expected, conversion.id


@pytest.mark.parametrize(("form", "entry"), ARGUMENTS)
def test_a_table_of_codes_leads_into_the_merged_item_s_lists(form: str, entry: LegacyItem) -> None:
    lists = {field.code_list for field in _item(entry).fields} - {None} if entry.item else set()
    known = {code for name in lists for code in codes.known(str(name), on=dictionary.REFORM)}
    for conversion in entry.conversions:
        if conversion.kind is Change.LIST and lists:
            assert set(conversion.table.values()) <= known, conversion.id


def _item(entry: LegacyItem) -> Item:
    return MERGED[entry.item or ""]


def broken(form: str, index: int, **changes: Any) -> dict[str, Any]:
    content = legacy.written()
    content[form][index] |= changes
    return content


def without(form: str, id_: str) -> dict[str, Any]:
    content = legacy.written()
    return content | {form: [entry for entry in content[form] if entry["id"] != id_]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (broken("customs", 0, item="colour"), "there is no item colour"),
        (broken("customs", 0, item="contract"), "contract is named 1 times as kept"),
        (broken("customs", 0, fate="shared"), "direction is named 1 times as shared"),
        (broken("customs", 0, fate="dropped"), "dropped"),
        (broken("customs", -1, reason=None), "dropped"),
        (broken("customs", -1, item=None), "no item"),
        (broken("customs", 0, item=None), "no item"),
        (broken("customs", 0, conversions=["alchemy"]), "alchemy"),
        (broken("inspection", 1, id="customs_office"), "stands there twice"),
        (without("inspection", "marks"), "marks is named 0 times as kept"),
        (without("customs", "contract"), "contract is named 0 times as shared"),
        ({"customs": [], "inspection": []}, "conversions"),
    ],
)
def test_forms_that_do_not_add_up_are_refused_whole(content: dict[str, Any], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        legacy.read(content, merged=REFORM.merged)


@pytest.mark.parametrize(
    ("day", "new", "gone"),
    [
        (date(2019, 10, 17), set(), set()),
        (
            date(2019, 10, 18),
            {"combined_inspection", "other_site_inspection", "conditional_pickup"},
            set(),
        ),
        (date(2021, 5, 10), {"preferential_origin"}, set()),
        (
            date(2024, 1, 1),
            {"goods_weight_in_container"},
            {"acceptance_authority", "certificate_authority", "port_authority"},
        ),
    ],
)
def test_a_day_has_the_items_of_that_day(day: date, new: set[str], gone: set[str]) -> None:
    there = {item.id for item in dictionary.at(day).merged}
    assert new <= there
    assert not gone & there
    assert not new & set(MERGED)
    assert gone <= set(MERGED)


def test_every_change_after_the_reform_says_why() -> None:
    items, _ = dictionary.read(dictionary.written())
    for item in items:
        changed = item.valid_from != dictionary.REFORM or item.valid_to != date.max
        assert changed == (item.source is not None), item.id
