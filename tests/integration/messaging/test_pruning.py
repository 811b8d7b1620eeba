"""Old claims are forgotten in bounded steps, and nothing is applied again for it."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from shared.messaging import inbox
from shared.messaging.inbox import Applied
from tests import factories
from tests.integration.messaging.room import CONSUMER, Room, envelopes

LATER = factories.NOW + timedelta(days=31)


async def _apply(room: Room, *, filings: int) -> list[Applied]:
    handlers = room.handlers()
    return [
        await inbox.apply(
            room.consumer, consumer=CONSUMER, envelope=each, handlers=handlers, now=factories.NOW
        )
        for each in envelopes([uuid4() for _ in range(filings)], events=2)
    ]


async def test_claims_are_forgotten_in_steps(room: Room) -> None:
    await _apply(room, filings=3)
    forgotten = []
    for _ in range(3):
        async with room.consumer.transaction() as session:
            forgotten.append(await inbox.prune(session, before=LATER, at_most=4))
    assert forgotten == [4, 2, 0]


async def test_an_event_whose_claim_was_forgotten_is_not_applied_again(room: Room) -> None:
    [first, second] = envelopes([uuid4()], events=2)
    handlers = room.handlers()
    for each in (first, second):
        await inbox.apply(
            room.consumer, consumer=CONSUMER, envelope=each, handlers=handlers, now=factories.NOW
        )
    async with room.consumer.transaction() as session:
        await inbox.prune(session, before=LATER)
    again = await inbox.apply(
        room.consumer, consumer=CONSUMER, envelope=first, handlers=handlers, now=factories.NOW
    )
    assert again is Applied.OLD
    async with room.consumer.connect() as connection:
        seen = await connection.execute(text("SELECT count(*) FROM seen"))
        assert seen.scalar_one() == 2
