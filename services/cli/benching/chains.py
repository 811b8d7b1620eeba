"""`onestop bench verify`: verify of inspection, against reading its records with one hash each.

The service is asked as `onestop verify` asks it: records, chains, tree, checkpoints, signatures,
state and evidence. The floor reads the rows of the records over one connection, thousands at a
time, and hashes each payload. Both in turn. Cases are made as the service makes them and copied in.
"""

import asyncio
import hashlib
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, bindparam, cast, select, tuple_

from services.cli import people
from services.cli.benching import cases, copied, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.cli.replaying.client import Api
from services.inspection import store
from shared.database import Database
from shared.prepared import Statement

RECORDS = 1_000_000
READ = 12_500
ROUNDS = 3
VERIFY = "/v1/ops/verify"

_its = store.entries.c
_columns = [
    cast(each, Text).label(each.name) if each is _its.payload else each for each in store.written
]
_ROWS = Statement(
    select(*_columns)
    .where(
        tuple_(_its.case_id, _its.seq)
        > tuple_(bindparam("case", type_=Uuid()), bindparam("seq", type_=Integer()))
    )
    .order_by(_its.case_id, _its.seq)
    .limit(READ)
)


def run(*, records: int = RECORDS) -> dict[str, Any]:
    """Run it; the ratio first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench, records))


async def _run(bench: Bench, records: int) -> dict[str, Any]:
    async with single.served(bench, "inspection"):
        pass
    say(f"{records} records are made")
    many = await copied.fill(bench, records=records)
    tokens = people.tokens(bench.issuer, now=datetime.now(UTC))
    database = cases.database(bench)
    say(f"{ROUNDS} times: the check, then the floor")
    async with single.served(bench, "inspection") as url, Api(url, tokens) as api:
        took = [(await _check(api), await _floor(database, many)) for _ in range(ROUNDS)]
    await database.close()
    check, floor = (median(each) for each in zip(*took, strict=True))
    return {
        "name": "verify",
        "of_floor": round(check / floor, 2),
        "check": {"seconds": round(check, 2), "per_second": round(many / check)},
        "floor": {"seconds": round(floor, 2), "per_second": round(many / floor)},
        "rounds": [[round(each, 2) for each in pair] for pair in took],
        "records": many,
    }


async def _check(api: Api) -> float:
    began = time.perf_counter()
    found = await api.patiently("auditor", VERIFY)
    took = time.perf_counter() - began
    if found["broken"]:
        raise RuntimeError(found["broken"][0])
    return took


async def _floor(database: Database, records: int) -> float:
    """Read every row, and hash its payload."""
    began, case_id, seq, many = time.perf_counter(), UUID(int=0), 0, 0
    async with database.connect() as reader:
        while found := await _ROWS.run(reader, {"case": case_id, "seq": seq}):
            for each in found:
                hashlib.sha256(each["payload"].encode()).hexdigest()
            case_id, seq, many = found[-1]["case_id"], found[-1]["seq"], many + len(found)
    if many != records:
        raise RuntimeError("not every row was read")
    return time.perf_counter() - began
