"""A message that cannot be applied is seen and decided by an operator; the others go on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from shared import errors, service
from shared.auth.principal import Role
from shared.contracts.envelope import Envelope, Event
from shared.ids import uuid7
from shared.messaging import dead_letters
from tests import kits
from tests.integration.messaging.room import (
    CONSUMER,
    PRODUCER,
    Room,
    caught_up,
    envelopes,
    running,
    until,
)

NO_EVENTS = (
    b"",
    b"{",
    b"null",
    b"\xff\xfe\x00",
    b'{"type": "onestop.filing.accepted.v1"}',
    b"[" * 99_999,
)
REASON = {"reason": "the producer took it back"}


class NotToday(errors.Conflict):
    """The toy handler refuses this filing."""

    zh = "此申报单被拒绝。"


class Spoiler:
    """Refuses the events of one filing until it is mended."""

    def __init__(self, filing_id: UUID, *, error: Exception | None = None) -> None:
        self.filing_id = filing_id
        self.error = error or NotToday(filing=filing_id)
        self.mended = False

    def __call__(self, event: Event, envelope: Envelope) -> None:
        """Raise, if this event is of that filing."""
        if envelope.subject == self.filing_id and not self.mended:
            raise self.error


@pytest.fixture
async def noter(room: Room) -> AsyncIterator[service.Service]:
    """The consumer, running."""
    made = room.noter()
    async with running(room.filer(), made):
        yield made


@pytest.fixture
async def operator(noter: service.Service) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the consumer's routes for operators."""
    async with kits.client(noter, Role.SERVICE) as client:
        yield client


