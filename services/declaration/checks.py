"""The invariants of this service: each lists what is broken, nothing if it holds.

Each is one statement, so that it sees one moment of a database that goes on changing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import TextClause, column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.service import Check

SHOWN = 20

EVENTS = text("""
    SELECT f.id, f.version, count(o.seq) AS events,
           count(o.seq) FILTER (WHERE o.type = 'onestop.filing.accepted.v1') AS accepted
    FROM filings f LEFT JOIN outbox o ON o.aggregate = 'filing' AND o.aggregate_id = f.id
    GROUP BY f.id
""")
RECEIPTS = text("""
    SELECT f.id, f.status, f.receipts, count(r.sequence) AS told,
           coalesce(min(r.sequence), 0) AS first, coalesce(max(r.sequence), 0) AS last,
           count(r.sequence) FILTER (WHERE r.kind = 'accepted') AS accepted,
           count(r.sequence) FILTER (WHERE r.kind = f.status) AS of_status,
           count(r.sequence)
               FILTER (WHERE r.kind IN ('released', 'withdrawn', 'refused_entry')) AS ends,
           f.status IN ('released', 'withdrawn', 'refused_entry') AS ended
    FROM filings f LEFT JOIN filing_receipts r ON r.filing_id = f.id
    GROUP BY f.id
""")
FEED = text("""
    SELECT r.filing_id AS id, r.broker <> f.broker AS of_another, r.number IS NULL AS fresh,
           r.number, count(r.number) OVER (PARTITION BY r.broker ORDER BY r.number) AS nth,
           max(r.number) OVER (PARTITION BY r.filing_id ORDER BY r.sequence) AS highest,
           r.state <> f.status AND r.sequence = f.receipts AS stale
    FROM filing_receipts r JOIN filings f ON f.id = r.filing_id
""")
ACTS = text("""
    SELECT f.id, f.acts, count(a.sequence) + 1 AS kept, coalesce(max(a.sequence), 1) AS last
    FROM filings f LEFT JOIN filing_acts a ON a.filing_id = f.id
    GROUP BY f.id
""")
QUESTIONS = text("""
    SELECT f.id, f.questions, f.open_questions, count(q.number) AS kept,
           coalesce(max(q.number), 0) AS last,
           coalesce(array_agg(q.number ORDER BY q.number) FILTER (WHERE q.status = 'open'), '{}')
               AS waiting
    FROM filings f LEFT JOIN filing_questions q ON q.filing_id = f.id
    GROUP BY f.id
""")
CONTENTS = text("""
    SELECT f.id, f.filing_version,
           f.status, coalesce(f.pending ->> 'purpose', '') AS pending,
           count(c.filing_version) AS kept,
           count(c.filing_version)
               FILTER (WHERE c.filing_version = f.filing_version AND c.content = f.content)
               AS in_force
    FROM filings f LEFT JOIN filing_contents c ON c.filing_id = f.id
    GROUP BY f.id
