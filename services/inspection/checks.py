"""What must hold of every case, whatever was done. Each check says what breaks it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import chain_checks, ledger_checks
from services.inspection import measures as measured

TWO_OPEN = """
SELECT case_id FROM case_openings WHERE closed_at IS NULL GROUP BY case_id HAVING count(*) > 1
"""
OPEN_WITHOUT_OPENING = """
SELECT id FROM cases c
WHERE (status IN ('open', 'awaiting_recognition', 'awaiting_laboratory')) <> EXISTS (
    SELECT FROM case_openings o WHERE o.case_id = c.id AND o.closed_at IS NULL)
"""
CONCLUDED_UNNEEDED = """
SELECT case_id, agency FROM case_sections WHERE NOT needed AND jsonb_array_length(conclusions) > 0
"""
COMPLETED_UNCONCLUDED = """
SELECT s.case_id, s.agency FROM case_sections s JOIN cases c ON c.id = s.case_id
WHERE c.status = 'completed' AND s.needed AND jsonb_array_length(s.conclusions) = 0
"""
VERSION_AND_EVENTS = """
SELECT c.id FROM cases c
LEFT JOIN outbox o ON o.aggregate = 'case' AND o.aggregate_id = c.id
GROUP BY c.id, c.version HAVING c.version <> count(o.seq)
"""
ALARMS = """
SELECT coalesce(a.case_id, r.case_id), coalesce(a.record, r.seq) FROM alarms a
FULL JOIN (SELECT case_id, seq FROM case_records WHERE kind = 'abnormal_found') r
    ON r.case_id = a.case_id AND r.seq = a.record
WHERE a.case_id IS NULL OR r.case_id IS NULL
"""
ACKNOWLEDGED = """
SELECT coalesce(a.case_id, r.case_id), coalesce(a.record, r.record) FROM alarm_acknowledgements a
FULL JOIN (SELECT case_id, CAST(payload ->> 'alarm' AS integer) AS record, actor_agency AS agency
    FROM case_records WHERE kind = 'alarm_acknowledged') r
    ON r.case_id = a.case_id AND r.record = a.record AND r.agency = a.agency
WHERE a.case_id IS NULL OR r.case_id IS NULL
"""
MARKED = """
SELECT r.case_id, r.seq FROM case_records r
LEFT JOIN record_marks m ON m.case_id = r.case_id AND m.seq = r.seq
WHERE r.kind IN ('investigation_marked', 'investigation_unmarked')
    AND m.agency IS DISTINCT FROM r.actor_agency
"""


async def openings(connection: AsyncConnection) -> list[str]:
    """A case has one open opening at most, and one exactly while it is being inspected."""
    return [
        *await _named(connection, TWO_OPEN, "case {} has two open openings"),
        *await _named(connection, OPEN_WITHOUT_OPENING, "case {}: its state and openings disagree"),
    ]


async def sections(connection: AsyncConnection) -> list[str]:
    """Only needed agencies conclude; a completed case has every section concluded."""
    return [
        *await _named(connection, CONCLUDED_UNNEEDED, "case {}: {} concluded, but is not needed"),
        *await _named(connection, COMPLETED_UNCONCLUDED, "case {} is completed without {}"),
    ]


async def versions(connection: AsyncConnection) -> list[str]:
    """A case's version is the number of its events."""
    return await _named(connection, VERSION_AND_EVENTS, "case {}: version and events disagree")


async def alarms(connection: AsyncConnection) -> list[str]:
    """Every alarm and every acknowledgement has its record, and every record of one its row."""
    return [
        *await _named(connection, ALARMS, "case {}: alarm {} and its record disagree"),
        *await _named(connection, ACKNOWLEDGED, "case {}: acknowledgements of alarm {} disagree"),
    ]


async def marks(connection: AsyncConnection) -> list[str]:
    """What says that a record was marked, or is no more, is itself kept from others."""
    return await _named(connection, MARKED, "case {}: record {} is shown to others")


async def measures(connection: AsyncConnection) -> list[str]:
    """What is measured of a case is as the case counts it."""
    wrong = await connection.execute(measured.WRONG)
    return [f"case {each}: measures and case disagree" for each in wrong.scalars()]


async def _named(connection: AsyncConnection, query: str, message: str) -> list[str]:
    return [message.format(*row) for row in await connection.execute(text(query))]


ALL = {
    "chains": chain_checks.check,
    "openings": openings,
    "sections": sections,
    "versions": versions,
    "alarms": alarms,
    "marks": marks,
    "measures": measures,
    "ledger": ledger_checks.check,
}
