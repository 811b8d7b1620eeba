"""The state table, and what each act tells."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from services.booking.domain import acts, fit, offers
from services.booking.domain.booking import MOVES, WITH_SLOT, Act, Booking, Status
from services.booking.domain.refusals import (
    BookingMoveNotAllowed,
    HoldExtendedOnce,
    HoldRanOut,
    RequestClosed,
    SlotOver,
    SlotUnsuitable,
)
from shared.contracts.envelope import Event
from shared.contracts.values import Slot
from tests import factories
from tests.unit.booking import made
from tests.unit.booking.made import need


def _slot() -> Slot:
    found = offers.best(made.calendar(), made.want(), earliest=made.MONDAY)
    assert found is not None
    return found


def _booking(status: Status) -> Booking:
    fresh = acts.opened(made.determined(), yard=made.yard(), now=made.MONDAY).after
    until = made.OPENS if status is Status.HELD else None
    return replace(fresh, status=status, slot=_slot(), held_until=until)


def _try(act: Act, booking: Booking) -> acts.Change:
    slot = _slot()
    return {
        Act.REQUEST: lambda: acts.requested(booking),
        Act.HOLD: lambda: acts.held(booking, slot=slot, until=made.OPENS),
        Act.BOOK: lambda: acts.booked(booking, slot=slot),
        Act.PROLONG: lambda: acts.held_longer(booking, until=made.OPENS, now=made.MONDAY),
        Act.CONFIRM: lambda: acts.confirmed(booking, now=made.MONDAY),
        Act.EXPIRE: lambda: acts.expired(booking),
        Act.RESCHEDULE: lambda: acts.rescheduled(booking, slot=slot, reason=factories.said("rain")),
        Act.CANCEL: lambda: acts.cancelled(booking, reason=factories.said("strike")),
        Act.MISS: lambda: acts.missed(booking, now=made.OPENS),
        Act.START: lambda: acts.started(booking, slot=slot, at=made.OPENS),
        Act.EXTEND: lambda: acts.extended(booking, slot=slot, reason=factories.said("escalated")),
        Act.COMPLETE: lambda: acts.completed(booking, at=made.OPENS),
        Act.END: lambda: acts.ended(booking, reason=factories.said("withdrawn")),
    }[act]()


@pytest.mark.parametrize(("status", "act"), list(product(Status, Act)))
def test_only_the_moves_in_the_table_are_possible(status: Status, act: Act) -> None:
    booking = _booking(status)
    if (status, act) not in MOVES:
        with pytest.raises(BookingMoveNotAllowed):
            _try(act, booking)
        return
    change = _try(act, booking)
    assert change.after.status is MOVES[status, act]
    assert change.after.version == booking.version + len(change.events) == booking.version + 1


def test_every_state_is_reached_and_left() -> None:
    reached = set(MOVES.values()) | {Status.REQUESTED}
    assert reached == set(Status)
    assert {status for status, _ in MOVES} == set(Status)


@pytest.mark.parametrize(("status", "act"), list(MOVES))
def test_only_a_held_booking_has_an_end_of_its_hold(status: Status, act: Act) -> None:
    after = _try(act, _booking(status)).after
    assert (after.held_until is not None) == (after.status is Status.HELD)
    assert (after.taking is not None) == (after.status in WITH_SLOT)


def test_a_hold_cannot_be_confirmed_once_it_ran_out() -> None:
    with pytest.raises(HoldRanOut):
        acts.confirmed(_booking(Status.HELD), now=made.OPENS)


def test_a_hold_lasts_no_longer_than_until_its_slot_begins() -> None:
    slot, late = _slot(), made.OPENS + timedelta(hours=1)
    fresh = acts.held(_booking(Status.REQUESTED), slot=slot, until=late)
    longer = acts.held_longer(fresh.after, until=late, now=made.MONDAY)
    for change in (fresh, longer):
        assert change.after.held_until == slot.starts == made.OPENS
        assert change.events[0].model_dump()["held_until"] == slot.starts
    with pytest.raises(HoldRanOut):
        acts.confirmed(fresh.after, now=slot.starts)


def test_an_exchanged_hold_is_extended_no_more_if_it_was() -> None:
    until = made.OPENS - timedelta(hours=1)
    extended = acts.held_longer(_booking(Status.HELD), until=until, now=made.MONDAY).after
    exchanged = acts.held(extended, slot=_slot(), until=made.OPENS).after
    with pytest.raises(HoldExtendedOnce):
        acts.held_longer(exchanged, until=made.OPENS, now=made.MONDAY)


@pytest.mark.parametrize("status", WITH_SLOT)
def test_a_slot_that_is_over_is_rewritten_no_more(status: Status) -> None:
    booking = _booking(status)
    acts.require_ahead(booking, now=_slot().ends - timedelta(seconds=1))
    with pytest.raises(SlotOver):
        acts.require_ahead(booking, now=_slot().ends)


@pytest.mark.parametrize("act", [Act.HOLD, Act.BOOK])
def test_nothing_is_booked_for_a_requirement_that_has_ended(act: Act) -> None:
    ended = acts.ended(_booking(Status.REQUESTED), reason=factories.said("withdrawn")).after
    with pytest.raises(RequestClosed):
        _try(act, ended)
    assert not ended.seeking


def test_giving_up_a_slot_leaves_the_request_open_and_the_end_of_the_requirement_does_not() -> None:
    confirmed = _booking(Status.CONFIRMED)
    given_up = acts.cancelled(confirmed, reason=factories.said("strike"))
    ended = acts.ended(confirmed, reason=factories.said("withdrawn"))
    assert (given_up.after.seeking, ended.after.seeking) == (True, False)
    assert [_rebookable(each.events[0]) for each in (given_up, ended)] == [True, False]


def _rebookable(event: Event) -> object:
    return event.model_dump()["rebookable"]


def test_a_slot_for_missing_agencies_serves_them_alone() -> None:
    booking = replace(_booking(Status.COMPLETED), required=(need("customs"), need("quarantine")))
    again = acts.requested(booking, only=("quarantine",)).after
    assert [each.agency for each in again.needs] == ["quarantine"]


def test_an_agency_whose_need_is_new_joins_a_slot_that_was_for_some_only() -> None:
    booking = replace(_booking(Status.REQUESTED), only=("quarantine",))
    needed = made.revised(1, need("customs", minutes=90), need("quarantine"))
    after = acts.revised(booking, needed, yard=made.yard())
    assert {each.agency for each in after.needs} == {"customs", "quarantine"}


def _choice(**changes: Any) -> fit.Choice:
    slot = _slot()
    chosen = fit.Choice(yard=slot.yard, bay=slot.bay, teams={"customs": "C01"}, starts=slot.starts)
    return replace(chosen, **changes)


def test_an_offer_can_be_chosen() -> None:
    chosen = fit.chosen(made.calendar(), made.want(), _choice(), earliest=made.MONDAY)
    assert chosen == _slot()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"bay": "R01"}, "/slot/bay"),
        ({"bay": "nowhere"}, "/slot/bay"),
        ({"teams": {}}, "/slot/teams"),
        ({"teams": {"customs": "C01", "quarantine": "Q01"}}, "/slot/teams"),
        ({"teams": {"customs": "Q01"}}, "/slot/teams"),
        ({"teams": {"customs": "nobody"}}, "/slot/teams"),
        ({"teams": {"customs": "C09"}}, "/slot/teams"),
        ({"starts": made.OPENS + timedelta(minutes=5)}, "/slot/starts"),
        ({"starts": made.OPENS - timedelta(days=1)}, "/slot/starts"),
        ({"starts": made.CLOSES}, "/slot/starts"),
    ],
)
def test_a_slot_that_cannot_serve_is_refused(changes: dict[str, object], pointer: str) -> None:
    with pytest.raises(SlotUnsuitable) as refused:
        fit.chosen(made.calendar(), made.want(), _choice(**changes), earliest=made.MONDAY)
    assert refused.value.pointer == pointer
