"""Requests are expected as they came in the weeks before."""

from dataclasses import replace
from datetime import timedelta

from services.booking.domain.calendar import Taken
from services.booking.planner import history, posing
from services.booking.planner.history import WEEK, Past
from services.booking.planner.posing import Candidate
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, confirmed, situation, slot

DAY = timedelta(days=1)


def test_what_was_asked_for_comes_again_in_the_weeks_that_follow() -> None:
    old = replace(confirmed(1, slot()), asked_at=made.MONDAY - 10 * DAY)
    opens = old.window.opens
    past = Past([old], weeks=4)
    again = list(past.again(now=made.MONDAY, ends=opens + 3 * WEEK + timedelta(minutes=1)))
    assert [each.asked_at - made.MONDAY for each in again] == [4 * DAY, 11 * DAY]
    assert [each.window.opens - opens for each in again] == [2 * WEEK, 3 * WEEK]
    assert old.cargo is not None
    arrivals = [each.cargo.arrival - old.cargo.arrival for each in again if each.cargo is not None]
    assert arrivals == [2 * WEEK, 3 * WEEK]
    assert all(each.taking is None and each.seeking for each in again)


def test_nothing_is_expected_before_now() -> None:
    old = replace(booking(1), asked_at=made.MONDAY)
    (again,) = Past([old], weeks=1).again(now=made.MONDAY, ends=old.window.opens + 2 * WEEK)
    assert again.asked_at == made.MONDAY + WEEK


def test_whole_weeks_alone_tell_what_a_week_is_like_and_no_more_than_four() -> None:
    known = [
        history.weeks(since=made.MONDAY - days * DAY, now=made.MONDAY) for days in (6, 7, 20, 90)
    ]
    assert known == [0, 1, 2, history.WEEKS]
    assert history.weeks(since=None, now=made.MONDAY) == 0
    assert Past([], weeks=4).share == 0.25


def test_of_a_crowd_some_stand_for_all() -> None:
    assert Past([booking(1), booking(2)], weeks=2, many=10).share == 2.5


def test_an_outlook_has_whole_hours_what_is_taken_and_who_is_expected() -> None:
    scan = next(each for each in made.yard().bays if each.code == "S01")
    taken = Taken(scan.id, made.OPENS, made.OPENS + timedelta(hours=1))
    given = replace(
        situation(booking(1), taken=[taken], earliest=made.OPENS),
        expected=[Candidate(booking(2), [YARD], made.OPENS)],
        share=0.25,
    )
    found = posing.outlook(given)
    assert [each.id for each in found.problem.requests] == [str(booking(1).id)]
    assert [each.id for each in found.expected] == [str(booking(2).id)]
    bays = {each.id: each.open for each in found.problem.bays}
    (busy,) = found.taken
    assert bays[busy] == bays[busy.replace("S01", "S02")]
    first = given.grid.from_slot(made.OPENS)
    assert found.taken[busy] == ((first, first + 4),)
