"""A database of inspection with cases that have lived, copied in, a checkpoint after so many."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.cli.benching import cases, chained, lives, single
from services.cli.benching.chained import Happened, Pen
from services.cli.benching.single import Bench
from services.cli.console import say
from services.inspection import keys, ledger, rows
from services.inspection.domain import signing
from services.inspection.domain.checkpoints import Signature
from services.inspection.domain.records import Head
from services.inspection.domain.retelling import story, telling
from services.inspection.evidence.folder import Folder
from services.inspection.verifying import musts
from shared.contracts import derived
from shared.database import Database
from shared.ids import uuid7
from shared.prepared import Json

AT_ONCE = 500
"""Cases between two checkpoints."""
FILES = 100
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


async def fill(bench: Bench, *, records: int) -> int:
    """Make at least so many records; how many there are."""
    now = datetime.now(UTC)
    officers = [Pen.of(each) for each in lives.AGENCIES]
    supervisors = [Pen.of(each, "supervisor") for each in lives.AGENCIES]
    happened = lives.life(now, officers)
    files = cycle(await _files(bench))
    database = cases.database(bench)
    await _registered(database, [*officers, *supervisors], now=now)
    address = f"{bench.url}/{single.DATABASE}"
    settings = {"search_path": "inspection"}
    connection = await asyncpg.connect(address, server_settings=settings)
    many = 0
    while many < records:
        made: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for _ in range(AT_ONCE):
            for table, values in _case(happened, officers, files, now=now).items():
                made[table] += values
        for table, values in made.items():
            await _put(connection, table, values)
        many += len(made["case_records"])
        await _checkpoint(database, supervisors, now=now)
        say(f"{many} records")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    await database.close()
    return many


async def _files(bench: Bench) -> list[str]:
    folder = Folder(bench.servers.folder.data / "evidence")
    contents = [f"photo {number}".encode() for number in range(FILES)]
    names = [hashlib.sha256(each).hexdigest() for each in contents]
    for name, content in zip(names, contents, strict=True):
        await folder.keep(name, content)
    return names


async def _registered(database: Database, pens: Sequence[Pen], *, now: datetime) -> None:
    async with database.transaction() as session:
        for pen in pens:
            proof = pen.sign(signing.proof_of_key(pen.public, who=pen.who))
            await keys.register(
                session, pen.public, proof=proof, who=pen.who, key_id=pen.id, now=now
            )


async def _checkpoint(database: Database, pens: Sequence[Pen], *, now: datetime) -> None:
    async with database.transaction() as session:
        made = await ledger.cut(session, day=now.date(), now=now)
        for pen in pens:
            signature = pen.sign(made.text.encode())
            signed = Signature(str(pen.who.agency), pen.public, signature)
            await ledger.sign(session, made.number, signed, now=now)


def _case(
    happened: Sequence[Happened], pens: Sequence[Pen], files: Iterator[str], *, now: datetime
) -> Rows:
    """The rows of another case: its records, and what follows from them."""
    filing = uuid4()
    requirement = derived.requirement_id(filing)
    case_id = derived.case_id(requirement)
    chain = list(chained.chain(case_id, happened, pens, files=files))
    begun = story.begun(case_id, filing_id=filing, requirement_id=requirement, created_at=now)
    told = telling.retell(begun, [record for record, _ in chain])
    last = chain[-1][0]
    told.case = replace(told.case, head=Head(last.seq, last.hash))
    return {
        **musts.rows_of(told, measured=True),
        "case_records": [rows.record_values(*each) for each in chain],
        "outbox": [_event(case_id, number, now) for number in range(1, told.case.version + 1)],
    }


def _event(case_id: UUID, number: int, now: datetime) -> dict[str, Any]:
    return {
        "event_id": uuid7(),
        "aggregate": "case",
        "aggregate_id": case_id,
        "aggregate_version": number,
        "type": "onestop.case.planned.v1",
        "envelope": {},
        "occurred_at": now,
        "emission": 1,
        "published_at": now,
    }


async def _put(
    connection: asyncpg.Connection, table: str, values: Sequence[Mapping[str, Any]]
) -> None:
    if not values:
        return
    told = [tuple(_plain(each) for each in row.values()) for row in values]
    await connection.copy_records_to_table(table, records=told, columns=list(values[0]))


def _plain(value: Any) -> Any:
    if isinstance(value, Json):
        return str(value)
    return json.dumps(value) if isinstance(value, dict | list | tuple) else value
