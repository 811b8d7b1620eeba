"""Invariants that must hold whatever happened. Served by `/v1/ops/verify`."""

import asyncio
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition import decisions
from services.mutual_recognition.rulebook import Rulebook, SeedUnknown
from shared.messaging.operated import Check

BATCH = 200

# Every check is a query for the ids that break it.
QUERIES = {
    "a requirement stands on its last decision": """
        SELECT r.id FROM requirements r LEFT JOIN decisions d ON d.id = r.decision_id
        WHERE d.id IS NULL OR d.requirement_id <> r.id OR d.revision <> r.revision
           OR d.outcome <> r.determination""",
    "a requirement that is met has every conclusion it needs": """
        SELECT r.id FROM requirements r, jsonb_array_elements(r.determination -> 'needs') need,
          (SELECT ARRAY['documents', 'scan', 'unpack', 'sample'] AS depths) scopes
        WHERE r.status = 'met' AND NOT EXISTS (
          SELECT FROM requirement_conclusions c
          WHERE c.requirement_id = r.id AND c.agency = need ->> 'agency'
            AND array_position(depths, c.scope) >= array_position(depths, need ->> 'scope'))""",
    "a release in mode recognition has its recognition": """
        SELECT r.id FROM requirements r
        WHERE r.status = 'met' AND r.mode = 'recognition' AND r.outcome = 'released'
          AND NOT EXISTS (SELECT FROM recognitions g
                          WHERE g.requirement_id = r.id AND g.status = 'granted')""",
    "nothing is released against an agency's last word": """
        SELECT r.id FROM requirements r JOIN LATERAL (
          SELECT DISTINCT ON (agency) verdict, content ->> 'disposal' AS disposal
          FROM requirement_conclusions c
          WHERE c.requirement_id = r.id ORDER BY agency, number DESC) last ON true
        WHERE r.status = 'met' AND r.outcome = 'released'
          AND (last.verdict IN ('nonconform', 'suspend') OR last.disposal = 'treat')""",
    "a granted recognition has verdicts that all agree": """
        SELECT g.id FROM recognitions g
        WHERE g.status = 'granted' AND (g.verdicts = '[]' OR EXISTS (
          SELECT FROM jsonb_array_elements(g.verdicts) v WHERE v ->> 'agrees' <> 'true'))""",
    "a recognition is expected only where the mode says so": """
        SELECT r.id FROM requirements r LEFT JOIN recognitions g ON g.requirement_id = r.id
        WHERE (coalesce(g.status, '') = 'expected') <>
              (r.mode = 'recognition' AND (r.status IN ('determined', 'revised')
                                           OR r.outcome IS NOT DISTINCT FROM 'held'))""",
    "versions count the events": """
        SELECT a.id FROM (SELECT id, version, 'requirement' AS kind FROM requirements
                          UNION ALL SELECT id, version, 'recognition' FROM recognitions) a
        WHERE a.version <> (SELECT coalesce(max(aggregate_version), 0) FROM outbox o
                            WHERE o.aggregate = a.kind AND o.aggregate_id = a.id)""",
    "a published table has every agency's approval, none by its author": """
        SELECT v.name || ' ' || v.version FROM rule_versions v
        WHERE v.status = 'published' AND (
          (SELECT count(*) FROM rule_approvals a
           WHERE (a.name, a.version) = (v.name, v.version)) < 2
          OR EXISTS (SELECT FROM rule_approvals a
                     WHERE (a.name, a.version) = (v.name, v.version)
                       AND a.approved_by = v.author))""",
}


def checks(book: Rulebook) -> dict[str, Check]:
    """The invariants by name."""

    async def recomputed(connection: AsyncConnection) -> list[str]:
        return await _recomputed(connection, book)

    return {
        "decisions can be recomputed": recomputed,
        **{name: _query(statement) for name, statement in QUERIES.items()},
    }


def _query(statement: str) -> Check:
    async def check(connection: AsyncConnection) -> list[str]:
        return [str(broken) for broken in (await connection.execute(text(statement))).scalars()]

    return check


async def _recomputed(connection: AsyncConnection, book: Rulebook) -> list[str]:
    """Every stored decision again, from what was stored with it, draws included."""
    broken: list[str] = []
    after = UUID(int=0)
    while rows := await _batch(connection, after):
        for row in rows:
            wrong = await _wrong(connection, row, book)
            if wrong:
                broken.append(f"{row['id']}: {wrong}")
        after = rows[-1]["id"]
        await asyncio.sleep(0)
    return broken


async def _batch(connection: AsyncConnection, after: UUID) -> list[RowMapping]:
    table = decisions.decisions
    wanted = select(table).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    return list((await connection.execute(wanted)).mappings().all())


async def _wrong(connection: AsyncConnection, row: RowMapping, book: Rulebook) -> str | None:
    try:
        stored = await decisions.load(connection, row, book=book)
        if book.draws(stored.ticket) != dict(stored.case.draws):
            return "the draw differs"
    except SeedUnknown as unknown:
        return f"seed {unknown} is not in the settings"
    except LookupError as missing:
        return str(missing)
    again = decisions.make(stored.id, stored.case, ticket=stored.ticket, book=book)
    return None if again == stored else "the determination differs"
