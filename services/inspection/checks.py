"""What must hold of every case, whatever was done. Each check says what breaks it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import ledger_checks

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

MEASURED_OF_NONE = """
SELECT a.filing_id, a.agency FROM measured_agencies a
LEFT JOIN measured_inspections i ON i.filing_id = a.filing_id WHERE i.filing_id IS NULL
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


async def measures(connection: AsyncConnection) -> list[str]:
    """What is measured of an agency is a part of an inspection; all else follows from its case."""
    return await _named(connection, MEASURED_OF_NONE, "filing {}: {} is measured of no inspection")


async def _named(connection: AsyncConnection, query: str, message: str) -> list[str]:
    return [message.format(*row) for row in await connection.execute(text(query))]


ALL = {
    "openings": openings,
    "sections": sections,
    "versions": versions,
    "measures": measures,
    "ledger": ledger_checks.check,
}
