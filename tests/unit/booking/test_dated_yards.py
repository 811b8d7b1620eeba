"""What a yard is changes from day to day, for good or for a time; what was stays what it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain import fit, layers, offers
from services.booking.domain.layers import Layer
from services.booking.domain.resources import ALWAYS, Closure, Hours, Sort, Work
from services.booking.domain.yard import Yard
from shared.contracts.values import BayKind
from tests.unit.booking import made
from tests.unit.booking.made import need, want

TUESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 5)
DAY = timedelta(days=1)


def _changed(*versions: tuple[date, date, dict[str, Any]]) -> Yard:
    """The default yard with later versions."""
    contents = [made.content(), *(content for _, _, content in versions)]
    named = dict.fromkeys(each for content in contents for each in layers.codes(content))
    ids = {each: number for number, each in enumerate(named, start=1)}
    laid = [Layer(1, ALWAYS, contents[0])]
    laid += [Layer(n, (first, end), c) for n, (first, end, c) in enumerate(versions, start=2)]
    return replace(made.yard(), eras=layers.eras(laid, ids=ids))


def _daily(hours: list[str]) -> dict[str, list[str]]:
    return {day: list(hours) for day in layers.WEEKDAYS}


def _starts(yard: Yard, *taken: Any, **wanted: Any) -> list[timedelta]:
    """Of each day, when the first slot begins, after its local midnight."""
    found = []
    for number in range(4):
        earliest = made.MONDAY + number * DAY
        slot = offers.best(
            made.calendar(*taken, of=yard), wanted.get("want", want()), earliest=earliest
        )
        assert slot is not None
        found.append(slot.starts - earliest)
    return found


def test_a_change_for_a_time_holds_on_its_days_alone() -> None:
    late = made.content()
    late["hours"] = _daily(["09:00", "21:00"])
    yard = _changed((TUESDAY, THURSDAY, late))
    assert [each.seconds // 3600 for each in _starts(yard)] == [7, 9, 9, 7]


def test_of_two_changes_for_a_day_the_later_made_one_holds() -> None:
    nine, eight = made.content(), made.content()
    nine["hours"] = _daily(["09:00", "21:00"])
    eight["hours"] = _daily(["08:00", "21:00"])
    yard = _changed((TUESDAY, date.max, nine), (TUESDAY + DAY, THURSDAY, eight))
    assert [each.seconds // 3600 for each in _starts(yard)] == [7, 9, 8, 9]


def test_on_a_holiday_the_yard_is_closed_or_open_for_fewer_hours() -> None:
    content = made.content()
    content["holidays"] = {"2026-03-03": None, "2026-03-04": ["10:00", "12:00"]}
    yard = _changed((TUESDAY, date.max, content))
    assert [each / timedelta(hours=1) for each in _starts(yard)] == [7, 34, 10, 7]


def test_a_team_that_loses_a_skill_does_not_come_for_it_any_more() -> None:
    content = made.content()
    for team in content["teams"]:
        if "ipr" in team["skills"] and team["code"] != "C05":
            team["skills"].remove("ipr")
    yard = _changed((TUESDAY, date.max, content))
    wanted = want(need("customs", "ipr"))
    before, after = (
        offers.best(made.calendar(of=yard), wanted, earliest=day + timedelta(hours=17))
        for day in (made.MONDAY, made.MONDAY + DAY)
    )
    assert before is not None
    assert after is not None
    assert before.teams[0].team in {"C13", "C14", "C15", "C16"}
    assert (after.teams[0].team, after.starts) == ("C05", made.OPENS + 2 * DAY)


def test_what_does_not_change_is_one_resource_throughout() -> None:
    content = made.content()
    content["bays"][0]["kind"] = "reefer"
    yard = _changed((TUESDAY, date.max, content))
    assert [bay.days for bay in yard.bays if bay.code == "P02"] == [ALWAYS]
    first, second = (bay for bay in yard.bays if bay.code == "P01")
    assert (first.kind, second.kind, second.plugs) == (BayKind.PLAIN, BayKind.REEFER, 1)
    assert first.id == second.id
    assert yard.bay("P01", at=made.MONDAY) == first
    assert yard.bay("P01", at=made.MONDAY + DAY) == second


def test_a_team_on_some_weekdays_alone_is_not_there_on_others() -> None:
    content = made.content()
    for team in content["teams"]:
        team["days"] = ["tuesday", "thursday"] if team["agency"] == "customs" else None
    yard = _changed((date(2026, 3, 2), date.max, content))
    assert [each // DAY for each in _starts(yard)] == [1, 0, 1, 0]


def test_a_closure_takes_what_it_names_for_as_long_as_it_says() -> None:
    noon = made.MONDAY + timedelta(hours=12)
    whole = replace(made.yard(), closures=(Closure(1, made.MONDAY, noon),))
    assert _starts(whole)[0] == timedelta(hours=12)
    bays = [bay.code for bay in made.yard().bays if bay.kind is BayKind.REEFER]
    some = tuple(
        Closure(n, made.MONDAY, noon, Sort.BAY, code) for n, code in enumerate(bays[:-1], start=1)
    )
    last = replace(made.yard(), closures=some)
    cold = want(bay_kind=BayKind.REEFER)
    slot = offers.best(made.calendar(of=last), cold, earliest=made.MONDAY)
    assert slot is not None
    assert (slot.bay, slot.starts) == (bays[-1], made.OPENS)


def test_a_yard_with_gangs_gives_one_to_each_unpacking_and_to_no_other() -> None:
    content = made.content()
    content["gear"] = [
        {"code": "G1", "kind": "gang", "scopes": ["unpack", "sample"], "shift": ["08:00", "16:00"]}
    ]
    yard = _changed((TUESDAY, date.max, content))
    assert [each.seconds // 3600 for each in _starts(yard)] == [7, 8, 8, 8]
    calendar = made.calendar(of=yard)
    slot = offers.best(calendar, want(), earliest=made.MONDAY + DAY)
    assert slot is not None
    assert slot.gear == ("G1",)
    assert fit.serves(yard, slot, want())
    assert not fit.serves(yard, slot.model_copy(update={"gear": ()}), want())
    busy = made.calendar(*fit.taken(yard, slot), of=yard)
    after = offers.best(busy, want(), earliest=made.MONDAY + DAY)
    assert after is not None
    assert after.starts == slot.ends
    papers = want(need().model_copy(update={"scope": "documents"}))
    early = offers.best(calendar, papers, earliest=made.MONDAY + DAY)
    assert early is not None
    assert (early.starts, early.gear) == (made.OPENS + DAY, ())


def test_a_slot_stands_only_while_everything_of_it_is_there() -> None:
    calendar = made.calendar()
    slot = offers.best(calendar, want(), earliest=made.MONDAY)
    assert slot is not None
    assert fit.stands(calendar, slot, want())
    last = timedelta(minutes=-15)
    for sort, code in ((Sort.BAY, slot.bay), (Sort.TEAM, slot.teams[0].team), (None, None)):
        closed = Closure(1, slot.ends + last, slot.ends, sort, code)
        yard = replace(made.yard(), closures=(closed,))
        assert not fit.stands(made.calendar(of=yard), slot, want())


NIGHT = ["20:00", "06:00"]


def _night(content: Any) -> None:
    content["hours"] = _daily(NIGHT)
    for team in content["teams"]:
        team |= {"shift": NIGHT, "break": None}


def _all_reefers(content: Any) -> None:
    for bay in content["bays"]:
        bay["kind"] = "reefer"


def _one_more_skill(content: Any) -> None:
    for team in content["teams"]:
        team |= {"skills": [*team["skills"], "night"], "shift": ["21:00", "06:00"]}


def _with_gangs(content: Any) -> None:
    content["gear"] = [{"code": "G1", "kind": "gang", "scopes": ["unpack"]}]


@pytest.mark.parametrize("change", [_all_reefers, _one_more_skill, _with_gangs])
def test_a_night_is_what_the_yard_was_when_it_began(change: Callable[[Any], None]) -> None:
    before, after = made.content(), made.content()
    for content in (before, after):
        _night(content)
    change(after)
    yard = _changed((date(2026, 3, 2), TUESDAY, before), (TUESDAY, date.max, after))
    calendar, one = made.calendar(of=yard), made.MONDAY + timedelta(hours=25)
    slot = offers.best(calendar, want(), earliest=one)
    assert slot is not None
    assert slot.starts == one
    assert fit.chosen(calendar, want(), fit.choice_of(slot), earliest=one) == slot
    assert fit.stands(calendar, slot, want())


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 6, 1)])
def test_a_break_after_midnight_is_by_the_clock_also_when_that_is_changed(day: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    work = Work(Hours(time(22), time(6)), Hours(time(4), time(5)))
    clocks = [
        tuple(each.astimezone(berlin).hour for each in span) for span in work.spans(day, berlin)
    ]
    assert clocks == [(22, 4), (5, 6)]
