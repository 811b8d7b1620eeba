"""Stories of several filings in one transaction, on the services' real tables."""

from collections import defaultdict
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from shared.contracts.envelope import Envelope
from shared.ids import uuid7
from shared.messaging import batch
from shared.messaging.inbox import Applied
from shared.service import Service
from tests.conftest import ServiceDatabase
from tests.contract import replay
from tests.contract.test_handlers import STORY, every_consumer

FILINGS = 3

Told = list[tuple[str, int, str | None]]


async def _stories(service: Service) -> list[list[Envelope]]:
    """The story as far as the service takes it, of each of some filings, from what is new to it."""
    taken = set(replay.followed(service.name))
    events = [each for each in STORY if each in taken]
    fresh = service.name != "declaration"
    filings = [uuid7() if fresh else await replay.known(service) for _ in range(FILINGS)]
    return [replay.story(events, filing_id=filing_id) for filing_id in filings]


async def _told(service: Service, stories: Sequence[Sequence[Envelope]]) -> list[Told]:
    """What the service told of each filing: type, version, and the type of what caused it."""
    causes = {str(each.id): each.type for story in stories for each in story}
    told: defaultdict[str, Told] = defaultdict(list)
    async with service.kit.database.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT envelope ->> 'correlationid' AS filing, type, aggregate_version,"
                " envelope ->> 'causationid' AS cause"
                " FROM outbox ORDER BY aggregate, aggregate_id, aggregate_version"
            )
        )
    for row in rows:
        told[row.filing].append((row.type, row.aggregate_version, causes.get(row.cause)))
    return [told[str(story[0].correlationid)] for story in stories]


async def _together(service: Service, envelopes: Sequence[Envelope]) -> list[Applied]:
    async with service.kit.database.transaction() as session:
        return await batch.apply_in(
            session,
            consumer=service.name,
            envelopes=envelopes,
            handlers=service.handlers,
            now=service.kit.clock.wall(),
        )


@every_consumer
@pytest.mark.parametrize("at_once", [3, 12, 1_000])
async def test_stories_taken_together_tell_what_each_event_alone_tells(
    name: str, at_once: int, service_database: ServiceDatabase
) -> None:
    alone, together = [replay.made(name, await service_database(name)) for _ in range(2)]
    one_by_one = await _stories(alone)
    for story in one_by_one:
        for each in story:
            assert await replay.deliver(alone, each) == "applied"
    stories = await _stories(together)
    woven = [each for step in zip(*stories, strict=True) for each in step]
    for first in range(0, len(woven), at_once):
        some = woven[first : first + at_once]
        assert await _together(together, some) == [Applied.APPLIED] * len(some)
        assert await _together(together, some) == [Applied.DUPLICATE] * len(some)
    expected = await _told(alone, one_by_one)
    assert await _told(together, stories) == expected
    assert all(expected)
