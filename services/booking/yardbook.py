"""Yards between rows and values: their versions, closures, and the stamp that each change moves on.

Whoever places a booking holds the stamp shared until its transaction ends, whoever changes a yard
holds it alone: nobody books by what a yard was before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.domain import layers
from services.booking.domain.booking import Booking
from services.booking.domain.layers import Layer
from services.booking.domain.resources import ALWAYS, Closure, Sort
from services.booking.domain.yard import Yard
from services.booking.store import Reading
from services.booking.yard_tables import ClosureRow, ResourceRow, YardRow, YardVersionRow
from shared.database import table_of
from shared.prepared import Row, Statement

yards_table = table_of(YardRow)
resources_table = table_of(ResourceRow)
versions_table = table_of(YardVersionRow)
closures_table = table_of(ClosureRow)

_STAMP = Statement(text("SELECT stamp FROM yard_stamp"))
_SHARED = Statement(text("SELECT yards_shared() AS stamp"))
# In this order: who changes a yard has the stamp alone before it locks the bookings that it moves.
_SHARED_WITH = Statement(
    text(
        """
        WITH shared AS MATERIALIZED (SELECT yards_shared() AS stamp)
        SELECT shared.stamp, b.* FROM shared CROSS JOIN bookings b WHERE b.id = :id FOR UPDATE OF b
        """
    ).bindparams(bindparam("id", type_=Uuid()))
)
_STAMP_WITH = Statement(
    text("SELECT yard_stamp.stamp, b.* FROM yard_stamp, bookings b WHERE b.id = :id").bindparams(
        bindparam("id", type_=Uuid())
    )
)
_MOVE_ON = Statement(text("UPDATE yard_stamp SET stamp = stamp + 1 RETURNING stamp"))
_ALONE = Statement(text("SELECT yards_alone() AS stamp"))


@dataclass(frozen=True)
class Books:
    """Every yard, by code, as of a stamp, and the layers that it is made of."""

    stamp: int
    yards: Mapping[str, Yard]
    layers: Mapping[str, tuple[Layer, ...]]


async def stamp(session: Reading) -> int:
    """Which state the yards are in. In a transaction that writes it stays so until the end."""
    asked = _SHARED if isinstance(session, AsyncSession) else _STAMP
    found: int = (await asked.run(session, {}))[0]["stamp"]
    return found


async def with_booking(session: Reading, booking_id: UUID) -> tuple[int, Booking | None]:
    """`stamp`, and a booking; one that may be written is locked until the transaction ends."""
    asked = _SHARED_WITH if isinstance(session, AsyncSession) else _STAMP_WITH
    found = await asked.run(session, {"id": booking_id})
    if found:
        return found[0]["stamp"], store.booking_of(found[0])
    return await stamp(session), None


async def alone(session: AsyncSession) -> None:
    """Wait until nobody places anything, and let nobody begin to until the transaction ends."""
    await _ALONE.run(session, {})


async def read(session: Reading) -> Books:
    """Every yard with all its versions and closures."""
    number = (await _STAMP.run(session, {}))[0]["stamp"]
    yards = (await session.execute(select(yards_table).order_by(yards_table.c.code))).mappings()
    # Resources last: a version that is made meanwhile may not name one that was not read.
    by_yard = {
        name: _by_yard((await session.execute(select(table).order_by(*order))).mappings().all())
        for name, table, order in (
            ("versions", versions_table, [versions_table.c.number]),
            ("closures", closures_table, [closures_table.c.id]),
            ("resources", resources_table, [resources_table.c.id]),
        )
    }
    found: dict[str, Yard] = {}
    laid: dict[str, tuple[Layer, ...]] = {}
    for row in yards:
        code = row["code"]
        versions, closures, resources = (each.get(code, []) for each in by_yard.values())
        laid[code] = (founding(row, resources), *(_layer(each) for each in versions))
        found[code] = yard_of(row, resources, versions=versions, closures=closures)
    return Books(number, found, laid)


def yard_of(
    row: Row,
    resources: Sequence[Row],
    *,
    versions: Sequence[Row] = (),
    closures: Sequence[Row] = (),
) -> Yard:
    """The value of a yard's row with those of its resources, versions and closures."""
    ids = {(Sort(each["sort"]), each["code"]): each["id"] for each in resources}
    every = [founding(row, resources), *(_layer(each) for each in versions)]
    return Yard(
        code=row["code"],
        zone=ZoneInfo(row["time_zone"]),
        eras=layers.eras(every, ids=ids),
        closures=tuple(closure for each in closures if (closure := _closure(each)) is not None),
    )


