"""What is booked unasked and where a booking moves follow the rule of what is offered first."""

import asyncio
import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.booking import occupancy, store
from services.booking.commands import give_way
from services.booking.commands.turn import Turn
from services.booking.domain import offers, prices
from services.booking.domain.booking import Status
from services.booking.domain.prices import Pool
from services.booking.domain.resources import Sort
from shared.auth.principal import Role
from shared.contracts.values import Slot, SlotWish, utc
from tests import factories
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made

YARD = "CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
HOUR = timedelta(hours=1)


def _morning_is_dear(office: Office) -> None:
    """A plain bay costs so much until 09:00 that nobody who could wait would take it."""
    pool = Pool(YARD, Sort.BAY, "plain")
    office.desk.prices = prices.table(made.OPENS, {pool: [Decimal(50)] * 8})


async def _offered(office: Office, serial: int) -> Any:
    return (await office.get(f"/v1/requests/{booking_id(serial)}/offers")).json()["offers"][0]


async def _slot(office: Office, serial: int = 1) -> Slot:
    booking = await office.booking(serial)
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    return booking.slot


async def test_what_is_booked_at_once_is_what_would_be_offered_first(office: Office) -> None:
    _morning_is_dear(office)
    await office.bring(made.determined(1), made.determined(2, auto=True))
    offered = (await _offered(office, 1))["slot"]
    slot = await _slot(office, 2)
    assert utc(slot.starts) == offered["starts"] == utc(made.OPENS + 2 * HOUR)


async def test_a_booking_that_gives_way_takes_the_slot_that_costs_least(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    _morning_is_dear(office)

    async def displaced(session: Any, turn: Turn) -> None:
        booking = await store.lock(session, booking_id())
        assert booking is not None
        await occupancy.release(session, booking.id)
        await give_way.move(session, booking, reason=factories.said("in the way"), turn=turn)

    await office.do(displaced)
    assert (await _slot(office)).starts == made.OPENS + 2 * HOUR


async def test_a_change_of_the_yard_moves_what_it_hits_to_what_costs_least(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    _morning_is_dear(office)
    body = {"ends": utc(made.OPENS + HOUR), "reason": "sewer burst 管道破裂"}
    path = f"/v1/yards/{YARD}/closures"
    plan = (await office.post(f"{path}/check", body, **STAFF)).json()
    done = await office.post(path, body | {"moves": plan["moves"]}, **STAFF)
    assert done.status_code == 201, done.text
    assert (await _slot(office)).starts == made.OPENS + 2 * HOUR


async def test_the_next_slot_is_named_though_others_cost_less(office: Office) -> None:
    _morning_is_dear(office)
    await office.bring(made.determined(1))
    path = f"/v1/requests/{booking_id(1)}/offers"
    told = (await office.get(path, limit=1)).json()
    assert told["offers"][0]["slot"]["starts"] == utc(made.OPENS + 2 * HOUR)
    assert told["choices"]["next"]["slot"]["starts"] == utc(made.OPENS)


async def test_where_there_is_no_slot_else_overtime_is_named(office: Office) -> None:
    content = made.content() | {"overtime_minutes": 120}
    content["hours"] = {day: ["07:00", "23:00"] for day in content["hours"]}
    version = {"valid_from": "2026-03-03", "reason": "late shifts 延时", "content": content}
    answer = await office.post(f"/v1/yards/{YARD}/versions", version, **STAFF)
    assert answer.status_code == 201, answer.text
    evening = made.CLOSES + timedelta(days=1)
    wish = SlotWish(earliest=evening, latest=evening + 2 * HOUR)
    await office.bring(made.determined(1, slot_wish=wish))
    told = (await office.get(f"/v1/requests/{booking_id(1)}/offers")).json()
    assert told["offers"] == []
    assert "as was wished" in told["none_reason"]["en"]
    late = told["choices"]["overtime"]
    assert (late["slot"]["starts"], late["overtime_minutes"]) == (utc(evening), 60)
    slot = {name: late["slot"][name] for name in ("yard", "bay", "teams", "starts")}
    body = {"request_id": str(booking_id(1)), "slot": slot | {"overtime": True}}
    assert (await office.post("/v1/bookings", body)).status_code == 201


async def test_others_are_served_while_a_change_looks_for_places(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.bring(*(made.determined(serial, auto=True) for serial in range(5)))
    turns, seen = itertools.count(), list[int]()
    best = offers.best

    async def others() -> None:
        while True:
            next(turns)
            await asyncio.sleep(0)

    def watched(*given: Any, **more: Any) -> Any:
        seen.append(next(turns))
        return best(*given, **more)

    monkeypatch.setattr(offers, "best", watched)
    body = {"ends": utc(made.OPENS + HOUR), "reason": "sewer burst 管道破裂"}
    async with asyncio.TaskGroup() as together:
        beside = together.create_task(others())
        await office.post(f"/v1/yards/{YARD}/closures/check", body, **STAFF)
        beside.cancel()
    assert len(seen) == 5
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(seen))
