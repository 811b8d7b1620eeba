"""`onestop bench sync`: a device's batch of 500 answers over HTTP, against bare asyncpg inserts.

The floor writes the very rows that the service has left, to a table with the same constraints and
indexes, in one transaction. Both in turn, a batch of new cases each.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy.engine import make_url

from services.cli import people
from services.cli.benching import load, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.inspection import commands, store
from services.inspection.commands import Decide
from services.inspection.domain import inspecting, planning
from services.inspection.domain.records import Actor, Moment
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined
from shared.contracts.values import AgencyNeed, Line, Mode, Scope, Slot, TeamPlace
from shared.database import Database
from shared.ids import uuid7

BATCH, CASES = 500, 20
ROUNDS, WARM = 30, 3
WAIT = timedelta(hours=3)
OFFICER = Actor("demo-officer-customs", "officer", "customs")
BARE = "CREATE TABLE bare (LIKE case_records INCLUDING ALL)"
WRITTEN = "SELECT * FROM case_records WHERE case_id = ANY($1) AND kind = 'result'"


def run() -> dict[str, Any]:
    """Run it; the ratio first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with single.served(bench, "inspection") as url:
        address = make_url(bench.admin_url).set(
            database=single.DATABASE, drivername="postgresql+asyncpg"
        )
        database = Database(
            address.render_as_string(hide_password=False), schema="inspection", pool_size=2
        )
        say(f"{(ROUNDS + WARM) * CASES} cases are opened")
        rounds = [await _opened(database) for _ in range(ROUNDS + WARM)]
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
        for cases in rounds:
            body = _batch(cases)
            request = load.request(
                "POST", "/inspection/v1/sync", token=token, body=body, key=str(uuid4())
            )
            began = time.perf_counter()
            answer = json.loads(await link.send(request))
            service = time.perf_counter() - began
            if {each["status"] for each in answer["records"]} != {"applied"}:
                raise RuntimeError("not every record was applied")
            took.append((service, await _bare(connection, cases)))
    services, floors = zip(*took[WARM:], strict=True)
    return median(services), median(floors)


async def _bare(connection: asyncpg.Connection, cases: Sequence[UUID]) -> float:
    """Write the rows of a batch; the seconds it took."""
    rows = [tuple(row.values()) for row in await connection.fetch(WRITTEN, cases)]
    if len(rows) != BATCH:
        raise RuntimeError("the floor has not as many rows as the batch")
    places = ", ".join(f"${number}" for number in range(1, len(rows[0]) + 1))
    insert = f"INSERT INTO bare VALUES ({places})"  # noqa: S608 - numbers of parameters alone
    began = time.perf_counter()
    async with connection.transaction():
        await connection.executemany(insert, rows)
    return time.perf_counter() - began


def _batch(cases: Sequence[UUID]) -> bytes:
    now = datetime.now(UTC).isoformat()
    records = [
        {
            "id": str(uuid7()),
            "case_id": str(cases[number % CASES]),
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


async def _opened(database: Database) -> list[UUID]:
    """New cases whose containers are open now."""
    now = datetime.now(UTC)
    moment = Moment(wall=now, yard=now)
    found = []
    async with database.transaction() as session:
        for _ in range(CASES):
            filing = uuid4()
            requirement = derived.requirement_id(filing)
            case = await store.obtain(session, requirement, filing_id=filing, now=now)
            told = _determined(filing, requirement, now)
            steps: list[Decide] = [
                partial(planning.require, determination=told, now=moment, wait=WAIT),
                partial(planning.assign, slot=_slot(now)),
                partial(
                    inspecting.open_container, who=OFFICER, present=(), reason=None, now=moment
                ),
            ]
            for step in steps:
                change = step(case)
                case = await commands.hear(
                    session, case, change, who=OFFICER, now=moment, ids=uuid7
                )
            found.append(case.id)
    return found


def _slot(now: datetime) -> Slot:
    teams = (TeamPlace(agency="customs", team="C1"),)
    return Slot(yard="Y1", bay="B1", teams=teams, starts=now, ends=now + timedelta(hours=1))


def _determined(filing: UUID, requirement: UUID, now: datetime) -> RequirementDetermined:
    line = Line(
        number=1,
        hs_code="0202300090",
        name="冻去骨牛肉",
        quantity=Decimal(18000),
        unit="KGM",
        net_kg=Decimal(18000),
    )
    return RequirementDetermined(
        filing_id=filing,
        requirement_id=requirement,
        filing_version=1,
        revision=1,
        mode=Mode.SINGLE,
        needs=(AgencyNeed(agency="customs", scope=Scope.UNPACK, minutes=60),),
        lines=(line, line.model_copy(update={"number": 2})),
        terminal="CNTAO-T1",
        arrival=now,
        broker=people.DEMO_BROKER,
    )
