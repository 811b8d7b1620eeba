"""Bookings and situations of the default yard, as values."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.booking.domain import acts
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Taken
from services.booking.planner.grid import grid
from services.booking.planner.posing import Candidate, Situation
from shared.contracts.values import BayKind, Slot, TeamPlace
from tests.unit.booking import made

YARD = made.yard().code


def booking(serial: int = 1, **changes: Any) -> Booking:
    """A request of customs for an hour in a scan bay."""
    needed = made.determined(serial, **{"bay_kind": BayKind.SCAN, **changes})
    return acts.opened(needed, yard=made.yard(), now=made.MONDAY).after


def slot(bay: str = "S01", team: str = "C01", *, at: datetime = made.OPENS) -> Slot:
    """An hour of customs."""
    places = (TeamPlace(agency="customs", team=team),)
    return Slot(yard=YARD, bay=bay, teams=places, starts=at, ends=at + timedelta(hours=1))


def confirmed(serial: int, at: Slot, **changes: Any) -> Booking:
    """A booking with that slot."""
    return acts.booked(booking(serial, **changes), slot=at).after


def situation(
    *bookings: Booking,
    taken: Sequence[Taken] = (),
    earliest: datetime = made.MONDAY,
    days: int = 2,
    change_cost: Decimal | None = None,
) -> Situation:
    """Those bookings, to be planned in the default yard from Monday on."""
    return Situation(
        grid=grid(made.yard(), now=made.OPENS, days=days),
        calendars={YARD: made.calendar(*taken)},
        candidates=[Candidate(each, [YARD], earliest) for each in bookings],
        change_cost=change_cost,
    )
