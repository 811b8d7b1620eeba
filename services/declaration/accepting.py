"""Filings that were just accepted: several stored in one statement, each with all it begins with.

A filing's row, its first content and receipt and its event are one row of `given`. What is
already filed under the same reference is left out, with all of its parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration.domain import receipts
from services.declaration.domain.filing import Step
from shared.database import dumps
from shared.messaging import outbox
from shared.prepared import Statement, json_of

_NUMBERS = Statement(
    text(
        "SELECT nextval('filing_receipt_numbers') AS number FROM generate_series(1, :count)"
    ).bindparams(bindparam("count", type_=Integer))
)
_GIVEN: dict[str, Any] = {
    "id": Uuid,
    "broker": Text,
    "reference": Text,
    "receipt_number": Text,
    "content": Text,
    "at": DateTime(timezone=True),
    "asked_by": Text,
    "kind": Text,
    "facts": Text,
    "text_en": Text,
    "text_zh": Text,
    "event_id": Uuid,
    "type": Text,
    "envelope": Text,
}
_INSERT = Statement(
    text(f"""
WITH given AS (
    SELECT id, broker, reference, receipt_number, CAST(content AS jsonb) AS content, at, asked_by,
        kind, CAST(facts AS jsonb) AS facts, text_en, text_zh,
        event_id, type, CAST(envelope AS jsonb) AS envelope
    FROM unnest({", ".join(f":{name}" for name in _GIVEN)}) AS row ({", ".join(_GIVEN)})
), filed AS (
    INSERT INTO filings (id, broker, reference, receipt_number, status, version, filing_version,
        receipts, content, accepted_at, changed_at)
    SELECT id, broker, reference, receipt_number, 'accepted', 1, 1, 1, content, at, at FROM given
    ON CONFLICT ON CONSTRAINT filings_reference DO NOTHING
    RETURNING id
), kept AS (
    INSERT INTO filing_contents (filing_id, filing_version, content, effective_at, asked_by)
    SELECT id, 1, content, at, asked_by FROM given JOIN filed USING (id)
), told AS (
    INSERT INTO filing_receipts (filing_id, sequence, kind, facts, text_en, text_zh, at)
    SELECT id, 1, kind, facts, text_en, text_zh, at FROM given JOIN filed USING (id)
), said AS (
    INSERT INTO outbox (event_id, aggregate, aggregate_id, aggregate_version, type, envelope,
        occurred_at, emission)
    SELECT event_id, 'filing', id, 1, type, envelope, at, 1 FROM given JOIN filed USING (id)
)
SELECT id FROM filed
""").bindparams(  # noqa: S608 - names from this file alone
        *(bindparam(name, type_=ARRAY(kind)) for name, kind in _GIVEN.items())
    )
)


@dataclass(frozen=True)
class Accepted:
    """A filing's first step, its one event as the outbox has it, and who filed (a subject)."""

    step: Step
    event: dict[str, Any]
    by: str


async def numbers(session: AsyncSession, count: int) -> list[int]:
    """The next numbers of the year's receipts; one that is not used leaves a gap."""
    return [int(row["number"]) for row in await _NUMBERS.run(session, {"count": count})]


async def insert(session: AsyncSession, accepted: Sequence[Accepted]) -> set[UUID]:
    """Store them; the ids of those whose reference was free."""
    rows = [_row(each) for each in accepted]
    values = {name: [row[name] for row in rows] for name in _GIVEN}
    stored = {row["id"] for row in await _INSERT.run(session, values)}
    outbox.appended()
    return stored


def _row(accepted: Accepted) -> dict[str, Any]:
    filing = accepted.step.filing
    (note,) = accepted.step.notes
    said = receipts.text(note)
    return {
        "id": filing.id,
        "broker": filing.broker,
        "reference": filing.reference,
        "receipt_number": filing.receipt_number,
        "content": json_of(filing.content),
        "at": filing.accepted_at,
        "asked_by": accepted.by,
        "kind": note.kind.value,
        "facts": dumps(dict(note.facts)),
        "text_en": said.en,
        "text_zh": said.zh,
        "event_id": accepted.event["event_id"],
        "type": accepted.event["type"],
        "envelope": accepted.event["envelope"],
    }
