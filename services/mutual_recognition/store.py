"""Requirements, recognitions and conclusions between rows and values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Table, Uuid, and_, bindparam, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition.domain.determination import Determination, Terms
from services.mutual_recognition.domain.parts import End
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Pending, Requirement, Status
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.tables import (
    AWAITED,
    ConclusionRow,
    RecognitionRow,
    RequirementRow,
)
from shared.contracts.filing import Consignment
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Outcome, Said
from shared.database import table_of
from shared.errors import StaleVersion
from shared.prepared import Row, Statement

requirements = table_of(RequirementRow)
recognitions = table_of(RecognitionRow)
conclusions_table = table_of(ConclusionRow)
_of = bindparam("requirement_id", type_=Uuid)
_INSERT = Statement(insert(requirements), columns=requirements.columns.keys())
_LOCK = Statement(select(requirements).where(requirements.c.id == _of).with_for_update())
_RECOGNITION = Statement(select(recognitions).where(recognitions.c.requirement_id == _of))
_EXPECT = Statement(insert(recognitions), columns=recognitions.columns.keys())
_CONCLUDE = Statement(insert(conclusions_table), columns=conclusions_table.columns.keys())
_CONCLUSIONS = Statement(
    select(conclusions_table.c.content).where(conclusions_table.c.requirement_id == _of)
)


def _update(table: Table, *, without: frozenset[str] = frozenset()) -> Statement:
    """All of a row that is still at the version `was`."""
    written = [each for each in table.columns if each.name not in without]
    return Statement(
        update(table)
        .where(
            table.c.id == bindparam("its_id", type_=Uuid),
            table.c.version == bindparam("was", type_=Integer),
        )
        .values({each.name: bindparam(each.name, type_=each.type) for each in written})
        .returning(table.c.id)
    )


_UPDATE = _update(requirements, without=frozenset({"created_at", "counted"}))
_UPDATE_RECOGNITION = _update(recognitions)
is_open = or_(
    requirements.c.status.in_([Status.DETERMINED, Status.REVISED]),
    and_(requirements.c.status == Status.MET, requirements.c.outcome == Outcome.HELD),
)
"""As `Requirement.is_open`."""


async def lock(session: AsyncSession, requirement_id: UUID) -> Requirement | None:
    """The requirement, locked until the transaction ends, or None."""
    found = await _LOCK.run(session, {"requirement_id": requirement_id})
    return requirement_of(found[0]) if found else None


async def add(session: AsyncSession, fresh: Sequence[Requirement], *, now: datetime) -> None:
    """Insert requirements; `now` is wall time. UniqueViolationError if one's filing has one."""
    begun = {"created_at": now, "changed_at": now, "counted": False}
    await _INSERT.run_many(session, [columns_of(each) | begun for each in fresh])


async def save(
    session: AsyncSession, requirement: Requirement, *, expected: int, now: datetime
) -> None:
    """Update a requirement whose version was `expected`. Raises `StaleVersion`."""
    was = {"its_id": requirement.id, "was": expected, "changed_at": now}
    if not await _UPDATE.run(session, columns_of(requirement) | was):
        raise StaleVersion(requirement=requirement.id, expected=expected)


async def recognition(session: AsyncSession, requirement_id: UUID) -> Recognition | None:
    """The requirement's recognition, or None. Read it under the requirement's lock."""
    found = await _RECOGNITION.run(session, {"requirement_id": requirement_id})
    return recognition_of(found[0]) if found else None


async def overdue(reading: AsyncConnection, *, now: datetime, limit: int) -> list[UUID]:
    """Requirements whose recognition waits for a result that was due by `now` (yard clock)."""
    columns = recognitions.c
    wanted = select(columns.requirement_id).where(text(AWAITED), columns.result_due <= now)
    found = await reading.execute(wanted.order_by(columns.result_due).limit(limit))
    return list(found.scalars())