def founding(row: Row, resources: Sequence[Row]) -> Layer:
    """The version of a yard that it was founded with."""
    own = [each for each in resources if each.get("founding", True)]
    content = {
        "name": {"zh": row["name_zh"], "en": row["name_en"]},
        "hours": row["hours"],
        "terminal_moves": {
            name: {"minutes": way} if isinstance(way, int) else way
            for name, way in row["terminal_moves"].items()
        },
        **{name: row[name] for name in ("move_minutes", "availability_minutes", "free_days")},
        "bays": [_told(each, "kind") for each in own if each["sort"] == Sort.BAY],
        "teams": [_told(each, "agency") for each in own if each["sort"] == Sort.TEAM],
    }
    return Layer(1, ALWAYS, content)


async def found(
    session: AsyncSession, code: str, zone: str, content: Mapping[str, Any], **facts: Any
) -> None:
    """Add a yard that is what `content` says from its first day on, and has nothing before."""
    kept = ("terminal_moves", "move_minutes", "availability_minutes", "free_days")
    row = {"code": code, "time_zone": zone, "hours": {}}
    row |= {f"name_{language}": content["name"][language] for language in ("zh", "en")}
    row |= {each: content[each] for each in kept}
    await session.execute(insert(yards_table).values(row))
    await next_version(session, code, content, **facts)


async def next_version(
    session: AsyncSession, yard: str, content: Mapping[str, Any], **facts: Any
) -> int:
    """Add a version and the resources that are new in it; returns its number."""
    table = versions_table
    last = await session.execute(select(func.max(table.c.number)).where(table.c.yard == yard))
    number = (last.scalar() or 1) + 1
    await session.execute(
        insert(table).values(yard=yard, number=number, content=dict(content), **facts)
    )
    rows = await session.execute(
        select(resources_table.c.sort, resources_table.c.code).where(resources_table.c.yard == yard)
    )
    known = {(Sort(each.sort), each.code) for each in rows}
    highest = await session.execute(select(func.coalesce(func.max(resources_table.c.id), 0)))
    first = highest.scalar_one() + 1
    new = [each for each in layers.codes(content) if each not in known]
    if new:
        await session.execute(
            insert(resources_table),
            [
                {"id": first + place, "yard": yard, "sort": sort.value, "code": code,
                 "skills": [], "founding": False}
                for place, (sort, code) in enumerate(new)
            ],
        )  # fmt: skip
    await _MOVE_ON.run(session, {})
    return number


async def close(session: AsyncSession, yard: str, **facts: Any) -> int:
    """Add a closure; returns its id."""
    added = insert(closures_table).values(yard=yard, **facts).returning(closures_table.c.id)
    number: int = (await session.execute(added)).scalar_one()
    await _MOVE_ON.run(session, {})
    return number


async def lift(session: AsyncSession, number: int, *, at: datetime, by: str, reason: str) -> None:
    """End a closure before its time."""
    await session.execute(
        update(closures_table)
        .where(closures_table.c.id == number)
        .values(lifted_at=at, lifted_by=by, lifted_reason=reason)
    )
    await _MOVE_ON.run(session, {})


async def versions(session: Reading, yard: str) -> Sequence[Row]:
    """The later versions of a yard, in the order in which they were made."""
    table = versions_table
    rows = await session.execute(select(table).where(table.c.yard == yard).order_by(table.c.number))
    return rows.mappings().all()


async def closures(session: Reading, yard: str, *, after: datetime | None = None) -> Sequence[Row]:
    """The closures of a yard that end after a moment, or all."""
    table = closures_table
    wanted = select(table).where(table.c.yard == yard).order_by(table.c.id)
    if after is not None:
        wanted = wanted.where(func.coalesce(table.c.lifted_at, table.c.ends) > after)
    return (await session.execute(wanted)).mappings().all()


async def closure(session: Reading, yard: str, number: int) -> Row | None:
    """One closure of a yard."""
    return next((each for each in await closures(session, yard) if each["id"] == number), None)


def _layer(row: Row) -> Layer:
    days = row["valid_from"], row["valid_to"] or date.max
    return Layer(row["number"], days, row["content"])


def _closure(row: Row) -> Closure | None:
    """What is closed; None if it was lifted before it began."""
    ends = min(row["lifted_at"] or row["ends"], row["ends"])
    if ends <= row["starts"]:
        return None
    sort = None if row["sort"] is None else Sort(row["sort"])
    return Closure(row["id"], row["starts"], ends, sort, row["code"])


def _told(row: Row, *names: str) -> dict[str, Any]:
    told = {name: row[name] for name in ("code", *names)}
    if row["sort"] == Sort.TEAM:
        told |= {"skills": row["skills"], "shift": row["shift"], "break": row["rest"]}
    return told


def _by_yard(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["yard"], []).append(row)
    return found
