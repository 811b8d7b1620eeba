"""An agency notes what it investigates, marks records as such, and unmarks them. None commits."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, marks, store
from services.inspection.domain import correcting, marking
from services.inspection.domain.case import Case
from services.inspection.domain.marking import Noted
from services.inspection.domain.records import Actor, Moment, Record
from shared.ids import Ids


async def note(
    session: AsyncSession, case_id: UUID, noted: Noted, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    """Record what is investigated, marked from the beginning.

    Raises CaseNotFound, and what `marking.note` raises.
    """
    case = await store.lock(session, case_id)
    change = marking.note(case, noted, who=who)
    kept = await commands.hear(session, case, change, who=who, now=now, ids=ids)
    await marks.keep(session, case_id, [case.head.seq + 1], agency=who.agency or "")
    return kept


async def mark(
    session: AsyncSession,
    case_id: UUID,
    seq: int,
    *,
    reason: str,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """Keep a record from others, with all that names it.

    Raises CaseNotFound, RecordNotFound, and what `marking.mark` raises.
    """
    case, record, others = await _of(session, case_id, seq)
    all_of_it = marking.with_what_names_it(record, others)
    known = await marks.marked(session, case_id, seq)
    change = marking.mark(case, record, marked=known, reason=reason, who=who)
    kept = await commands.hear(session, case, change, who=who, now=now, ids=ids)
    await marks.keep(session, case_id, [*all_of_it, case.head.seq + 1], agency=who.agency or "")
    return kept


async def unmark(
    session: AsyncSession,
    case_id: UUID,
    seq: int,
    *,
    reason: str,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """Let others see a record, and what names it, but for what was marked itself.

    That it was marked, and why, stays with the agency.

    Raises CaseNotFound, RecordNotFound, and what `marking.unmark` raises.
    """
    case, record, others = await _of(session, case_id, seq)
    still = marking.still_marked(others, but=record)
    known = await marks.marked(session, case_id, seq)
    change = marking.unmark(case, record, marked=known, still=still, reason=reason, who=who)
    kept = await commands.hear(session, case, change, who=who, now=now, ids=ids)
    await marks.drop(session, case_id, set(marking.with_what_names_it(record, others)) - still)
    await marks.keep(session, case_id, [case.head.seq + 1], agency=who.agency or "")
    return kept


async def _of(session: AsyncSession, case_id: UUID, seq: int) -> tuple[Case, Record, list[Record]]:
    """A locked case, one of its records, and those that may name it or mark it."""
    case = await store.lock(session, case_id)
    record = await store.record(session, case_id, seq)
    if record is None:
        raise correcting.RecordNotFound(record=seq)
    others = await store.of_kinds(session, [case_id], marking.NAMING)
    return case, record, others
