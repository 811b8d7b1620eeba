"""Where a standing instruction decides a conflict, and where a person is asked all the same."""

from datetime import date
from decimal import Decimal

from services.declaration import dictionary
from services.declaration.domain.instruction import Instruction, in_force
from services.declaration.merging import instructed, merge
from services.declaration.merging.desk import Answer
from services.declaration.merging.report import Merged
from services.declaration.merging.rules import Form, pair_of
from services.declaration.merging.values import Given
from tests.unit.declaration.merging.pairs import (
    Document,
    both,
    customs_line,
    entry,
    example,
    half,
    inspection_line,
    lined,
)

DAY = date(2026, 3, 2)
EVERYTHING = {item: Instruction(item, 1, "inspection", DAY) for item in instructed.items()}
HUNDRED = Decimal(100)
BEEF = ("02023000", "90", "冻去骨牛肉", "035", "千克")


def with_instructions(customs: Document, inspection: Document, *answers: Answer) -> Merged:
    return merge.merge(
        half(Form.CUSTOMS, customs),
        half(Form.INSPECTION, inspection),
        dictionary=dictionary.at(DAY),
        answers=answers,
        instructions=EVERYTHING,
    )


def test_of_several_versions_the_newest_that_is_valid_holds() -> None:
    versions = [
        Instruction("arrival", 1, "customs", date(2026, 1, 1)),
        Instruction("arrival", 2, "inspection", date(2026, 2, 1)),
        Instruction("arrival", 4, None, date(2026, 4, 1)),
        Instruction("arrival", 3, "customs", date(2026, 3, 1)),
    ]
    held = [in_force(versions, day=date(2026, month, 1)).get("arrival") for month in range(1, 5)]
    assert [each and each.version for each in held] == [1, 2, 3, None]
    assert in_force(versions, day=date(2025, 12, 31)) == {}


def test_a_real_conflict_is_decided_and_the_version_is_told() -> None:
    found = with_instructions(example("customs"), example("inspection"))
    told = entry(found, "/arrival")
    assert (told.rule.code, told.instruction) == ("standing_instruction", EVERYTHING["arrival"])
    assert (found.conflicts, told.chosen.isoformat()) == ([], "2026-03-03T16:00:00+00:00")


def test_an_answer_wins_and_is_used() -> None:
    answer = Answer("/arrival", take=Form.CUSTOMS)
    found = with_instructions(example("customs"), example("inspection"), answer)
    assert entry(found, "/arrival").rule.code == "answered"
    assert found.unused == []


def test_a_rule_that_fits_is_not_overruled() -> None:
    free = with_instructions(*both())
    assert "standing_instruction" not in {each.rule.code for each in free.report}
    assert instructed.items() >= {"arrival", "contract"}


def test_goods_that_only_the_inspection_form_lists_are_asked_all_the_same() -> None:
    ones = [customs_line(1, BEEF, HUNDRED)]
    twins = [inspection_line(1, BEEF, HUNDRED), inspection_line(2, BEEF, Decimal(5))]
    twins[1] |= {"hs_code": "0303110000101", "goods_name": "鲑鱼"}
    found = with_instructions(*lined(ones, twins))
    assert "/inspection/lines/2" in [each.place for each in found.conflicts]


def test_what_nothing_converts_is_asked_all_the_same() -> None:
    customs, inspection = both(country_of_departure="999")
    found = with_instructions(customs, inspection)
    assert [each.place for each in found.conflicts] == ["/country_of_departure"]


def test_what_has_no_room_in_its_field_is_asked_all_the_same() -> None:
    pair = pair_of("remarks", Given("short", "short"), Given("long", "long" * 8))
    by = EVERYTHING["contract"]
    assert instructed.chosen(by, pair, length=32) == "long" * 8
    assert instructed.chosen(by, pair, length=31) is None
    assert instructed.chosen(by, pair, length=None) == "long" * 8
