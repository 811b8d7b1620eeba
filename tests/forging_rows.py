"""Rows and files of a system that has lived, changed one at a time behind its back."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from services.inspection.verifying.lists import EVIDENCE, FOLLOWS, UNTOLD

TABLES = tuple(sorted({*EVIDENCE, *FOLLOWS}))
WORDS = (
    *("planned", "open", "awaiting_recognition", "awaiting_laboratory", "void", "single", "joint"),
    *("none", "documents", "scan", "unpack", "sample", "amend", "withdraw", "asked", "given"),
    *("customs", "quarantine", "officer", "x"),
)
"""Values by which one that the database checks is changed to another that it takes."""
NUMBERED = ("case_records", "number")
"""The column that the database fills by itself."""
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'inspection' ORDER BY table_name, ordinal_position
"""
Verify = Callable[[], Awaitable[tuple[list[str], list[str]]]]
"""What is broken, and what is only told."""


class Refused(Exception):
    """There is no such change: no row, or the very value that is there."""


@dataclass
class Forger:
    """Changes single values, rows and files, and puts each back as it was."""

    connection: asyncpg.Connection
    folder: Path
    random: Random
    columns: dict[str, dict[str, str]] = field(default_factory=dict)

    async def begin(self) -> None:
        """Take the guards off, and keep what there is."""
        for row in await self.connection.fetch(COLUMNS):
            if row["table_name"] in TABLES:
                its = self.columns.setdefault(row["table_name"], {})
                its[row["column_name"]] = row["data_type"]
        await self.connection.execute("SET session_replication_role = replica")
        for table in TABLES:
            await self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            await self.connection.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")

    async def change(self) -> tuple[str, Callable[[], Awaitable[None]]]:
        """Change one thing; what it was, and what puts it back."""
        if self.random.random() < 0.2:
            return self._file()
        while True:
            table = self.random.choice(TABLES)
            way = self.random.choices((self._cell, self._lost, self._doubled), (8, 1, 1))[0]
            try:
                what = await way(table)
            except (asyncpg.IntegrityConstraintViolationError, Refused):
                continue
            return f"{table}: {what}", partial(self._restore, table)

    async def _restore(self, table: str) -> None:
        async with self.connection.transaction():
            await self.connection.execute(f"DELETE FROM {table}")
            kept = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept_{table}"
            await self.connection.execute(kept)

    async def _place(self, table: str) -> str:
        places = await self.connection.fetch(f"SELECT ctid::text FROM {table}")
        if not places:
            raise Refused
        return str(self.random.choice(places)["ctid"])

    async def _lost(self, table: str) -> str:
        place = await self._place(table)
        await self.connection.execute(f"DELETE FROM {table} WHERE ctid = '{place}'")
        return f"row {place} lost"

    async def _doubled(self, table: str) -> str:
        """The same row once more, with another value in one column."""
        column = self.random.choice(self._changeable(table))
        place = await self._place(table)
        new = await self._new(table, column, place)
        names = [name for name in self.columns[table] if (table, name) != NUMBERED]
        picked = [self._typed(table, column) if name == column else name for name in names]
        await self.connection.execute(
            f"INSERT INTO {table} ({', '.join(names)})"
            f" SELECT {', '.join(picked)} FROM {table} WHERE ctid = '{place}'",
            new,
        )
        return f"row {place} doubled, {column} is {new!r}"

    async def _cell(self, table: str) -> str:
        column = self.random.choice(self._changeable(table))
        place = await self._place(table)
        new = await self._new(table, column, place)
        value = self._typed(table, column)
        await self.connection.execute(
            f"UPDATE {table} SET {column} = {value} WHERE ctid = '{place}'",
            new,
        )
        return f"{column} of row {place} is {new!r}"

    def _typed(self, table: str, column: str) -> str:
        return f"$1::text::{self.columns[table][column]}"

    def _changeable(self, table: str) -> list[str]:
        return [each for each in self.columns[table] if (table, each) not in UNTOLD]

    async def _new(self, table: str, column: str, place: str) -> str | None:
        """Another value as its text. Raises Refused if it happens to be the same."""
        old = await self.connection.fetchval(
            f"SELECT {column}::text FROM {table} WHERE ctid = '{place}'"
        )
        if old is not None and column != "proof" and self.random.random() < 0.1:
            return None
        new = changed(old, self.columns[table][column], self.random)
        if new == old:
            raise Refused
        return new

    def _file(self) -> tuple[str, Callable[[], Awaitable[None]]]:
        files = sorted(each for each in self.folder.rglob("*") if each.is_file())
        path = self.random.choice(files)
        content = path.read_bytes()
        at = self.random.randrange(len(content))
        spoilt = bytes([content[at] ^ self.random.randint(1, 255)])
        ways: Mapping[str, bytes | None] = {
            "lost": None,
            "cut": content[:at],
            "longer": content + b"\0",
            "spoilt": content[:at] + spoilt + content[at + 1 :],
            "another": next(each.read_bytes() for each in files if each != path),
        }
        way = self.random.choice(list(ways))
        path.unlink()
        if (made := ways[way]) is not None:
            path.write_bytes(made)

        async def restore() -> None:
            path.write_bytes(content)

        return f"file {path.name}: {way}", restore


