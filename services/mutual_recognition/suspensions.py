"""Suspended companies: rows and reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, Text, bindparam, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.register_tables import SuspensionRow
from services.mutual_recognition.rulebook import Reading
from services.mutual_recognition.rules import inputs
from services.mutual_recognition.rules.suspending import Suspending
from shared.database import table_of
from shared.prepared import Statement

suspensions = table_of(SuspensionRow)
_SUSPENDING = Statement(
    text("""
    SELECT DISTINCT agency FROM company_suspensions
    WHERE uscc = :uscc AND lifted_at IS NULL ORDER BY agency""").bindparams(
        bindparam("uscc", type_=Text)
    )
)


async def suspending(session: AsyncSession, uscc: str) -> tuple[str, ...]:
    """The agencies that have suspended a company and not lifted it."""
    return tuple(row["agency"] for row in await _SUSPENDING.run(session, {"uscc": uscc}))


async def of(reading: Reading, uscc: str) -> Sequence[RowMapping]:
    """Every suspension of a company, the oldest first."""
    columns = suspensions.c
    wanted = select(suspensions).where(columns.uscc == uscc)
    found = await reading.execute(wanted.order_by(columns.suspended_at, columns.id))
    return found.mappings().all()


async def page(
    reading: Reading, *, status: str | None, before: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Suspensions of all companies, the newest first."""
    wanted = select(suspensions).order_by(suspensions.c.id.desc()).limit(limit)
    if status is not None:
        is_open = suspensions.c.lifted_at.is_(None)
        wanted = wanted.where(is_open if status == "open" else ~is_open)
    if before is not None:
        wanted = wanted.where(suspensions.c.id < before)
    return (await reading.execute(wanted)).mappings().all()


async def is_suspended_by_hand(session: AsyncSession, uscc: str, *, agency: str) -> bool:
    """Whether a supervisor of the agency has suspended the company and nobody lifted it."""
    columns = suspensions.c
    wanted = select(columns.id).where(
        columns.uscc == uscc,
        columns.agency == agency,
        columns.policy.is_(None),
        columns.lifted_at.is_(None),
    )
    return (await session.execute(wanted)).first() is not None


async def locked(session: AsyncSession, uscc: str, suspension_id: UUID) -> RowMapping | None:
    """One suspension of a company, locked until the transaction ends, or None."""
    columns = suspensions.c
    wanted = select(suspensions).where(columns.uscc == uscc, columns.id == suspension_id)
    return (await session.execute(wanted.with_for_update())).mappings().one_or_none()


async def add(
    session: AsyncSession,
    suspension_id: UUID,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    way_back: str,
    by: str,
    now: datetime,
) -> None:
    """Suspend by hand; UniqueViolationError if the agency has done so already."""
    await session.execute(
        insert(suspensions).values(
            id=suspension_id,
            uscc=uscc,
            agency=agency,
            grounds=grounds,
            way_back=way_back,
            suspended_by=by,
            suspended_at=now,
        )
    )


@dataclass(frozen=True)
class ByPolicy:
    """A suspension by the policy: what led to it, and how it was judged."""

    uscc: str
    agency: str
    filing_id: UUID
    conclusion: int
    policy: int
    known: Inputs
    on: date
    suspending: Suspending


async def is_suspended_alike(session: AsyncSession, given: ByPolicy) -> bool:
    """Whether its agency has suspended for the same filing by the same row, not lifted yet."""
    columns = suspensions.c
    wanted = select(columns.id).where(
        columns.filing_id == given.filing_id,
        columns.agency == given.agency,
        columns.policy_row == given.suspending.row,
        columns.lifted_at.is_(None),
    )
    return (await session.execute(wanted)).first() is not None


async def add_by_policy(
    session: AsyncSession, suspension_id: UUID, given: ByPolicy, *, now: datetime
) -> None:
    """Suspend by the policy."""
    found = given.suspending
    await session.execute(
        insert(suspensions).values(
            id=suspension_id,
            uscc=given.uscc,
            agency=given.agency,
            grounds=f"{found.reason.en} {found.reason.zh}",
            way_back=f"{found.way_back.en} {found.way_back.zh}",
            suspended_by=f"suspension {given.policy} {found.row}",
            suspended_at=now,
            filing_id=given.filing_id,
            conclusion=given.conclusion,
            policy=given.policy,
            policy_row=found.row,
            known=inputs.dump(given.known),
            liftable_from=found.liftable_from,
            suspended_on=given.on,
        )
    )


async def lift(
    session: AsyncSession, suspension_id: UUID, *, by: str, because: str, now: datetime
) -> None:
    """End a suspension."""
    await session.execute(
        update(suspensions)
        .where(suspensions.c.id == suspension_id)
        .values(lifted_by=by, lifted_at=now, lifted_because=because)
    )
