"""What a benchmark reads from the database beside the load: counts and recorded moments."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any, Self

import asyncpg

from shared.embedded.folder import Folder

SERVICES = ("declaration", "mutual_recognition", "booking", "inspection")
OPEN = "SELECT count(*) FROM declaration.filings WHERE status IN ('accepted', 'held')"
LOOK = "CREATE INDEX bench_open ON declaration.filings (id) WHERE status IN ('accepted', 'held')"
"""So that looking for them often takes nothing from what is measured."""
ENDED = "SELECT count(*) FROM declaration.filings WHERE status IN ('released', 'refused_entry')"
NEWEST = "SELECT coalesce(max(accepted_at), 'epoch') FROM declaration.filings"
WAYS = """
SELECT extract(epoch FROM changed_at - accepted_at)::float * 1000
FROM declaration.filings WHERE status IN ('released', 'refused_entry') AND accepted_at > $1
"""
MODES = "SELECT mode, count(*) FROM mutual_recognition.requirements GROUP BY mode ORDER BY mode"
WRITES = " + ".join(
    f"(SELECT count(*) FROM {name}.{table})"  # noqa: S608 - names from this file alone
    for name in SERVICES
    for table in ("inbox", "idempotency_keys")
)
NOT_INSPECTED = "AND requirement ->> 'mode' = 'none'"
EVENTS_OF_A_WAY = 2
"""Without inspection: filing.accepted until the requirement is met, and that until release."""


class Watch:
    """One connection of the superuser's."""

    def __init__(self, server: str, connection: asyncpg.Connection) -> None:
        self.server = server
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def of(cls, folder: Folder) -> AsyncIterator[Self]:
        """Watch the instance that serves a data folder."""
        running = folder.running()
        if running is None or running.postgres_port is None:
            raise RuntimeError("the instance ended while it was measured")
        password = folder.secret("postgres")
        server = f"postgresql://postgres:{password}@127.0.0.1:{running.postgres_port}"
        connection = await asyncpg.connect(f"{server}/onestop")
        try:
            await connection.execute(LOOK)
            yield cls(server, connection)
        finally:
            await connection.close()

    async def open(self) -> int:
        """Filings that have not ended."""
        return int(await self._connection.fetchval(OPEN))

    async def ended(self) -> int:
        """Filings that have."""
        return int(await self._connection.fetchval(ENDED))

    async def newest(self) -> datetime:
        """When the last filing was accepted (UTC)."""
        moment: datetime = await self._connection.fetchval(NEWEST)
        return moment

    async def transactions(self) -> int:
        """Requests that changed something, and events that were applied, until now."""
        return int(await self._connection.fetchval(f"SELECT {WRITES}"))

    async def modes(self) -> dict[str, int]:
        """How many requirements came out in each mode."""
        return {row["mode"]: row["count"] for row in await self._connection.fetch(MODES)}

    async def event_ways(self) -> dict[str, float]:
        """Until now: from accepted to released, shared among the events of that way (ms)."""
        rows = await self._connection.fetch(WAYS + NOT_INSPECTED, datetime.min.replace(tzinfo=UTC))
        return _percentiles([row[0] / EVENTS_OF_A_WAY for row in rows])

    async def whole_ways(self, *, since: datetime) -> dict[str, float]:
        """From accepted to ended, of all that were accepted after `since` (ms)."""
        return _percentiles([row[0] for row in await self._connection.fetch(WAYS, since)])

    async def change(self, statement: str) -> None:
        """Set the scene."""
        await self._connection.execute(statement)

    async def sample(self) -> tuple[str, str]:
        """The bytes of one stored filing and its event."""
        state = await self._connection.fetchval("SELECT content FROM declaration.filings LIMIT 1")
        event = await self._connection.fetchval("SELECT envelope FROM declaration.outbox LIMIT 1")
        return json.dumps(json.loads(state)), json.dumps(json.loads(event))


def _percentiles(milliseconds: list[Any]) -> dict[str, float]:
    cuts = quantiles(milliseconds, n=100)
    return {"p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}
