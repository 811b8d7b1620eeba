"""Which items are asked of whom, on which day; which answers stand, and what is left."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.inspection.domain import answered, checklists, founding, records, results
from services.inspection.domain.case import Case, Change
from services.inspection.domain.checklists import Edition, Item, Subject
from services.inspection.domain.results import Outcome, Result
from shared.contracts.values import Said, Scope
from shared.errors import Faults
from tests.factories import NOW, container_number
from tests.unit.inspection import builders as b

DAY = date(2026, 7, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE = container_number(1)


def _item(code: str = "weight", agency: str = "customs", **facts: object) -> Item:
    said = Said(en=code, zh=code)
    item = Item(agency=agency, code=code, subject=Subject.WEIGHT, said=said)
    return item.model_copy(update=facts)


def _asked(*items: Item, case: Case | None = None, agency: str = "customs") -> list[str]:
    case = case or b.opened()
    section = case.section(agency)
    assert section is not None
    return [each.code for each in checklists.chosen(items, case, section)]


def test_a_later_edition_takes_over_at_its_day_and_one_that_is_withdrawn_ends() -> None:
    first, second = _item(required=False), _item(required=True)
    editions = (
        Edition(first, version=0, valid_from=DAY),
        Edition(second, version=1, valid_from=DAY + timedelta(days=2)),
        Edition(second, version=2, valid_from=DAY + timedelta(days=4), withdrawn=True),
    )
    asked = [
        [each.item.required for each in checklists.in_force(editions, on=DAY + timedelta(days=n))]
        for n in (-1, 0, 1, 2, 3, 4)
    ]
    assert asked == [[], [False], [False], [True], [True], []]


def test_an_edition_that_replaces_a_later_one_with_an_earlier_day_wins_from_that_day_on() -> None:
    editions = (
        Edition(_item(), version=1, valid_from=DAY + timedelta(days=9)),
        Edition(_item(required=True), version=2, valid_from=DAY),
    )
    (item,) = checklists.in_force(editions, on=DAY + timedelta(days=10))
    assert item.item.required


def test_items_are_chosen_by_agency_scope_goods_and_skills() -> None:
    kiwi, meat = _item("kiwi", hs=("0810",)), _item("meat", hs=("02", "03"))
    deep, other = _item("deep", scope=Scope.SAMPLE), _item("other", "quarantine")
    ipr = _item("ipr", skills=("ipr",))
    assert _asked(kiwi, meat, deep, other, ipr) == ["kiwi"]
    assert _asked(kiwi, deep, other, agency="quarantine") == ["other"]
    needs = (b.need().model_copy(update={"skills": ("ipr", "valuation")}),)
    assert _asked(ipr, case=b.opened("customs", **(b.single() | {"needs": needs}))) == ["ipr"]


def test_the_day_is_that_of_the_first_opening_in_the_ports_zone() -> None:
    late = b.at(start=NOW.replace(hour=17)).yard
    assert checklists.day_of(b.planned(), now=late, zone=SHANGHAI) == late.date() + timedelta(1)
    opened = b.opened()
    later = b.at(9_999).yard
    assert checklists.day_of(opened, now=later, zone=SHANGHAI) == NOW.date()


def test_what_comes_along_names_each_item_once_and_requires_none() -> None:
    keys = [(each.item.agency, each.item.code) for each in founding.EDITIONS]
    assert len(keys) == len(set(keys))
    assert not any(each.item.required for each in founding.EDITIONS)
    assert {each.item.subject for each in founding.EDITIONS} == set(Subject)


ITEMS = (_item(unit="KGM"), _item("marks", required=True))


def _id(number: int) -> UUID:
    return UUID(int=number)


def _result(number: int, item: str = "marks", **facts: Any) -> Result:
    return Result(_id(number), item, Outcome.CONFORM)._replace(**facts)


def _kept(*recorded: Change) -> list[results.Kept]:
    """The answers that these changes record, read back from their records."""
    head, found = records.START, []
    for number, change in enumerate(recorded):
        made = records.append(head, change.notes, case_id=b.CASE, actor=b.CUSTOMS, now=b.at(number))
        found += answered.of_records(made)
        head = records.Head(made[-1].seq, made[-1].hash) if made else head
    return found


def _record(*answers: Result, known: list[results.Kept] | None = None) -> Change:
    book = results.Book.of(ITEMS, known or ())
    return results.record(b.opened(), answers, who=b.CUSTOMS, book=book)


def test_an_answer_is_read_back_from_its_record_as_it_was_given() -> None:
    given = _result(
        1, "weight", figure=Decimal("120.50"), container=ONE, line=1, note="过磅 weighed"
    )
    (kept,) = _kept(_record(given))
    assert (kept.result, kept.agency, kept.officer) == (given, "customs", "o.customs")


def test_the_same_answer_again_is_recorded_once_and_another_one_under_its_id_is_refused() -> None:
    known = _kept(_record(_result(1)))
    assert _record(_result(1), known=known).notes == ()
    assert len(_record(_result(2), _result(2)).notes) == 1
    with pytest.raises(results.IdTaken):
        _record(_result(1, outcome=Outcome.DEVIATES), known=known)


def test_all_faults_of_answers_are_told_at_once() -> None:
    with pytest.raises(Faults) as refused:
        _record(
            _result(1, "pests"),
            _result(2, "weight"),
            _result(3, figure=Decimal(1)),
            _result(4, container="OTHER", line=9),
            _result(5, replaces=(_id(77),)),
            _result(6, replaces=(_id(6),)),
        )
    assert [(each.code, each.pointer) for each in refused.value.faults] == [
        ("item_not_asked", "/results/0/item"),
        ("figure_missing", "/results/1/figure"),
        ("figure_unfit", "/results/2/figure"),
        ("container_unknown", "/results/3/container"),
        ("line_not_declared", "/results/3/line"),
        ("replaced_unfit", "/results/4/replaces/0"),
        ("replaced_unfit", "/results/5/replaces/0"),
    ]


def test_an_answer_replaces_no_answer_to_another_question_or_of_another_agency() -> None:
    (kept,) = _kept(_record(_result(1)))
    other = replace(kept, agency="quarantine")
    for known, answer in (
        ([kept], _result(2, container=ONE, replaces=(_id(1),))),
        ([other], _result(2, replaces=(_id(1),))),
    ):
        with pytest.raises(Faults, match="replaced_unfit"):
            _record(answer, known=known)


def test_two_answers_that_replace_the_same_one_are_in_dispute_until_one_replaces_both() -> None:
    deviates = Outcome.DEVIATES
    first = _record(_result(1))
    two = _record(_result(2, replaces=(_id(1),)), known=_kept(first))
    three = _record(_result(3, outcome=deviates, replaces=(_id(1),)), known=_kept(first))
    disputed = _kept(first, two, three)
    assert [each.result.id for each in answered.standing(disputed)] == [_id(2), _id(3)]
    left = answered.left(ITEMS, disputed, covered=(ONE,))
    assert left == answered.Left(disputed=("marks",))
    with pytest.raises(answered.ChecklistOpen):
        left.check()
    end = _record(_result(4, outcome=deviates, replaces=(_id(2), _id(3))), known=disputed)
    settled = _kept(first, two, three, end)
    assert answered.left(ITEMS, settled, covered=(ONE,)) == answered.NOTHING


def test_a_required_item_is_left_until_it_is_answered_for_what_is_concluded_on() -> None:
    elsewhere = _kept(_record(_result(1, container=ONE)))
    two = container_number(2)
    unanswered = answered.Left(unanswered=("marks",))
    assert answered.left(ITEMS, (), covered=(ONE,)) == unanswered
    assert answered.left(ITEMS, elsewhere, covered=(two,)) == unanswered
    assert answered.left(ITEMS, elsewhere, covered=(ONE,)) == answered.NOTHING


def test_what_comes_in_any_order_replaces_what_is_still_to_come_and_never_itself() -> None:
    book = results.Book.of(ITEMS, ())

    def late(answer: Result) -> Change:
        return results.record(b.opened(), (answer,), who=b.CUSTOMS, book=book, in_order=False)

    second = late(_result(2, replaces=(_id(1),)))
    stand = answered.standing(_kept(second, late(_result(1))))
    assert [each.result.id for each in stand] == [_id(2)]
    with pytest.raises(Faults, match="replaced_unfit"):
        late(_result(3, replaces=(_id(3),)))
