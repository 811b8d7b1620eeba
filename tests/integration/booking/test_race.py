"""Two hundred clients want the same bay at the same time: exactly one gets it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.commands import slots
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Booking
from services.booking.domain.fit import Choice
from services.booking.domain.refusals import SlotTaken
from shared.database import Database
from tests import kits
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

RACERS = 200

PATIENCE_SECONDS = 120

Outcome = TypeVar("Outcome")


@pytest.fixture
async def office_database(
    service_database: Callable[[str], Awaitable[Database]],
) -> AsyncIterator[Database]:
    """Lets all racers wait their turn, however slow the machine."""
    made = await service_database("booking")
    url = made.engine.url.render_as_string(hide_password=False)
    patient = Database(url, schema=made.schema, pool_seconds=PATIENCE_SECONDS)
    yield patient
    await patient.close()


async def _at_once(racers: Iterable[Awaitable[Outcome]]) -> Counter[Outcome]:
    """Run all the racers at once; the pool's connections are what they wait for."""
    return Counter(await asyncio.gather(*racers))


async def _open_requests(office: Office) -> None:
    for serial in range(RACERS):
        await office.bring(made.determined(serial))


async def _winners(office: Office) -> int:
    async with office.service.kit.database.connect() as connection:
        taken = await connection.execute(
            text("SELECT count(DISTINCT booking_id) FROM occupancy WHERE active")
        )
        return int(taken.scalar_one())


async def test_exactly_one_of_two_hundred_commands_gets_the_slot(office: Office) -> None:
    await _open_requests(office)
    choice = Choice(yard="CNTAO-Y1", bay="P01", teams={"customs": "C01"}, starts=made.OPENS)

    async def race(serial: int) -> str:
        async def hold(session: AsyncSession, turn: Turn) -> Booking:
            booking = await store.lock(session, booking_id(serial))
            assert booking is not None
            return await slots.hold(session, booking, choice=choice, turn=turn)

        try:
            await office.do(hold)
        except SlotTaken as taken:
            return f"taken, with {len(taken.facts['offers'])} other offers"
        return "held"

    outcomes = await _at_once(race(serial) for serial in range(RACERS))
    assert outcomes == {"held": 1, "taken, with 5 other offers": RACERS - 1}
    assert await _winners(office) == 1
    assert await office.broken() == []


async def test_exactly_one_of_two_hundred_clients_gets_the_slot(office: Office) -> None:
    await _open_requests(office)
    offers = (await office.get(f"/v1/requests/{booking_id(0)}/offers")).json()["offers"]
    slot = slot_body(offers)

    async def race(client: httpx.AsyncClient, serial: int) -> tuple[int, str | None]:
        body = {"request_id": str(booking_id(serial)), "slot": slot}
        answer = await client.post("/v1/bookings", json=body, headers=kits.keyed(f"race-{serial}"))
        return answer.status_code, answer.json().get("code")

    async with office.client() as client:
        answers = await _at_once(race(client, serial) for serial in range(RACERS))
    assert answers == {(201, None): 1, (409, "slot_taken"): RACERS - 1}
    assert await _winners(office) == 1