async def _letters(operator: httpx.AsyncClient, *, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        answer = await operator.get("/v1/ops/dead-letters", params={"state": "open"})
        found[:] = answer.json()["items"]
        return len(found) >= count

    await until(there)
    assert len(found) == count
    return found


async def test_a_refused_event_is_a_dead_letter_and_other_aggregates_go_on(
    room: Room, operator: httpx.AsyncClient
) -> None:
    poisoned, sound = uuid4(), uuid4()
    room.spoil = Spoiler(poisoned)
    await room.tell(poisoned, times=2)
    await room.tell(sound, times=3)
    assert await room.seen_are(3) == [(sound, 1), (sound, 2), (sound, 3)]
    [letter] = await _letters(operator, count=1)
    assert letter["type"] == "onestop.filing.change_refused.v1"
    assert "NotToday" in letter["reason"]
    shown = (await operator.get(f"/v1/ops/dead-letters/{letter['id']}")).json()
    assert str(poisoned) in shown["payload"]
    assert (await operator.get("/v1/ops/pending")).json()["dead_letters"] == 1


async def test_after_mending_a_redrive_applies_it_and_the_aggregate_goes_on(
    room: Room, operator: httpx.AsyncClient
) -> None:
    filing_id = uuid4()
    room.spoil = spoiler = Spoiler(filing_id)
    await room.tell(filing_id, times=2)
    [letter] = await _letters(operator, count=1)
    redrive = f"/v1/ops/dead-letters/{letter['id']}/redrive"
    refused = await operator.post(redrive, json=REASON, headers=kits.keyed("redrive"))
    assert (refused.status_code, refused.json()["code"]) == (409, "redrive_failed")
    spoiler.mended = True
    done = await operator.post(redrive, json=REASON, headers=kits.keyed("redrive"))
    assert (done.status_code, done.json()["state"]) == (200, "redriven")
    assert await room.seen_are(2, seconds=40) == [(filing_id, 1), (filing_id, 2)]
    repeated = await operator.post(redrive, json=REASON, headers=kits.keyed("redrive"))
    assert (repeated.headers["Idempotency-Replayed"], repeated.json()) == ("true", done.json())
    assert (
        await operator.post(redrive, json=REASON, headers=kits.keyed("anew"))
    ).status_code == 404
    assert (await operator.post(redrive, json=REASON)).json()["code"] == "idempotency_key_missing"


async def test_dropping_it_lets_the_aggregate_go_on_without_it(
    room: Room, operator: httpx.AsyncClient
) -> None:
    filing_id = uuid4()
    room.spoil = spoiler = Spoiler(filing_id)
    await room.tell(filing_id)
    [letter] = await _letters(operator, count=1)
    spoiler.mended = True
    drop = f"/v1/ops/dead-letters/{letter['id']}/drop"
    dropped = await operator.post(drop, json=REASON, headers=kits.keyed("drop-it"))
    assert (dropped.status_code, dropped.json()["state"]) == (200, "dropped")
    assert dropped.json()["note"] == REASON["reason"]
    await room.tell(filing_id)
    assert await room.seen_are(1) == [(filing_id, 2)]


async def test_a_bug_in_a_handler_is_retried_before_it_becomes_a_dead_letter(
    room: Room, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.outcome.PATIENCE", 3)
    filing_id = uuid4()
    room.spoil = spoiler = Spoiler(filing_id, error=RuntimeError("a bug"))
    await room.tell(filing_id)
    [letter] = await _letters(operator, count=1)
    assert letter["deliveries"] == 3
    redrive = f"/v1/ops/dead-letters/{letter['id']}/redrive"
    assert (
        await operator.post(redrive, json=REASON, headers=kits.keyed("redrive"))
    ).status_code == 409
    spoiler.mended = True
    assert (
        await operator.post(redrive, json=REASON, headers=kits.keyed("redrive"))
    ).status_code == 200
    assert await room.seen_are(1) == [(filing_id, 1)]


async def test_bytes_that_are_no_event_are_kept_and_do_not_stop_the_queue(
    room: Room, noter: service.Service, operator: httpx.AsyncClient
) -> None:
    bus = noter.kit.bus
    await bus.ready()
    for payload in NO_EVENTS:
        await bus.jetstream.publish(f"{room.namespace}.filing.accepted", payload)
    filing_id = uuid4()
    await room.tell(filing_id)
    assert await room.seen_are(1) == [(filing_id, 1)]
    letters = await _letters(operator, count=len(NO_EVENTS))
    assert {(letter["type"], letter["deliveries"]) for letter in letters} == {(None, 1)}
    for letter in letters:
        answer = await operator.post(
            f"/v1/ops/dead-letters/{letter['id']}/drop",
            json=REASON,
            headers=kits.keyed(letter["id"]),
        )
        assert answer.status_code == 200
    await caught_up(noter)


async def test_an_unknown_version_waits_as_a_dead_letter_with_what_follows(
    room: Room, noter: service.Service, operator: httpx.AsyncClient
) -> None:
    first, second = envelopes([uuid4()], events=2)
    newer = first.model_copy(update={"type": "onestop.filing.change_refused.v2"})
    bus = noter.kit.bus
    await bus.ready()
    for envelope in (newer, second):
        await bus.publish(envelope, emission=1)
    [letter] = await _letters(operator, count=1)
    assert "unknown event type" in letter["reason"]
    assert await bus.lag(producer=PRODUCER, consumer=noter.name) == 1
    assert await room.seen() == []


async def test_of_two_letters_of_an_aggregate_the_earlier_is_decided_first(
    room: Room, noter: service.Service, operator: httpx.AsyncClient
) -> None:
    unknown = "onestop.filing.change_refused.v2"
    bus = noter.kit.bus
    await bus.ready()
    for envelope in envelopes([uuid4()], events=2):
        await bus.publish(envelope.model_copy(update={"type": unknown}), emission=1)
    earlier, later = await _letters(operator, count=2)
    answers = [
        await operator.post(
            f"/v1/ops/dead-letters/{letter['id']}/drop",
            json=REASON,
            headers=kits.keyed(f"drop-{number}"),
        )
        for number, letter in enumerate((later, earlier, later))
    ]
    assert [answer.status_code for answer in answers] == [409, 200, 200]
    assert answers[0].json()["code"] == "earlier_event_missing"


async def test_a_connection_buries_any_number_of_messages(room: Room) -> None:
    """From the sixth time on PostgreSQL plans a statement without knowing its parameters."""
    for number in range(12):
        await dead_letters.bury(
            room.consumer,
            consumer=CONSUMER,
            payload=f"no event {number}".encode(),
            reason="it is none",
            deliveries=1,
            ids=uuid7,
            now=room.clock.wall(),
        )
    async with room.consumer.connect() as connection:
        count = await connection.execute(text("SELECT count(*) FROM dead_letters"))
        assert count.scalar_one() == 12
