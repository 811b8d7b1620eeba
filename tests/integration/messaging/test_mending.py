"""What an operator sees and does about stuck events, and that it is written down."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors, service
from shared.auth.principal import Role
from shared.contracts.envelope import Envelope, Event
from shared.messaging import dead_letters, inbox, outbox
from shared.telemetry import traces
from tests import kits
from tests.integration.messaging.room import (
    CONSUMER,
    MIGRATIONS,
    Room,
    envelopes,
    refused,
)

WHY = {"reason": "mended by release 7"}


class NotYet(errors.Conflict):
    """The toy handler refuses these filings for now."""

    zh = "暂时拒绝。"


class Desk:
    """A consumer with dead letters, which nothing runs but its operator."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.bad: set[UUID] = set()
        room.spoil = self._spoil
        self.service = service.assemble(
            room.kit(CONSUMER, room.consumer),
            title="noter",
            routers=[],
            handlers=self._handlers(),
            migrations=MIGRATIONS,
        )
        self.operator = kits.client(self.service, Role.SERVICE)
        self.keys = iter(range(1_000))

    def _spoil(self, _event: Event, envelope: Envelope) -> None:
        if envelope.subject in self.bad:
            raise NotYet(filing=envelope.subject)

    def _handlers(self) -> inbox.Handlers:
        noted = self.room.handlers()

        async def note(session: AsyncSession, event: Event, envelope: Envelope) -> None:
            await noted[type(event)](session, event, envelope)
            await outbox.append(
                session,
                [refused(envelope.subject)],
                version=envelope.aggregateversion,
                source=CONSUMER,
                ids=self.service.kit.ids,
                now=self.room.clock.wall(),
            )

        return dict.fromkeys(noted, note)

    async def bury(self, envelope: Envelope) -> UUID:
        """A letter; its id."""
        ids = self.service.kit.ids
        await dead_letters.bury(
            self.room.consumer,
            consumer=CONSUMER,
            payload=envelope.model_dump_json().encode(),
            reason="NotYet",
            deliveries=1,
            ids=ids,
            now=self.room.clock.wall(),
        )
        async with self.room.consumer.connect() as connection:
            newest = text("SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1")
            return UUID(str((await connection.execute(newest)).scalar_one()))

    async def do(self, path: str, body: Any = None) -> httpx.Response:
        """An act, for the first time."""
        return await self.operator.post(
            f"/v1/ops/{path}", json=body or WHY, headers=kits.keyed(f"k{next(self.keys)}")
        )

    async def acts(self) -> list[dict[str, Any]]:
        """What is recorded."""
        return list((await self.operator.get("/v1/ops/acts")).json()["items"])

    async def rows(self) -> dict[str, int]:
        """How much there is in the tables that an applied event would change."""
        async with self.room.consumer.connect() as connection:
            return {
                table: (
                    await connection.execute(text(f"SELECT count(*) FROM {table}"))
                ).scalar_one()
                for table in ("seen", "outbox", "inbox", "watermarks")
            }


@pytest.fixture
async def desk(room: Room) -> AsyncIterator[Desk]:
    made = Desk(room)
    yield made
    await made.operator.aclose()


async def test_what_if_tells_what_a_redrive_would_do_and_changes_nothing(desk: Desk) -> None:
    [envelope] = envelopes([uuid4()], events=1)
    letter = await desk.bury(envelope)
    desk.bad.add(envelope.subject)
    refused = (await desk.do(f"dead-letters/{letter}/what-if")).json()
    desk.bad.clear()
    before = await desk.rows()
    answer = await desk.do(f"dead-letters/{letter}/what-if")
    assert (refused["result"], refused["events"]) == ("refused", [])
    assert "NotYet" in refused["reason"]
    assert answer.json() == {
        "result": "applied",
        "reason": None,
        "events": [
            {
                "type": "onestop.filing.change_refused.v1",
                "aggregate_id": str(envelope.subject),
                "aggregate_version": 1,
            }
        ],
    }
    assert await desk.rows() == before
    assert (await desk.operator.get(f"/v1/ops/dead-letters/{letter}")).json()["state"] == "open"