async def save_recognition(
    session: AsyncSession, after: Recognition, *, expected: int, now: datetime
) -> None:
    """Insert it (`expected` 0) or update it. Raises `StaleVersion`."""
    values = {
        "id": after.id,
        "requirement_id": after.requirement_id,
        "filing_id": after.filing_id,
        "version": after.version,
        "status": after.status,
        "agency_primary": after.primary,
        "agency_secondary": after.secondary,
        "terms": after.terms.model_dump(mode="json"),
        "result_due": after.due,
        "verdicts": [verdict.model_dump(mode="json") for verdict in after.verdicts],
        "conclusions": list(after.conclusions),
        "reason": None if after.reason is None else after.reason.model_dump(),
        "changed_at": now,
    }
    if expected == 0:
        await _EXPECT.run(session, values)
        return
    was = {"its_id": after.id, "was": expected}
    if not await _UPDATE_RECOGNITION.run(session, values | was):
        raise StaleVersion(recognition=after.id, expected=expected)


async def add_conclusion(
    session: AsyncSession, requirement_id: UUID, conclusion: Conclusion, *, now: datetime
) -> None:
    """Keep a conclusion; `now` is wall time. UniqueViolationError if its number is taken."""
    values = {
        "requirement_id": requirement_id,
        "agency": conclusion.agency,
        "number": conclusion.number,
        "revision": conclusion.revision,
        "scope": conclusion.scope,
        "verdict": conclusion.verdict,
        "content": conclusion.model_dump(mode="json"),
        "received_at": now,
    }
    await _CONCLUDE.run(session, values)


async def conclusions(session: AsyncSession, requirement_id: UUID) -> tuple[Conclusion, ...]:
    """All conclusions of a requirement's case."""
    found = await _CONCLUSIONS.run(session, {"requirement_id": requirement_id})
    return tuple(Conclusion.model_validate(row["content"]) for row in found)


def requirement_of(row: Row) -> Requirement:
    """The value of a row."""
    return Requirement(
        id=row["id"],
        filing_id=row["filing_id"],
        filing_version=row["filing_version"],
        revision=row["revision"],
        version=row["version"],
        status=Status(row["status"]),
        consignment=Consignment.model_validate(row["consignment"]),
        determination=Determination.model_validate(row["determination"]),
        decision_id=row["decision_id"],
        pending=None if row["pending"] is None else Pending.model_validate(row["pending"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        reason=None if row["reason"] is None else Said.model_validate(row["reason"]),
        ends={part: End.model_validate(end) for part, end in row["ends"].items()},
        awaited_from=row["awaited_from"],
    )


def columns_of(requirement: Requirement) -> dict[str, Any]:
    """A value as a row."""
    pending = requirement.pending
    return {
        "id": requirement.id,
        "filing_id": requirement.filing_id,
        "filing_version": requirement.filing_version,
        "revision": requirement.revision,
        "version": requirement.version,
        "status": requirement.status,
        "mode": requirement.determination.mode,
        "broker": requirement.consignment.broker.uscc,
        # What was not told is not "no": with its default it would be told when it is read again.
        "consignment": requirement.consignment.model_dump(mode="json", exclude_unset=True),
        "determination": requirement.determination.model_dump(mode="json"),
        "decision_id": requirement.decision_id,
        "pending": None if pending is None else pending.model_dump(mode="json", exclude_unset=True),
        "outcome": requirement.outcome,
        "reason": None if requirement.reason is None else requirement.reason.model_dump(),
        "ends": {part: end.model_dump(mode="json") for part, end in requirement.ends.items()},
        "awaited_from": requirement.awaited_from,
    }


def recognition_of(row: Row) -> Recognition:
    """The value of a row."""
    return Recognition(
        id=row["id"],
        requirement_id=row["requirement_id"],
        filing_id=row["filing_id"],
        version=row["version"],
        status=RecognitionStatus(row["status"]),
        primary=row["agency_primary"],
        secondary=row["agency_secondary"],
        terms=Terms.model_validate(row["terms"]),
        due=row["result_due"],
        verdicts=tuple(ElementVerdict.model_validate(each) for each in row["verdicts"]),
        conclusions=tuple(row["conclusions"]),
        reason=None if row["reason"] is None else Said.model_validate(row["reason"]),
    )
