"""The record of why: stored with everything it depended on, so that it can be recomputed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.domain.determination import Determination, Order
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.rulebook import Reading, Rulebook
from services.mutual_recognition.rules import inputs, matter
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Decision
from services.mutual_recognition.tables import DecisionRow
from shared.database import table_of
from shared.prepared import Row, Statement, json_of

decisions = table_of(DecisionRow)
_GET = Statement(select(decisions).where(decisions.c.id == bindparam("id", type_=Uuid)))
_INSERT = Statement(insert(decisions), columns=decisions.columns.keys())


def make(decision_id: UUID, case: Case, *, ticket: Ticket, book: Rulebook) -> Decision:
    """Decide a case."""
    return matter.decided(decision_id, case, ticket=ticket, agencies=book.agencies)


@dataclass(frozen=True)
class Made:
    """A decision of a requirement's present revision, and why there is a new one."""

    decision: Decision
    of: Requirement
    cause: str


async def add(session: AsyncSession, made: Sequence[Made], *, now: datetime) -> None:
    """Keep decisions; `now` is wall time."""
    await _INSERT.run_many(session, [_columns(each, now=now) for each in made])


def _columns(made: Made, *, now: datetime) -> dict[str, Any]:
    case, of = made.decision.case, made.of
    return {
        "id": made.decision.id,
        "requirement_id": of.id,
        "filing_id": of.filing_id,
        "filing_version": of.filing_version,
        "revision": of.revision,
        "cause": made.cause,
        "decided_on": case.on,
        "decided_at": now,
        "inputs": inputs.dump(case.inputs),
        "tables": {name: version.version for name, version in case.tables.items()},
        "seed_id": made.decision.ticket.seed_id,
        "draw_key": made.decision.ticket.key,
        "draws": dict(case.draws),
        "further_draws": [
            {"seed_id": seed_id, "draws": dict(draws)}
            for seed_id, draws in zip(made.decision.ticket.further, case.further, strict=True)
        ],
        "orders": [order.model_dump(mode="json") for order in case.orders],
        "recognition_refused": case.recognition_refused,
        "mismatch": None if case.mismatch is None else inputs.plain(case.mismatch),
        "outcome": json_of(made.decision.outcome),
    }


async def get(session: AsyncSession, decision_id: UUID, *, book: Rulebook) -> Decision:
    """A stored decision with its case. Raises LookupError."""
    found = await _GET.run(session, {"id": decision_id})
    if not found:
        raise LookupError(f"no decision {decision_id}")
    return await load(session, found[0], book=book)


async def load(reading: Reading, row: Row, *, book: Rulebook) -> Decision:
    """The value of a row. Raises LookupError if a table's version is gone."""
    on: date = row["decided_on"]
    return Decision(
        id=row["id"],
        case=Case(
            inputs=inputs.load(row["inputs"], agencies=book.agencies),
            on=on,
            tables=await book.versions(reading, row["tables"]),
            draws=row["draws"],
            orders=tuple(Order.model_validate(order) for order in row["orders"]),
            recognition_refused=row["recognition_refused"],
            mismatch=inputs.load_mismatch(row["mismatch"], agencies=book.agencies),
            further=tuple(each["draws"] for each in row["further_draws"]),
        ),
        ticket=Ticket(
            seed_id=row["seed_id"],
            key=row["draw_key"] or str(row["filing_id"]),
            further=tuple(each["seed_id"] for each in row["further_draws"]),
        ),
        outcome=Determination.model_validate(row["outcome"]),
    )
