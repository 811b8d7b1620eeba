"""Trials: rows and reads."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.rulebook import Reading
from services.mutual_recognition.trial_tables import TrialRow, TrialVerdictRow
from shared.database import table_of

trials = table_of(TrialRow)
verdicts = table_of(TrialVerdictRow)

LATE = timedelta(minutes=5)
"""A decision is committed so long after its moment at most: transactions end before that."""
CAUGHT_UP = timedelta(days=7)
"""So long after a trial's last day it is still looked at, also by a service that was away."""
NEVER = datetime.max.replace(tzinfo=UTC)
RUNNING = text("""
    SELECT t.* FROM rule_trials t JOIN rule_versions v USING (name, version)
    WHERE t.until >= :since AND v.status = 'in_review'
      AND (t.stopped_at IS NULL OR t.seen < t.stopped_at + CAST(:late AS interval))
    ORDER BY name, version""")
CONTENT = text("SELECT content FROM rule_versions WHERE (name, version) = (:name, :version)")
UNSEEN = text("""
    SELECT d.* FROM decisions d
    WHERE d.decided_at >= greatest(CAST(:started_at AS timestamptz), CAST(:since AS timestamptz))
      AND d.decided_at < CAST(:before AS timestamptz) AND d.decided_on <= CAST(:until AS date)
      AND NOT d.inputs -> 'filing' ? 'sandbox'
      AND NOT EXISTS (SELECT FROM rule_trial_verdicts v
                      WHERE (v.name, v.version, v.decision_id) = (:name, :version, d.id))
    ORDER BY d.decided_at, d.id LIMIT :limit""")
FIGURES = text("""
    SELECT count(*) AS decided, count(*) FILTER (WHERE v.changed) AS changed,
      count(*) FILTER (WHERE v.fault IS NOT NULL) AS faults,
      count(*) FILTER (WHERE d.outcome ->> 'mode' = 'recognition') AS recognised_live,
      count(*) FILTER (WHERE v.outcome ->> 'mode' = 'recognition') AS recognised_dry,
      count(*) FILTER (WHERE d.outcome ->> 'mode' <> 'none') AS inspected_live,
      count(*) FILTER (WHERE v.outcome ->> 'mode' <> 'none') AS inspected_dry
    FROM rule_trial_verdicts v JOIN decisions d ON d.id = v.decision_id
    WHERE (v.name, v.version) = (:name, :version)""")
DIFFERENCES = text("""
    SELECT v.decision_id, d.filing_id, d.outcome ->> 'mode' AS live, v.outcome ->> 'mode' AS dry,
      v.fault
    FROM rule_trial_verdicts v JOIN decisions d ON d.id = v.decision_id
    WHERE (v.name, v.version) = (:name, :version) AND (v.changed OR v.fault IS NOT NULL)
    ORDER BY d.decided_at DESC, d.id DESC LIMIT :limit""")


async def start(
    session: AsyncSession,
    name: str,
    number: int,
    *,
    by: str,
    agency: str,
    until: date,
    now: datetime,
) -> bool:
    """Run a draft beside the rules; whether it was not tried before."""
    started = await session.execute(
        insert(trials)
        .values(
            name=name,
            version=number,
            started_by=by,
            agency=agency,
            started_at=now,
            until=until,
            seen=now,
        )
        .on_conflict_do_nothing()
        .returning(trials.c.name)
    )
    return started.first() is not None


async def stop(session: AsyncSession, name: str, number: int, *, by: str, now: datetime) -> bool:
    """End a trial before its day; whether it was still running."""
    columns = trials.c
    stopped = await session.execute(
        update(trials)
        .where(columns.name == name, columns.version == number, columns.stopped_at.is_(None))
        .values(stopped_by=by, stopped_at=now)
        .returning(columns.name)
    )
    return stopped.first() is not None


async def get(reading: Reading, name: str, number: int) -> RowMapping | None:
    """One trial, or None."""
    found = await reading.execute(
        select(trials).where(trials.c.name == name, trials.c.version == number)
    )
    return found.mappings().one_or_none()


async def running(reading: Reading, *, on: date) -> Sequence[RowMapping]:
    """Trials whose decisions may not all be looked at; without their drafts, which may be long."""
    found = await reading.execute(RUNNING, {"since": on - CAUGHT_UP, "late": LATE})
    return found.mappings().all()


async def content(reading: Reading, name: str, number: int) -> Any:
    """The content of the draft under trial."""
    found = await reading.execute(CONTENT, {"name": name, "version": number})
    return found.scalar_one()


async def unseen(reading: Reading, trial: RowMapping, *, limit: int) -> Sequence[RowMapping]:
    """Decisions that the draft was not asked about yet, the oldest first."""
    asked = {name: trial[name] for name in ("name", "version", "started_at", "until")}
    stretch = {"since": trial["seen"] - LATE, "before": trial["stopped_at"] or NEVER}
    found = await reading.execute(UNSEEN, {**asked, **stretch, "limit": limit})
    return found.mappings().all()


async def keep(
    session: AsyncSession, trial: RowMapping, said: Sequence[dict[str, Any]], *, seen: datetime
) -> None:
    """Keep verdicts, each once, and up to where all was looked at."""
    of = {"name": trial["name"], "version": trial["version"]}
    if said:
        rows = [{**of, **each} for each in said]
        await session.execute(insert(verdicts).values(rows).on_conflict_do_nothing())
    columns = trials.c
    await session.execute(
        update(trials)
        .where(columns.name == of["name"], columns.version == of["version"], columns.seen < seen)
        .values(seen=seen)
    )


async def figures(reading: Reading, name: str, number: int) -> RowMapping:
    """What the draft would have said, counted beside what was decided."""
    return (await reading.execute(FIGURES, {"name": name, "version": number})).mappings().one()


async def differences(
    reading: Reading, name: str, number: int, *, limit: int
) -> Sequence[RowMapping]:
    """The last decisions that would have been others, or on which the draft failed."""
    asked = {"name": name, "version": number, "limit": limit}
    return (await reading.execute(DIFFERENCES, asked)).mappings().all()
