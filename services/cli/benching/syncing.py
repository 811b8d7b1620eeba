"""`onestop bench sync`: a device's batch of 500 answers over HTTP, against bare asyncpg inserts.

The floor writes the very rows that the service has left, to a table with the same constraints and
indexes, in one transaction. Both in turn, a batch of new cases each.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.cli import people
from services.cli.benching import cases, load, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.inspection import store
from shared.ids import uuid7

BATCH, CASES = 500, 20
ROUNDS, WARM = 30, 3
BARE = "CREATE TABLE bare (LIKE case_records INCLUDING ALL)"
COLUMNS = ", ".join(each.name for each in store.written)
WRITTEN = f"SELECT {COLUMNS} FROM case_records WHERE case_id = ANY($1) AND kind = 'result'"  # noqa: S608 - names of our table's columns


def run() -> dict[str, Any]:
    """Run it; the ratio first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with single.served(bench, "inspection") as url:
        database = cases.database(bench)
        say(f"{(ROUNDS + WARM) * CASES} cases are opened")
        rounds = [await cases.opened(database, count=CASES) for _ in range(ROUNDS + WARM)]
        token = people.tokens(bench.issuer, now=datetime.now(UTC))["officer.customs"]
        connection = await asyncpg.connect(
            f"{bench.url}/{single.DATABASE}", server_settings={"search_path": "inspection"}
        )
        await connection.execute(BARE)
        say(f"{ROUNDS} batches of {BATCH}: the service, then the floor")
        service, floor = await _in_turn(url, token, connection, rounds)
        await connection.close()
        await database.close()
    return {
        "name": "sync",
        "of_floor": round(floor / service, 3),
        "service": {"per_second": round(BATCH / service), "batch_ms": round(service * 1000, 2)},
        "floor": {"per_second": round(BATCH / floor), "batch_ms": round(floor * 1000, 2)},
        "batch": BATCH,
        "cases": CASES,
    }


async def _in_turn(
    url: str, token: str, connection: asyncpg.Connection, rounds: Sequence[Sequence[UUID]]
) -> tuple[float, float]:
    """Seconds of a batch: of the service and of the floor, in the middle of the rounds."""
    took: list[tuple[float, float]] = []
    async with load.connections(url, 1) as (link,):
        for some in rounds:
            body = _batch(some)
            request = load.request(
                "POST", "/inspection/v1/sync", token=token, body=body, key=str(uuid4())
            )
            began = time.perf_counter()
            answer = json.loads(await link.send(request))
            service = time.perf_counter() - began
            if {each["status"] for each in answer["records"]} != {"applied"}:
                raise RuntimeError("not every record was applied")
            took.append((service, await _bare(connection, some)))
    services, floors = zip(*took[WARM:], strict=True)
    return median(services), median(floors)


async def _bare(connection: asyncpg.Connection, some: Sequence[UUID]) -> float:
    """Write the rows of a batch; the seconds it took."""
    rows = [tuple(row.values()) for row in await connection.fetch(WRITTEN, some)]
    if len(rows) != BATCH:
        raise RuntimeError("the floor has not as many rows as the batch")
    places = ", ".join(f"${number}" for number in range(1, len(rows[0]) + 1))
    insert = f"INSERT INTO bare ({COLUMNS}) VALUES ({places})"  # noqa: S608 - numbers of parameters alone
    began = time.perf_counter()
    async with connection.transaction():
        await connection.executemany(insert, rows)
    return time.perf_counter() - began


def _batch(some: Sequence[UUID]) -> bytes:
    now = datetime.now(UTC).isoformat()
    records = [
        {
            "id": str(uuid7()),
            "case_id": str(some[number % CASES]),
            "at": now,
            "kind": "result",
            "data": {
                "item": "weight",
                "outcome": "conform",
                "line": 1 + number % 2,
                "figure": f"{1000 + number}.5",
                "note": "抽查过磅 weighed by sample",
            },
        }
        for number in range(BATCH)
    ]
    body = {"device": "tablet-1", "sent_at": now, "records": records}
    return json.dumps(body, ensure_ascii=False).encode()
