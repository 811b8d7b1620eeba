"""The calendar: hours, shifts, breaks and what is taken, in quarter hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Taken
from services.booking.domain.resources import Hours, Move
from services.booking.domain.yard import Cargo, Yard, serving, window
from tests.unit.booking import made


def _free_at(mask: int, moment: datetime) -> bool:
    calendar = made.calendar()
    return bool(mask >> calendar.from_cell(moment) & 1)


def test_a_bay_is_free_while_the_yard_is_open_and_at_no_other_time() -> None:
    free = made.calendar().free(made.yard().bays[0])
    before, last = made.OPENS - cal.STEP, made.CLOSES - cal.STEP
    assert [_free_at(free, at) for at in (before, made.OPENS, last, made.CLOSES)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_team_is_free_in_its_shift_but_not_in_its_break() -> None:
    team = made.yard().team("C01")
    assert team is not None
    free = made.calendar().free(team)
    hours = [(7, 0), (10, 15), (10, 30), (10, 45), (11, 0), (14, 45), (15, 0)]
    found = [
        _free_at(free, made.MONDAY + timedelta(hours=hour, minutes=minute))
        for hour, minute in hours
    ]
    assert found == [True, True, False, False, True, True, False]


def test_an_interval_takes_every_quarter_hour_it_touches() -> None:
    bay = made.yard().bays[0]
    starts = made.OPENS + timedelta(minutes=20)
    calendar = made.calendar(Taken(bay.id, starts, starts + timedelta(minutes=15)))
    free = calendar.free(bay)
    found = [_free_at(free, made.OPENS + number * cal.STEP) for number in range(4)]
    assert found == [True, False, False, True]


def test_what_is_taken_outside_of_the_calendar_does_not_matter() -> None:
    bay = made.yard().bays[0]
    early = Taken(bay.id, made.MONDAY - timedelta(days=9), made.MONDAY - timedelta(days=8))
    late = Taken(bay.id, made.MONDAY + timedelta(days=30), made.MONDAY + timedelta(days=31))
    assert made.calendar(early, late).busy[bay.id] == 0


@given(free=st.integers(0, 2**40 - 1), length=st.integers(1, 12))
def test_runs_are_the_starts_of_enough_free_cells_in_a_row(free: int, length: int) -> None:
    expected = sum(
        1 << start
        for start in range(41)
        if all(free >> (start + step) & 1 for step in range(length))
    )
    assert cal.runs(free, length) == expected


def test_hours_follow_the_zone_through_daylight_saving() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    hours = Hours(time(7), time(21))
    winter, summer = hours.on(date(2026, 3, 28), zone), hours.on(date(2026, 3, 30), zone)
    assert winter[0] == datetime(2026, 3, 28, 6, tzinfo=UTC)
    assert summer[0] == datetime(2026, 3, 30, 5, tzinfo=UTC)


def test_hours_may_end_on_the_next_day() -> None:
    night = Hours(time(22), time(6)).on(date(2026, 3, 2), ZoneInfo("Asia/Shanghai"))
    assert night == (
        datetime(2026, 3, 2, 14, tzinfo=UTC),
        datetime(2026, 3, 2, 22, tzinfo=UTC),
    )


def test_the_window_opens_after_unloading_and_moving_and_ends_with_free_time() -> None:
    arrival = made.MONDAY + timedelta(hours=8)
    found = window(made.yard(), Cargo(terminal="CNTAO", arrival=arrival))
    assert found.opens == arrival + timedelta(minutes=120 + 60)
    assert found.free_until == made.MONDAY + timedelta(days=4)


def _perishable(arrival: datetime, until: datetime) -> Cargo:
    return Cargo(terminal="CNTAO", arrival=arrival, perishable_until=until)


def test_perishables_are_due_before_they_perish() -> None:
    arrival = made.MONDAY + timedelta(hours=8)
    perishes = arrival + timedelta(hours=20)
    found = window(made.yard(), _perishable(arrival, perishes))
    assert found.free_until == perishes


def test_goods_that_have_perished_already_are_due_when_the_window_opens() -> None:
    arrival = made.MONDAY + timedelta(hours=8)
    found = window(made.yard(), _perishable(arrival, arrival))
    assert found.free_until == found.opens


def _yard(code: str, minutes: int, **moves: int) -> Yard:
    ways = {name: Move(each) for name, each in moves.items()}
    era = replace(made.yard().eras[0], move=Move(minutes), moves=ways)
    return replace(made.yard(), code=code, eras=(era,))


def test_the_yards_that_name_a_terminal_serve_it_the_nearest_first() -> None:
    yards = [_yard("FAR", 60, T1=90), _yard("NEAR", 60, T1=30), _yard("ELSEWHERE", 10, T2=5)]
    assert [yard.code for yard in serving(yards, terminal="T1", now=made.MONDAY)] == ["NEAR", "FAR"]
    assert [yard.code for yard in serving(yards, terminal="T2", now=made.MONDAY)] == ["ELSEWHERE"]


def test_a_terminal_that_no_yard_names_is_served_by_the_nearest_alone() -> None:
    yards = [_yard("B", 60), _yard("A", 60), _yard("C", 90)]
    assert [yard.code for yard in serving(yards, terminal="T3", now=made.MONDAY)] == ["A"]
