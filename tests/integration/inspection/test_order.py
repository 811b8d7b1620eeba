"""Events of different aggregates in any order, delivered twice, and people who race."""

import asyncio
from itertools import combinations, permutations
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.inspection import store
from shared import ids
from shared.contracts import booking, derived, requirement
from shared.contracts.envelope import Envelope
from shared.contracts.values import Purpose
from shared.messaging import inbox
from shared.messaging.inbox import Applied
from tests import kits
from tests.factories import NOW
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

IDS: dict[str, Any] = {
    "filing_id": b.FILING,
    "requirement_id": b.REQUIREMENT,
    "filing_version": 1,
    "revision": 1,
}
OF_REQUIREMENT = (
    b.determined(),
    b.revised("late_selection"),
    requirement.LeaveAsked(**IDS, purpose=Purpose.WITHDRAW),
)
OF_BOOKING = (
    booking.BookingRequested(**r.of_booking(), window_opens=b.at().yard, free_until=b.at(9).yard),
    r.confirmed(),
    booking.BookingMissed(**r.of_booking(), missed_at=b.at().yard),
    r.confirmed(b.slot(bay="P2")),
)


def _interleavings() -> list[tuple[bool, ...]]:
    """Every order of the two aggregates' events that keeps each one's own (True: booking)."""
    flags = [True] * len(OF_BOOKING) + [False] * len(OF_REQUIREMENT)
    return sorted(set(permutations(flags)))


@pytest.mark.parametrize("order", _interleavings()[::8])
async def test_the_same_case_comes_of_any_order_of_requirement_and_booking(
    room: Room, order: tuple[bool, ...]
) -> None:
    bookings = iter(enumerate(OF_BOOKING, 1))
    requirements = iter(enumerate(OF_REQUIREMENT, 1))
    for is_booking in order:
        version, event = next(bookings if is_booking else requirements)
        envelope = kits.enveloped(event, version=version)
        assert await room.deliveries.deliver(envelope) is Applied.APPLIED
        assert await room.deliveries.deliver(envelope) is Applied.DUPLICATE
    case = await room.see()
    assert (case["status"], case["revision"], case["leave"]) == ("planned", 2, "withdraw")
    assert (case["slot"]["bay"], case["attempts"], case["gaps"]) == ("P2", 2, [])
    told = await room.told()
    assert told.count("leave_given") == 1
    assert told[-1] in ("planned", "leave_given")
    assert await room.broken() == []


async def test_the_first_events_of_one_case_at_once_make_one_case(room: Room) -> None:
    firsts = [kits.enveloped(event, version=1) for event in (OF_REQUIREMENT[0], OF_BOOKING[0])]
    again = [envelope.model_copy(update={"id": ids.uuid7()}) for envelope in firsts]
    await asyncio.gather(*(_bring(room, each) for each in (*firsts, *again) * 3))
    assert len((await room.see(path=""))["items"]) == 1
    assert await room.broken() == []


async def _bring(room: Room, envelope: Envelope) -> None:
    """Deliver until it is no longer in another's way, as the consumer loop does."""
    for _ in range(20):
        try:
            await room.deliveries.deliver(envelope)
        except inbox.Gap:
            await asyncio.sleep(0.01)
        else:
            return


async def test_of_twenty_officers_who_open_at_once_exactly_one_does(room: Room) -> None:
    await room.plan()
    answers = await asyncio.gather(
        *(
            room.send(who, "open", {"present": [who]}, key=f"race-{who}-{number}")
            for number in range(10)
            for who in ("customs", "quarantine")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert await room.told() == ["planned", "opened"]
    assert await room.broken() == []


async def test_two_agencies_that_write_at_once_never_overwrite_each_other(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    finding = {"code": "pest", "text": "live insects 活虫"}
    answers = await asyncio.gather(
        *(
            room.send(who, "findings", finding, key=f"finding-{who}-{number}")
            for number in range(10)
            for who in ("customs", "quarantine")
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    sections = (await room.see())["sections"]
    assert [len(each["findings"]) for each in sections.values()] == [10, 10]
    async with room.service.kit.database.connect() as connection:
        seqs = await connection.execute(text("SELECT seq FROM case_records ORDER BY seq"))
        assert list(seqs.scalars()) == list(range(1, 46))
    assert await room.broken() == []


async def test_joining_races_the_end_of_the_wait_and_one_of_them_wins(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open", {"present": ["customs"]})
    await room.do("customs", "conclude", r.CONFORM)
    room.hand.turn(180)
    answer, *_ = await asyncio.gather(
        room.send("quarantine", "join"), room.sweep(), room.sweep(), room.sweep()
    )
    told = await room.told()
    assert (told[-1], answer.status_code) in [("joined", 200), ("closed_up", 409)]
    assert await room.broken() == []


def _crossed() -> tuple[UUID, UUID]:
    """Two requirements whose cases' ids have the other order."""
    of = derived.case_id
    pairs = combinations([UUID(int=each) for each in range(9)], 2)
    return next(pair for pair in pairs if of(pair[0]) > of(pair[1]))


async def _locked(room: Room, *requirements: UUID) -> set[UUID]:
    async with room.service.kit.database.transaction() as session:
        cases = await store.lock_all(session, map(derived.case_id, requirements))
        return {each.requirement_id for each in cases.values()}


async def test_who_locks_several_cases_by_id_takes_the_order_of_batches_of_events(
    room: Room, superuser: asyncpg.Connection
) -> None:
    first, second = both = _crossed()
    async with room.service.kit.database.transaction() as session:
        for each in both:
            await store.obtain(session, each, filing_id=each, now=NOW)
    async with room.service.kit.database.transaction() as session:
        await store.known(session, [first])
        device = asyncio.create_task(_locked(room, *both))
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not device.done()
            await asyncio.sleep(0.01)
        assert await store.known(session, both) == {first, second}
    assert await device == {first, second}
