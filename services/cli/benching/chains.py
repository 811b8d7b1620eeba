"""`onestop bench verify`: the check of all chains, against reading the rows with one hash each.

Both read over the service's own connections, thousands of rows at a time, in turn. Records
are made as the service makes them and copied in.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import Integer, Text, Uuid, bindparam, cast, select, tuple_

from services.cli.benching import cases, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.inspection import chain_checks, rows, store
from services.inspection.domain import records
from services.inspection.domain.case import Case
from services.inspection.domain.records import Head, Moment, Note
from shared.database import Database
from shared.ids import uuid7
from shared.prepared import Statement

RECORDS, OF_CASE = 1_000_000, 25
COPIED, READ = 1_000, 12_500
ROUNDS = 3

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


def run() -> dict[str, Any]:
    """Run it; the ratio first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with single.served(bench, "inspection"):
        pass
    say(f"{RECORDS} records are made")
    connection = await asyncpg.connect(
        f"{bench.url}/{single.DATABASE}", server_settings={"search_path": "inspection"}
    )
    for _ in range(RECORDS // OF_CASE // COPIED):
        await _copy(connection)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    database = cases.database(bench)
    say(f"{ROUNDS} times: the check, then the floor")
    took = [(await _check(database), await _floor(database)) for _ in range(ROUNDS)]
    await database.close()
    check, floor = (median(each) for each in zip(*took, strict=True))
    return {
        "name": "verify",
        "of_floor": round(check / floor, 2),
        "check": {"seconds": round(check, 2), "per_second": round(RECORDS / check)},
        "floor": {"seconds": round(floor, 2), "per_second": round(RECORDS / floor)},
        "records": RECORDS,
    }


async def _check(database: Database) -> float:
    began = time.perf_counter()
    async with database.connect() as reader:
        if broken := await chain_checks.check(reader):
            raise RuntimeError(broken[0])
    return time.perf_counter() - began


async def _floor(database: Database) -> float:
    """Read every row, and hash its payload."""
    began, case_id, seq, many = time.perf_counter(), UUID(int=0), 0, 0
    async with database.connect() as reader:
        while found := await _ROWS.run(reader, {"case": case_id, "seq": seq}):
            for each in found:
                hashlib.sha256(each["payload"].encode()).hexdigest()
            case_id, seq, many = found[-1]["case_id"], found[-1]["seq"], many + len(found)
    if many != RECORDS:
        raise RuntimeError("not every row was read")
    return time.perf_counter() - began


async def _copy(connection: asyncpg.Connection) -> None:
    """More cases, each with its chain."""
    now = datetime.now(UTC)
    new = [_case(now) for _ in range(COPIED)]
    made = [list(_chain(case, now)) for case in new]
    ended = [
        replace(case, head=Head(chain[-1][0].seq, chain[-1][0].hash))
        for case, chain in zip(new, made, strict=True)
    ]
    await _put(connection, "cases", [rows.case_values(each) for each in ended])
    values = [rows.record_values(*each) for chain in made for each in chain]
    await _put(connection, "case_records", values)


async def _put(connection: asyncpg.Connection, table: str, values: list[dict[str, Any]]) -> None:
    told = [
        tuple(json.dumps(each) if isinstance(each, dict) else each for each in row.values())
        for row in values
    ]
    await connection.copy_records_to_table(table, records=told, columns=list(values[0]))


def _case(now: datetime) -> Case:
    return Case(id=uuid4(), filing_id=uuid4(), requirement_id=uuid4(), created_at=now)


def _chain(case: Case, now: datetime) -> Iterator[tuple[records.Record, str]]:
    """A case's records: an officer's answers, a minute between them."""
    head = case.head
    for number in range(OF_CASE):
        moment = now + timedelta(minutes=number)
        note = Note("result", _answer(number))
        ((record, text),) = records.chained(
            head, [note], case_id=case.id, actor=cases.OFFICER, now=Moment(moment, moment)
        )
        head = Head(record.seq, record.hash)
        yield record, text


def _answer(number: int) -> dict[str, records.Json]:
    return {
        "id": str(uuid7()),
        "item": "weight",
        "outcome": "conform",
        "line": 1 + number % 2,
        "figure": f"{1000 + number}.5",
        "note": "抽查过磅 weighed by sample",
    }
