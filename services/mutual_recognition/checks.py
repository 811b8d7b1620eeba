"""Invariants that must hold whatever happened. Served by `/v1/ops/verify`."""

import asyncio
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition import decisions, draws, recognition_checks, suspension_checks
from services.mutual_recognition.rulebook import Rulebook, SeedUnknown
from shared.messaging.operated import Check

BATCH = 200

WITH = """
    WITH decided AS (
      SELECT r.id, e.key AS part, e.value ->> 'outcome' AS outcome,
        (e.value ->> 'revision')::int AS revision,
        e.value -> 'recognised' <> '[]' AS recognised
      FROM requirements r, jsonb_each(r.ends) e
      WHERE e.value ->> 'outcome' <> 'held'
      UNION ALL
      SELECT r.id, coalesce(c ->> 'number', ''), r.outcome, r.revision, false
      FROM requirements r LEFT JOIN jsonb_array_elements(r.consignment -> 'containers') c ON true
      WHERE r.status = 'met' AND NOT r.ends ? coalesce(c ->> 'number', '')),
    heard AS (
      SELECT p.id, p.part, c.agency, c.number, c.scope, c.verdict,
        c.content ->> 'disposal' AS disposal
      FROM decided p JOIN requirement_conclusions c ON c.requirement_id = p.id
      WHERE coalesce(c.content -> 'containers', '[]') = '[]'
         OR c.content -> 'containers' ? p.part)
"""
"""Every part with its outcome, as told of the container alone, else as the whole was met (loose
cargo is one part without a number); and what was concluded on each.
"""

# Every check is a query for the ids that break it.
QUERIES = {
    "a requirement stands on its last decision": """
        SELECT r.id FROM requirements r LEFT JOIN decisions d ON d.id = r.decision_id
        WHERE d.id IS NULL OR d.requirement_id <> r.id OR d.revision <> r.revision
           OR d.outcome <> r.determination""",
    "what is released or met has every conclusion it needs": """
        SELECT p.id FROM decided p
        JOIN decisions d ON (d.requirement_id, d.revision) = (p.id, p.revision),
          jsonb_array_elements(d.outcome -> 'needs') need,
          (SELECT ARRAY['documents', 'scan', 'unpack', 'sample'] AS depths) scopes
        WHERE NOT EXISTS (
          SELECT FROM heard h
          WHERE (h.id, h.part, h.agency) = (p.id, p.part, need ->> 'agency')
            AND array_position(depths, h.scope) >= array_position(depths, need ->> 'scope'))""",
    "a release in mode recognition has its recognition": """
        SELECT p.id FROM decided p
        JOIN decisions d ON (d.requirement_id, d.revision) = (p.id, p.revision)
        WHERE p.outcome = 'released' AND d.outcome ->> 'mode' = 'recognition'
          AND NOT p.recognised
          AND NOT EXISTS (SELECT FROM recognitions g
                          WHERE g.requirement_id = p.id AND g.status = 'granted')""",
    "nothing is released against an agency's last word": """
        SELECT p.id FROM decided p JOIN (
          SELECT DISTINCT ON (id, part, agency) * FROM heard
          ORDER BY id, part, agency, number DESC) last USING (id, part)
        WHERE p.outcome = 'released'
          AND (last.verdict IN ('nonconform', 'suspend') OR last.disposal = 'treat')""",
    "a container is released or refused entry once": """
        SELECT o.aggregate_id FROM outbox o,
          jsonb_array_elements_text(o.envelope #> '{data,containers}') part
        WHERE o.type = 'onestop.requirement.partly_met.v1'
          AND o.envelope #>> '{data,outcome}' <> 'held'
        GROUP BY o.aggregate_id, part HAVING count(*) > 1""",
    "all is released where the whole is, else something is refused entry": """
        SELECT r.id FROM requirements r, jsonb_each(r.ends) e
        WHERE r.outcome = 'released' AND e.value ->> 'outcome' <> 'released'
        UNION SELECT r.id FROM requirements r
        WHERE r.outcome = 'refused_entry' AND r.ends <> '{}' AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(r.consignment -> 'containers') c
          WHERE r.ends #>> ARRAY[c ->> 'number', 'outcome'] IS DISTINCT FROM 'released')""",
    "only what inspections that ended found is counted": """
        SELECT f.requirement_id FROM inspection_findings f JOIN requirements r
          ON r.id = f.requirement_id
        WHERE NOT r.counted OR r.status <> 'met' OR r.outcome = 'held'""",
    "every suspension and its end have a notice": """
        SELECT s.id FROM company_suspensions s
        WHERE NOT EXISTS (SELECT FROM suspension_notices n
                          WHERE (n.suspension_id, n.kind) = (s.id, 'suspended'))
           OR (s.lifted_at IS NOT NULL) <> EXISTS (
                          SELECT FROM suspension_notices n
                          WHERE (n.suspension_id, n.kind) = (s.id, 'lifted'))""",
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
          OR EXISTS (SELECT FROM jsonb_array_elements_text(v.agencies) AS one (name)
                     WHERE NOT EXISTS (SELECT FROM rule_approvals a
                                       WHERE (a.name, a.version, a.agency)
                                             = (v.name, v.version, one.name)))
          OR EXISTS (SELECT FROM rule_approvals a
                     WHERE (a.name, a.version) = (v.name, v.version)
                       AND a.approved_by = v.author))""",
}


def checks(book: Rulebook) -> dict[str, Check]:
    """The invariants by name."""

    async def recomputed(connection: AsyncConnection) -> list[str]:
        return await _recomputed(connection, book)

    async def committed(connection: AsyncConnection) -> list[str]:
        return await draws.uncommitted(connection, book)

    async def judged_again(connection: AsyncConnection) -> list[str]:
        return await suspension_checks.judged_again(connection, book)

    return {
        "decisions can be recomputed": recomputed,
        "periods are drawn by the seeds that were committed": committed,
        "suspensions by the policy can be recomputed": judged_again,
        "verdicts of granted recognitions can be recomputed": recognition_checks.compared_again,
        **{name: _query(statement) for name, statement in QUERIES.items()},
    }


def _query(statement: str) -> Check:
    async def check(connection: AsyncConnection) -> list[str]:
        found = await connection.execute(text(WITH + statement))
        return [str(broken) for broken in found.scalars()]

    return check


async def _recomputed(connection: AsyncConnection, book: Rulebook) -> list[str]:
    """Every stored decision again, from what was stored with it, draws included."""
    broken: list[str] = []
    await draws.learn(connection, book)
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
        case = stored.case
        if book.draws(stored.ticket, tables=case.draws) != (case.draws, *case.further):
            return "the draw differs"
    except SeedUnknown as unknown:
        return f"seed {unknown} is not in the settings"
    except LookupError as missing:
        return str(missing)
    again = decisions.make(stored.id, stored.case, ticket=stored.ticket, book=book)
    return None if again == stored else "the determination differs"