""")
TERMS = text("""
    SELECT f.id, count(*) FILTER (WHERE t.term IS NULL) AS lacking
    FROM filings f
    CROSS JOIN LATERAL (
        SELECT 'c:' || (c ->> 'number') FROM jsonb_array_elements(f.content -> 'containers') c
        UNION SELECT 'h:' || (l ->> 'hs_code') FROM jsonb_array_elements(f.content -> 'lines') l
        UNION SELECT 'u:' || f.broker
        UNION SELECT 'u:' || (f.content #>> '{consignee,uscc}')
    ) due (term)
    LEFT JOIN filing_terms t
        ON t.term = due.term AND t.accepted_at = f.accepted_at AND t.filing_id = f.id
    GROUP BY f.id
""")
CONTAINERS = text("""
    SELECT f.id, f.status, jsonb_array_length(f.content -> 'containers') AS all_of_them,
           count(*) FILTER (WHERE t.value ->> 'outcome' = 'released') AS released,
           count(*) FILTER (WHERE t.value ->> 'outcome' = 'refused_entry') AS refused,
           count(*) FILTER (WHERE t.value ->> 'outcome' = 'held') AS held,
           (SELECT count(*)
            FROM filing_receipts r, jsonb_array_elements(r.facts -> 'containers')
            WHERE r.filing_id = f.id AND r.kind IN ('partly_released', 'partly_refused_entry'))
               AS receipts
    FROM filings f, jsonb_each(f.told) t
    GROUP BY f.id
""")


BULK = text("""
    SELECT coalesce(r.filing_id, r.job_id) AS id, r.state, f.id AS there, j.broker,
           f.broker AS whose
    FROM bulk_rows r JOIN bulk_jobs j ON j.id = r.job_id LEFT JOIN filings f ON f.id = r.filing_id
    WHERE r.state = 'filed' OR (r.state = 'waiting' AND j.ended_at IS NOT NULL)
""")


@dataclass(frozen=True)
class Invariant:
    """`broken` says of a row of `source` that the invariant does not hold."""

    source: TextClause
    broken: str

    async def __call__(self, connection: AsyncConnection) -> list[str]:
        """The filings of which it does not hold; the first twenty."""
        rows = self.source.columns(column("id")).subquery()
        wrong = select(rows.c.id).where(text(self.broken)).order_by(rows.c.id).limit(SHOWN)
        return [f"filing {each}" for each in (await connection.execute(wrong)).scalars()]


CHECKS: Mapping[str, Check] = {
    "every filing has exactly one accepted event": Invariant(EVENTS, "accepted <> 1"),
    "a filing's version counts its events": Invariant(EVENTS, "events <> version"),
    "a filing's receipts are numbered from 1 without a gap": Invariant(
        RECEIPTS, "(first, last, told) <> (1, receipts, receipts)"
    ),
    "a broker's receipts are numbered without a gap, each filing's in their order": Invariant(
        FEED, "of_another OR (NOT fresh AND number <> nth) OR number <> highest"
    ),
    "the last receipt of a filing has the filing's state": Invariant(FEED, "stale"),
    "a filing's acts are kept, numbered without a gap": Invariant(
        ACTS, "(kept, last) <> (acts, acts)"
    ),
    "a filing knows the questions about it, and which are open": Invariant(
        QUESTIONS, "(kept, last, waiting) IS DISTINCT FROM (questions, questions, open_questions)"
    ),
    "every filing has exactly one accepted receipt": Invariant(RECEIPTS, "accepted <> 1"),
    "an ended filing has exactly one end receipt, an open one none": Invariant(
        RECEIPTS, "ends <> ended::int OR (ended AND of_status <> 1)"
    ),
    "a change is pending exactly while a filing is amending or withdrawing": Invariant(
        CONTENTS,
        "pending <> CASE status WHEN 'amending' THEN 'amend'"
        " WHEN 'withdrawing' THEN 'withdraw' ELSE '' END",
    ),
    "every content of a filing is kept, the last is the one in force": Invariant(
        CONTENTS, "(kept, in_force) <> (filing_version, 1)"
    ),
    "a filing is released once all its containers are, and withdrawn while none is": Invariant(
        CONTAINERS,
        "(status = 'released' AND refused > 0) OR status = 'withdrawn'"
        " OR (status = 'refused_entry' AND released = all_of_them)"
        " OR (status IN ('released', 'refused_entry') AND held > 0)",
    ),
    "a container is released or refused entry by one receipt": Invariant(
        CONTAINERS, "receipts <> released + refused"
    ),
    "what a file is told to have filed is there, and nothing of an ended one waits": Invariant(
        BULK, "state <> 'filed' OR there IS NULL OR broker <> whose"
    ),
    "every filing is found by its containers, companies and goods codes": Invariant(
        TERMS, "lacking > 0"
    ),
}
