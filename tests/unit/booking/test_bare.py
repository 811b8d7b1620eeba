"""A closure that takes the last of something says so, by name and from when to when."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.booking.domain import bare
from services.booking.domain.bare import Bare
from services.booking.domain.resources import Closure, Sort
from services.booking.domain.yard import Yard
from shared.contracts.values import BayKind
from tests.unit.booking import made

TEN = made.MONDAY + timedelta(hours=10)
HALF_PAST = TEN + timedelta(minutes=30)


def _closing(
    yard: Yard, sort: Sort | None, code: str | None, *, ends: datetime = HALF_PAST
) -> tuple[Yard, Closure]:
    closure = Closure(0, TEN, ends, sort, code)
    return replace(yard, closures=(*yard.closures, closure)), closure


def _animals() -> list[str]:
    """Quarantine's teams that know animals and are there at ten."""
    calendar = made.calendar()
    cell = calendar.from_cell(TEN)
    able = [each for each in made.yard().teams if each.can("quarantine", frozenset({"animal"}))]
    return [each.code for each in able if calendar.up(each) >> cell & 1]


def _last(code: str, *, others: list[str]) -> tuple[Bare, ...]:
    before = made.yard()
    for other in others:
        before, _ = _closing(before, Sort.TEAM, other)
    after, closure = _closing(before, Sort.TEAM, code)
    return bare.left_bare(before, after, closure)


def test_the_last_team_with_a_skill_is_missed() -> None:
    last, *others = _animals()
    assert others
    found = _last(last, others=others)
    assert Bare(TEN, HALF_PAST, Sort.TEAM, "quarantine", ("animal",)) in found
    assert {skill for each in found for skill in each.skills} <= made.yard().team(last).skills  # type: ignore[union-attr]


def test_a_team_that_is_not_the_last_is_not_missed() -> None:
    last, *others = _animals()
    assert ("animal",) not in {each.skills for each in _last(last, others=others[1:])}


def test_nobody_is_missed_in_a_break_nor_when_others_are_there() -> None:
    """The last one, Q02, has a break at 11:30; at 13:00 the evening's teams come."""
    last, *others = _animals()
    before = made.yard()
    for other in others:
        before, _ = _closing(before, Sort.TEAM, other, ends=made.CLOSES)
    found = bare.left_bare(before, *_closing(before, Sort.TEAM, last, ends=made.CLOSES))
    spans = [(each.starts, each.ends) for each in found if each.skills == ("animal",)]
    noon = made.MONDAY + timedelta(hours=12)
    assert spans == [(TEN, noon - timedelta(minutes=30)), (noon, noon + timedelta(hours=1))]


def test_the_last_bay_of_a_kind_is_missed_and_a_whole_yard_is_not() -> None:
    before = made.yard()
    cold = [bay.code for bay in before.bays if bay.takes(BayKind.REEFER)]
    for code in cold[1:]:
        before, _ = _closing(before, Sort.BAY, code)
    after, closure = _closing(before, Sort.BAY, cold[0])
    assert bare.left_bare(before, after, closure) == (Bare(TEN, HALF_PAST, Sort.BAY, "reefer"),)
    assert bare.left_bare(before, *_closing(before, None, None)) == ()
