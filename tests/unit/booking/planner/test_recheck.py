"""What of a proposal still holds after bookings changed and slots were taken."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.booking.domain import fit
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Taken
from services.booking.domain.resources import Closure, Sort
from services.booking.planner.proposal import Item, Kind
from services.booking.planner.recheck import Present, Why, check
from shared.contracts.values import Slot, SlotWish
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, confirmed, slot

HOUR = timedelta(hours=1)
NEXT = made.OPENS + HOUR


def _item(of: Booking, to: Slot, kind: Kind = Kind.BOOK) -> Item:
    return Item(booking_id=of.id, version=of.version, kind=kind, slot=to, cost=Decimal(0))


def _present(*bookings: Booking, soonest: datetime = made.MONDAY, **changes: Any) -> Present:
    known = {each.id: each for each in bookings}
    yards = {YARD: made.yard()}
    always = {"taken": (), "soonest": soonest, "thaws": made.MONDAY}
    return Present(**{"bookings": known, "yards": yards, **always, **changes})


def _why(items: list[Item], present: Present) -> dict[int, Why]:
    """By the item's number."""
    checked = check(items, present)
    numbers = {each.booking_id: number for number, each in enumerate(items)}
    assert {each.booking_id for each in checked.good} == set(numbers) - set(checked.dropped)
    return {numbers[each]: why for each, why in checked.dropped.items()}


def test_a_booking_that_changed_or_is_gone_is_left_as_it_is() -> None:
    one, two, three = booking(1), booking(2), booking(3)
    items = [_item(each, slot(f"S0{i}", f"C0{i}")) for i, each in enumerate((one, two, three), 1)]
    now = _present(one, replace(two, version=two.version + 1))
    assert _why(items, now) == {1: Why.CHANGED, 2: Why.CHANGED}
    ended = _present(one, two, replace(three, wanted=False))
    assert _why(items, ended) == {2: Why.CHANGED}


def test_a_slot_that_begins_too_soon_by_now_is_left() -> None:
    one = booking(1)
    items = [_item(one, slot())]
    assert _why(items, _present(one, soonest=made.OPENS)) == {}
    assert _why(items, _present(one, soonest=made.OPENS + HOUR / 60)) == {0: Why.TOO_SOON}


def test_what_begins_within_the_freeze_by_now_is_not_moved() -> None:
    one = confirmed(1, slot())
    items = [_item(one, slot(at=NEXT), Kind.MOVE)]
    assert _why(items, _present(one, thaws=made.OPENS)) == {}
    assert _why(items, _present(one, thaws=made.OPENS + HOUR / 60)) == {0: Why.FROZEN}
    waits = booking(2)
    fresh = [_item(waits, slot("S02", "C02"))]
    assert _why(fresh, _present(waits, thaws=made.CLOSES)) == {}


def test_a_slot_that_the_cargo_or_its_broker_cannot_use_by_now_is_left() -> None:
    one = confirmed(1, slot())
    moved = [_item(one, slot(at=NEXT), Kind.MOVE)]
    reseated = [_item(one, slot("S02"), Kind.RESEAT)]
    assert one.cargo is not None
    both = {YARD: made.yard(), "CNSHA-Y9": replace(made.yard(), code="CNSHA-Y9")}
    assert _why(moved, _present(replace(one, wish=SlotWish(yard="CNSHA-Y9")))) == {}
    for now in (
        replace(one, window=replace(one.window, opens=NEXT + HOUR / 4)),
        replace(one, wish=SlotWish(earliest=NEXT + HOUR / 4)),
        replace(one, wish=SlotWish(latest=NEXT + HOUR / 2)),
        replace(one, wish=SlotWish(yard="CNSHA-Y9")),
    ):
        assert _why(moved, _present(now, yards=both)) == {0: Why.UNFIT}
        assert _why(reseated, _present(now, yards=both)) == {}


def test_a_slot_whose_bay_or_team_no_longer_serves_is_left() -> None:
    one = booking(1)
    assert _why([_item(one, slot("R01"))], _present(one)) == {0: Why.UNFIT}
    assert _why([_item(one, slot())], _present(one, yards={})) == {0: Why.UNFIT}


def test_a_slot_in_hours_that_are_closed_by_now_is_left() -> None:
    one = booking(1)
    items = [_item(one, slot())]
    off_duty = _item(one, slot(at=made.MONDAY + timedelta(hours=6)))
    assert _why([off_duty], _present(one)) == {0: Why.UNFIT}
    for closed in ((None, None), (Sort.BAY, "S01"), (Sort.TEAM, "C01"), (Sort.BAY, "S02")):
        closure = Closure(1, NEXT - HOUR / 4, NEXT + HOUR, *closed)
        changed = replace(made.yard(), closures=(closure,))
        hit = {} if closed[1] == "S02" else {0: Why.UNFIT}
        assert _why(items, _present(one, yards={YARD: changed})) == hit


def test_a_slot_that_somebody_else_took_is_left() -> None:
    one = booking(1)
    (bay, *_) = fit.taken(made.yard(), slot())
    takes = replace(bay, starts=bay.ends - HOUR / 4, ends=bay.ends + HOUR)
    after = Taken(bay.resource, bay.ends, bay.ends + HOUR)
    assert _why([_item(one, slot())], _present(one, taken=[takes])) == {0: Why.TAKEN}
    assert _why([_item(one, slot())], _present(one, taken=[after])) == {}
    offered = [_item(one, slot(), Kind.OFFER)]
    assert _why(offered, _present(one, taken=[takes])) == {}


def test_bookings_may_take_each_others_places() -> None:
    one, two = confirmed(1, slot()), confirmed(2, slot(at=NEXT))
    items = [_item(one, slot(at=NEXT), Kind.MOVE), _item(two, slot(), Kind.MOVE)]
    assert _why(items, _present(one, two)) == {}


def test_whoever_stays_because_of_one_that_fell_out_keeps_the_next_from_moving_too() -> None:
    late = made.OPENS + 2 * HOUR
    chain = [confirmed(1, slot()), confirmed(2, slot(at=NEXT)), confirmed(3, slot(at=late))]
    free = slot(at=late + 2 * HOUR)
    items = [
        _item(chain[0], slot(at=NEXT), Kind.MOVE),
        _item(chain[1], slot(at=late), Kind.MOVE),
        _item(chain[2], free, Kind.MOVE),
    ]
    assert _why(items, _present(*chain)) == {}
    taken = fit.taken(made.yard(), free)
    assert _why(items, _present(*chain, taken=taken)) == dict.fromkeys((0, 1, 2), Why.TAKEN)
