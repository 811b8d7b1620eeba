"""What the broker wishes of the slot: how late it may be."""

from datetime import timedelta
from typing import Any

from services.booking import occupancy, store
from services.booking.commands import give_way
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Status
from shared.contracts.values import SlotWish, utc
from tests import factories
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made

FIRST_ENDS = made.OPENS + timedelta(hours=1)


def _wish(**wish: Any) -> SlotWish:
    return SlotWish(auto_confirm=True, **wish)


async def test_a_slot_that_ends_by_the_latest_wish_is_booked_at_once(office: Office) -> None:
    await office.bring(made.determined(slot_wish=_wish(latest=FIRST_ENDS)))
    slot = (await office.booking()).slot
    assert slot is not None
    assert slot.ends == FIRST_ENDS


async def test_no_slot_that_ends_later_is_booked_unasked_but_it_can_be_chosen(
    office: Office,
) -> None:
    latest = FIRST_ENDS - timedelta(minutes=1)
    await office.bring(made.determined(slot_wish=_wish(latest=latest)))
    assert (await office.booking()).status is Status.REQUESTED
    path = f"/v1/requests/{booking_id()}/offers"
    none = (await office.get(path)).json()
    assert none["offers"] == []
    assert "2026-03-01T23:59:00Z, as was wished" in none["none_reason"]["en"]
    assert "2026-03-01T23:59:00Z" in none["none_reason"]["zh"]
    assert none["none_mend"]["en"] == "Ask for offers `from` a later moment."
    async with office.client() as client:
        later = (await client.get(path, params={"from": utc(latest)})).json()["offers"]
    assert later[0]["slot"]["starts"] == "2026-03-02T00:00:00Z"


async def test_an_agreed_slot_that_gives_way_is_rather_late_than_lost(office: Office) -> None:
    await office.bring(made.determined(slot_wish=_wish(latest=FIRST_ENDS)))

    async def displaced(session: Any, turn: Turn) -> None:
        booking = await store.lock(session, booking_id())
        assert booking is not None
        await occupancy.release(session, booking.id)
        await give_way.move(session, booking, reason=factories.said("in the way"), turn=turn)

    office.clock.now = made.OPENS
    await office.do(displaced)
    moved = await office.booking()
    assert moved.status is Status.CONFIRMED
    assert moved.slot is not None
    assert moved.slot.ends > FIRST_ENDS
    assert await office.broken() == []