async def test_what_a_redrive_leads_to_is_below_it_in_the_filing_s_trace(
    desk: Desk, tmp_path: Path
) -> None:
    [made] = envelopes([uuid4()], events=1)
    begun = traces.of_filing(made.subject, span="00f067aa0ba902b7")
    letter = await desk.bury(made.model_copy(update={"traceparent": begun}))
    traces.configure("file", folder=tmp_path)
    await desk.do(f"dead-letters/{letter}/redrive")
    traces.close()
    told = json.loads((tmp_path / traces.FILE_NAME).read_text().splitlines()[0])
    [redriven] = told["resourceSpans"][0]["scopeSpans"][0]["spans"]
    [event] = await kits.told(desk.service)
    assert redriven["name"] == f"process {made.type}"
    assert event.traceparent == f"00-{made.subject.hex}-{redriven['spanId']}-01"


async def test_all_are_redriven_together_and_those_that_fail_stay(desk: Desk) -> None:
    first, second = envelopes([uuid4()], events=2)
    [bad] = envelopes([uuid4()], events=1)
    # The later event's letter is the older one: it is gone through again after the other.
    letters = [await desk.bury(each) for each in (second, first, bad)]
    desk.bad.add(bad.subject)
    done = (await desk.do("dead-letters/redrive")).json()
    assert done["redriven"] == [str(letters[1]), str(letters[0])]
    assert [each["id"] for each in done["failed"]] == [str(letters[2])]
    assert done["open"] == 1
    assert await desk.room.seen() == [(first.subject, 1), (first.subject, 2)]


async def test_every_act_is_recorded_with_who_when_and_why_and_so_is_a_refused_one(
    desk: Desk,
) -> None:
    [bad], [sound] = envelopes([uuid4()], events=1), envelopes([uuid4()], events=1)
    worse, better = await desk.bury(bad), await desk.bury(sound)
    desk.bad.add(bad.subject)
    aggregate = uuid4()
    for path in (
        f"dead-letters/{better}/what-if",
        f"dead-letters/{worse}/redrive",
        f"dead-letters/{better}/redrive",
        f"dead-letters/{worse}/drop",
        "dead-letters/redrive",
        f"outbox/{aggregate}/unpark",
        "outbox/re-emit",
    ):
        await desk.do(path)
    told = await desk.acts()
    assert [(each["act"], each["subject"], each["result"].partition(":")[0]) for each in told] == [
        ("what_if", str(better), "applied"),
        ("redrive", str(worse), "redrive_failed"),
        ("redrive", str(better), "redriven"),
        ("drop", str(worse), "dropped"),
        ("redrive_all", "all", "redriven 0, failed 0"),
        ("unpark", str(aggregate), "events 0"),
        ("re_emit", "all", "events 0"),
    ]
    assert {(each["by"], each["reason"]) for each in told} == {("a service", WHY["reason"])}
    assert all(each["at"] for each in told)


async def test_an_act_that_is_sent_twice_is_recorded_once(desk: Desk) -> None:
    [envelope] = envelopes([uuid4()], events=1)
    path = f"/v1/ops/dead-letters/{await desk.bury(envelope)}/drop"
    for _ in range(2):
        answer = await desk.operator.post(path, json=WHY, headers=kits.keyed("once"))
        assert answer.status_code == 200
    assert [each["act"] for each in await desk.acts()] == ["drop"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE operator_acts SET reason = ''", "DELETE FROM operator_acts", "TRUNCATE operator_acts"],
)
async def test_what_is_recorded_stays_as_it_is(desk: Desk, change: str) -> None:
    await desk.do("dead-letters/redrive")
    with pytest.raises(DBAPIError, match="operator_acts only grows"):
        async with desk.room.consumer.transaction() as session:
            await session.execute(text(change))
    assert len(await desk.acts()) == 1


async def test_nothing_is_done_without_a_reason(desk: Desk) -> None:
    [envelope] = envelopes([uuid4()], events=1)
    letter = await desk.bury(envelope)
    for path in (
        f"dead-letters/{letter}/redrive",
        f"dead-letters/{letter}/drop",
        "dead-letters/redrive",
        f"outbox/{uuid4()}/unpark",
    ):
        answer = await desk.do(path, {"reason": ""})
        assert answer.status_code == 422, path
    assert await desk.acts() == []
