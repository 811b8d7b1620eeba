"""Looking for filings, newest first, so that what it costs does not grow with what is stored.

Every condition has a list: the filings to which it applies in the order of their acceptance, which
an index has together. The shortest of the lists that a query names is walked, and the other
conditions are tried on each of its entries by a look into an index of their own. That is fixed
here and not left to the planner, which guesses how many filings a term has, and would walk all of
a broker's for a rare one.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy import tuple_ as row_of
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration import store
from services.declaration.domain import terms
from services.declaration.domain.filing import Filing
from services.declaration.tables import FILINGS, TERMS

LENGTH = 1_000
"""So far lists are counted to find the shortest."""
FIRST, STEP = 256, 4_096
"""How many entries are tried at once where some may not fit."""

Condition = ColumnElement[bool]
_Test = Callable[[Subquery], Condition]


class Place(NamedTuple):
    """Where a filing stands in the order: the moment of its acceptance, and its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True)
class Wanted:
    """Which filings are looked for: those to which all of it applies; None, or no terms: all.

    `since` is the first moment of acceptance, `until` the first one after the last (UTC). `terms`
    are those of `domain.terms`; what is `shared` is kept for each broker too.
    """

    broker: str | None = None
    number: str | None = None
    reference: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    terms: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The terms as their lists are called."""
        return self.terms + (self.shared if self.broker is None else self.of_broker)

    @property
    def of_broker(self) -> tuple[str, ...]:
        """The terms whose lists have filings of the one broker alone, which is in all of them."""
        if self.broker is None:
            return ()
        own = terms.company(self.broker)
        return tuple(terms.among(self.broker, term) for term in self.shared if term != own)


@dataclass(frozen=True)
class _List:
    """Filings that an index has together, in order; `names` are the conditions of which it is."""

    at: ColumnElement[Any]
    id: ColumnElement[Any]
    names: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def part(self, wanted: Wanted, *, before: Place | None, count: int) -> Select[Any]:
        """So many of its entries from a place in the order on, within the wanted time."""
        chosen = select(self.at.label("at"), self.id.label("id")).where(*self.conditions)
        if wanted.since is not None:
            chosen = chosen.where(self.at >= wanted.since)
        if wanted.until is not None:
            chosen = chosen.where(self.at < wanted.until)
        if before is not None:
            place = row_of(literal(before.at, self.at.type), literal(before.id, self.id.type))
            chosen = chosen.where(row_of(self.at, self.id) < place)
        # A parameter would hide the count from the planner.
        return chosen.order_by(self.at.desc(), self.id.desc()).limit(literal_column(str(count)))


def place_of(filing: Filing) -> Place:
    """Where a filing stands."""
    return Place(filing.accepted_at, filing.id)


async def filings(
    connection: AsyncConnection, wanted: Wanted, *, before: Place | None, limit: int
) -> list[Filing]:
    """So many of the wanted filings, newest first, from a place in the order on."""
    found: list[Place] = []
    async with aclosing(places(connection, wanted, before=before, first=limit)) as batches:
        async for some in batches:
            found += some
            if len(found) >= limit:
                break
    return await at(connection, found[:limit])


async def at(connection: AsyncConnection, found: Sequence[Place]) -> list[Filing]:
    """The filings at these places, in order."""
    chosen = select(FILINGS).where(FILINGS.c.id == func.any([place.id for place in found]))
    rows = (await connection.execute(chosen)).mappings() if found else ()
    return sorted((store.of(dict(row)) for row in rows), key=place_of, reverse=True)


async def places(
    connection: AsyncConnection, wanted: Wanted, *, before: Place | None = None, first: int
) -> AsyncGenerator[list[Place], None]:
    """Where the wanted filings stand, newest first, in batches; `first` is the first one's size."""
    walked = await _shortest(connection, wanted, before=before)
    tests = _tests(wanted, apart_from=walked.names)
    count = FIRST if tests else first
    while True:
        part = _tried(walked.part(wanted, before=before, count=count), tests, count=count)
        rows = (await connection.execute(part)).all()
        yield [Place(row.at, row.id) for row in rows if row.fits]
        if not rows or rows[-1].number < count:
            return
        before, count = Place(rows[-1].at, rows[-1].id), STEP


def _tried(part: Select[Any], tests: Sequence[_Test], *, count: int) -> Select[Any]:
    """The entries that fit, and the last one if there may be more behind it."""
    entry = part.subquery("entry")
    fits = and_(true(), *(test(entry) for test in tests)).label("fits")
    number = func.row_number().over(order_by=(entry.c.at.desc(), entry.c.id.desc()))
    tried = select(entry.c.at, entry.c.id, fits, number.label("number")).subquery("tried")
    kept = tried.c.fits | (tried.c.number == literal_column(str(count)))
    return select(tried).where(kept).order_by(tried.c.number)


async def _shortest(connection: AsyncConnection, wanted: Wanted, *, before: Place | None) -> _List:
    lists = list(_lists(wanted))
    if len(lists) == 1:
        return lists[0]
    parts = (each.part(wanted, before=before, count=LENGTH).subquery() for each in lists)
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    lengths = (await connection.execute(select(*counts))).one()
    return lists[min(range(len(lists)), key=lambda number: lengths[number])]


def _lists(wanted: Wanted) -> Iterator[_List]:
    """The lists of a query; all filings, or all of the broker's, only where nothing is rarer."""
    columns = _columns(wanted)
    for name in ("number", "reference", "status"):
        if name in columns:
            names = (name, "broker") if "broker" in columns and name != "number" else (name,)
            conditions = tuple(columns[each] for each in names)
            yield _List(FILINGS.c.accepted_at, FILINGS.c.id, names, conditions)
    for key in wanted.keys:
        yield _List(TERMS.c.accepted_at, TERMS.c.filing_id, (key,), (TERMS.c.term == key,))
    if columns.keys() <= {"broker"} and not wanted.of_broker:
        yield _List(FILINGS.c.accepted_at, FILINGS.c.id, tuple(columns), tuple(columns.values()))


def _columns(wanted: Wanted) -> dict[str, Condition]:
    """The conditions that a filing's own row tells."""
    named = {
        "number": (FILINGS.c.receipt_number, wanted.number),
        "reference": (FILINGS.c.reference, wanted.reference),
        "status": (FILINGS.c.status, wanted.status),
        "broker": (FILINGS.c.broker, wanted.broker),
    }
    return {name: column == value for name, (column, value) in named.items() if value is not None}


def _tests(wanted: Wanted, *, apart_from: Sequence[str]) -> list[_Test]:
    """What is tried on each entry of the list of those names."""
    known = {*apart_from, "broker"} if wanted.of_broker else apart_from
    columns = [test for name, test in _columns(wanted).items() if name not in known]
    tests = [_has_term(key) for key in wanted.keys if key not in apart_from]
    return [*tests, _row(columns)] if columns else tests


def _has_term(key: str) -> _Test:
    def test(entry: Subquery) -> Condition:
        place = (TERMS.c.accepted_at == entry.c.at, TERMS.c.filing_id == entry.c.id)
        # With an offset it stays a look for each entry, and is not made a join.
        return exists(select(1).where(TERMS.c.term == key, *place).offset(literal_column("0")))

    return test


def _row(columns: Sequence[Condition]) -> _Test:
    def test(entry: Subquery) -> Condition:
        row = select(and_(*columns)).where(FILINGS.c.id == entry.c.id)
        return cast(Condition, row.scalar_subquery())

    return test
