"""Filings that were just accepted: several stored in one statement, each with all it begins with.

A filing's row, its first content and receipt, its terms and its event are one row of `given`. What
is already filed under the same reference is left out, with all of its parts.

`insert` is one statement of a transaction; `insert_keyed` is a transaction by itself and keeps the
answers with their idempotency keys as well: a trip to the database instead of seven.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from services.declaration.domain import receipts, terms
from services.declaration.domain.filing import Step
from shared import prepared
from shared.database import dumps
from shared.http import idempotency, kept_answers
from shared.http.idempotency import Answer, Attempt
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
    "terms": Text,
    "at": DateTime(timezone=True),
    "asked_by": Text,
    "kind": Text,
    "facts": Text,
    "text_en": Text,
    "text_zh": Text,
    "channel": Text,
    "event_id": Uuid,
    "type": Text,
    "envelope": Text,
}
_PARTS = """
filed AS (
    INSERT INTO filings (id, broker, reference, receipt_number, status, version, filing_version,
        receipts, content, accepted_at, changed_at)
    SELECT id, broker, reference, receipt_number, 'accepted', 1, 1, 1, content, at, at FROM given
    ON CONFLICT ON CONSTRAINT filings_reference DO NOTHING
    RETURNING id
), kept AS (
    INSERT INTO filing_contents (filing_id, filing_version, content, effective_at, asked_by)
    SELECT id, 1, content, at, asked_by FROM given JOIN filed USING (id)
), indexed AS (
    INSERT INTO filing_terms (term, accepted_at, filing_id)
    SELECT term, at, id
    FROM given JOIN filed USING (id) CROSS JOIN LATERAL string_to_table(terms, E'\\n') AS term
), told AS (
    INSERT INTO filing_receipts
        (filing_id, sequence, kind, facts, text_en, text_zh, at, broker, state, channel)
    SELECT id, 1, kind, facts, text_en, text_zh, at, broker, 'accepted', channel
    FROM given JOIN filed USING (id)
), said AS (
    INSERT INTO outbox (event_id, aggregate, aggregate_id, aggregate_version, type, envelope,
        occurred_at, emission)
    SELECT event_id, 'filing', id, 1, type, envelope, at, 1 FROM given JOIN filed USING (id)
)"""
_READ = """id, broker, reference, receipt_number, CAST(content AS jsonb) AS content, terms,
        at, asked_by, kind, CAST(facts AS jsonb) AS facts, text_en, text_zh,
        channel, event_id, type, CAST(envelope AS jsonb) AS envelope"""


def _rows(values: Mapping[str, Any]) -> str:
    names = ", ".join(values)
    return f"unnest({', '.join(f':{name}' for name in values)}) AS row ({names})"


def _statement(sql: str, values: Mapping[str, Any]) -> Statement:
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in values.items())
    return Statement(text(sql).bindparams(*arrays))


_INSERT = _statement(
    f"WITH given AS (SELECT {_READ} FROM {_rows(_GIVEN)}), {_PARTS} SELECT id FROM filed",  # noqa: S608 - names of this program alone
    _GIVEN,
)
# A key that is held or used is left out with its filing. One that was used after the statement
# began is met as a violation of the keys' primary key, and nothing of the statement is done.
_KEYED = {"lock_name": Text, **{f"answer_{n}": kind for n, kind in kept_answers.VALUES.items()}}
_INSERT_KEYED = _statement(
    f"""
WITH tried AS MATERIALIZED (
    SELECT *, {kept_answers.lock("lock_name")} AS free FROM {_rows(_GIVEN | _KEYED)}
), given AS MATERIALIZED (
    SELECT {_READ}, {", ".join(_KEYED)} FROM tried WHERE free AND NOT EXISTS (
        SELECT FROM idempotency_keys AS used
        WHERE (used.owner, used.key) = (answer_owner, answer_key)
    )
), {_PARTS}, answered AS (
    {kept_answers.KEEP} (
        SELECT {", ".join(f"answer_{n} AS {n}" for n in kept_answers.VALUES)}
        FROM given JOIN filed USING (id)
    ) AS answers
)
SELECT id FROM filed
""",  # noqa: S608 - names of this program alone
    _GIVEN | _KEYED,
)


@dataclass(frozen=True)
class Accepted:
    """A filing's first step, its one event as the outbox has it, and who filed (a subject)."""

    step: Step
    event: dict[str, Any]
    by: str


@dataclass(frozen=True)
class Keyed:
    """An accepted filing with its request's idempotency key and answer."""

    accepted: Accepted
    tried: Attempt
    answer: Answer


async def numbers(on: prepared.On, count: int) -> list[int]:
    """The next numbers of the year's receipts; one that is not used leaves a gap."""
    return [int(row["number"]) for row in await _NUMBERS.run(on, {"count": count})]


async def insert(session: AsyncSession, accepted: Sequence[Accepted]) -> set[UUID]:
    """Store them; the ids of those whose reference was free."""
    stored = await _INSERT.run(session, _arrays([_row(each) for each in accepted]))
    outbox.appended()
    return {row["id"] for row in stored}


async def insert_keyed(on: asyncpg.Connection, keyed: Sequence[Keyed]) -> dict[UUID, Response]:
    """Store those whose key and reference are free; the answers by the filings' ids.

    A transaction by itself. No two may have the same key. Raises UniqueViolationError, and then
    nothing is stored, if a key was used meanwhile.
    """
    kept = [idempotency.kept(each.tried, each.answer) for each in keyed]
    rows = [
        _row(each.accepted)
        | {"lock_name": each.tried.lock_name}
        | {f"answer_{name}": value for name, value in values.items()}
        for each, values in zip(keyed, kept, strict=True)
    ]
    stored = {row["id"] for row in await _INSERT_KEYED.run(on, _arrays(rows))}
    return {
        each.accepted.step.filing.id: idempotency.response(each.answer, values)
        for each, values in zip(keyed, kept, strict=True)
        if each.accepted.step.filing.id in stored
    }


def _arrays(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


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
        "terms": "\n".join(terms.of(filing.content)),
        "at": filing.accepted_at,
        "asked_by": accepted.by,
        "kind": note.kind.value,
        "facts": dumps(dict(note.facts)),
        "text_en": said.en,
        "text_zh": said.zh,
        "channel": note.channel,
        "event_id": accepted.event["event_id"],
        "type": accepted.event["type"],
        "envelope": accepted.event["envelope"],
    }
