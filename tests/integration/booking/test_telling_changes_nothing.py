"""What brokers are told of exchanges changes no booking, for whoever looked at it before."""

from datetime import timedelta
from uuid import UUID

from services.booking.jobs import sweeping
from services.booking.planner.proposal import Kind
from shared.contracts.values import Slot
from tests.integration.booking import test_applying as applying
from tests.integration.booking import test_exchanging as exchanging
from tests.integration.booking.room import Office, booking_id
from tests.integration.booking.test_exchanging import OTHER, REASON, STAFF, YARD
from tests.integration.booking.test_told_of_exchanges import closing, offered

__all__ = ["offered"]

HOUR = timedelta(hours=1)


async def _planned(office: Office) -> tuple[UUID, Slot]:
    """A plan in which 3 comes an hour later; the plan, and 3's slot in it."""
    before = await office.booking(3)
    assert before.slot is not None
    later = {"starts": before.slot.starts + HOUR, "ends": before.slot.ends + HOUR}
    slot = before.slot.model_copy(update=later)
    return await applying._proposed(office, applying._item(before, slot, Kind.MOVE)), slot


async def test_a_plan_moves_whom_an_offer_was_told_meanwhile(offered: Office) -> None:
    plan, slot = await _planned(offered)
    await sweeping.tell_once(offered.desk)
    assert (await offered.told(3))[-1] == "exchange_offered"
    assert await applying._applied(offered, plan) == {}
    assert (await offered.booking(3)).slot == slot


async def test_a_plan_leaves_whom_more_was_told_than_an_offer(offered: Office) -> None:
    plan, _ = await _planned(offered)
    await sweeping.tell_once(offered.desk)
    chance = (await exchanging._chances(offered, 3))[0]["id"]
    assert (await exchanging._accept(offered, chance, 3)).status_code == 200
    assert await applying._applied(offered, plan) == {booking_id(3): "changed"}


async def test_a_closure_is_made_as_it_was_looked_at_whatever_was_told_meanwhile(
    offered: Office,
) -> None:
    body = await closing(offered, 2)
    await sweeping.tell_once(offered.desk)
    assert (await offered.told(2))[-1] == "exchange_offered"
    made = await offered.post(f"/v1/yards/{YARD}/closures", body, **STAFF)
    assert made.status_code == 201, made.text


async def test_a_closure_is_looked_at_again_where_a_booking_changed_meanwhile(
    offered: Office,
) -> None:
    body = await closing(offered, 2)
    await sweeping.tell_once(offered.desk)
    path = f"/v1/bookings/{booking_id(2)}/cancel"
    assert (await offered.post(path, REASON, **OTHER)).status_code == 200
    made = await offered.post(f"/v1/yards/{YARD}/closures", body, **STAFF)
    assert (made.status_code, made.json()["code"]) == (409, "yard_moved_on")