def changed(old: str | None, kind: str, random: Random) -> str:
    """Another value of a type of PostgreSQL's, as text."""
    if kind in ("integer", "bigint", "smallint", "numeric"):
        return str(int(float(old or 0)) + random.randint(1, 9))
    if kind in ("json", "jsonb"):
        document = json.loads(old) if old else None
        return json.dumps(_another(document, random), ensure_ascii=False)
    return _OTHERS.get(kind, _word)(old, random)


def _word(old: str | None, random: Random) -> str:
    if old is None or random.random() < 0.5:
        return random.choice(WORDS)
    at = random.randrange(len(old) + 1)
    return old[:at] + random.choice("0af=x") + old[at + 1 :]


def _moment(old: str | None, random: Random) -> str:
    moment = datetime.fromisoformat(old) if old else datetime.now(UTC)
    return str(moment + timedelta(microseconds=random.choice((1, -1, 10**9))))


def _day(old: str | None, _random: Random) -> str:
    return str(date.fromisoformat(old or "2026-01-01") + timedelta(days=1))


_OTHERS: Mapping[str, Callable[[str | None, Random], str]] = {
    "uuid": lambda _, random: str(UUID(int=random.getrandbits(128))),
    "boolean": lambda old, _: "f" if old == "true" else "t",
    "date": _day,
    "timestamp with time zone": _moment,
    "bytea": lambda _, random: "\\x" + random.randbytes(32).hex(),
}


def _another(document: Any, random: Random) -> Any:
    """The document with one thing in it changed."""
    if isinstance(document, dict) and document and random.random() < 0.8:
        name = random.choice(list(document))
        return {**document, name: _another(document[name], random)}
    if isinstance(document, list) and document and random.random() < 0.8:
        at = random.randrange(len(document))
        return [*document[:at], _another(document[at], random), *document[at + 1 :]]
    if isinstance(document, dict):
        return {**document, f"new{random.randrange(9)}": 1}
    if isinstance(document, list):
        return [*document, "x"] if random.random() < 0.5 or not document else document[1:]
    if isinstance(document, bool):
        return not document
    if isinstance(document, int):
        return document + 1
    return f"{document}0" if isinstance(document, str) else "x"


async def unseen(forger: Forger, verify: Verify, *, changes: int) -> list[str]:
    """Those of so many random changes, one at a time, that nobody would see."""
    await forger.begin()
    whole = await verify()
    found = [f"before any change: {each}" for each in whole[0]]
    for _ in range(changes):
        what, restore = await forger.change()
        if await verify() == whole:
            found.append(what)
        await restore()
    return [*found, *(["it is not as it was"] if await verify() != whole else [])]
