"""Corrections of a case's records, and their second persons. None commits."""

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import checking, coding, commands, marks, store
from services.inspection.domain import answered, correcting, finding_codes, gates, marking, results
from services.inspection.domain.case import Case
from services.inspection.domain.records import Actor, Moment, Record
from shared.contracts.values import Finding
from shared.errors import Faults
from shared.ids import Ids


async def correct(
    session: AsyncSession,
    case_id: UUID,
    seq: int,
    facts: Mapping[str, str],
    *,
    reason: str,
    yard: str | None,
    zone: ZoneInfo,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """Correct the record `seq`, or propose to; `yard` is that of yard staff.

    Raises CaseNotFound, RecordMarked, Faults, and what `correcting.correct` raises.
    """
    case = await _of_office(session, case_id, yard=yard)
    wrong = await _record(session, case, seq)
    change = correcting.correct(case, wrong, facts, reason=reason, who=who)
    await _unmarked(session, case, seq)
    if wrong.kind == "finding" and "code" in facts:
        await _listed(session, case, facts["code"], who=who, now=now, zone=zone)
    if wrong.kind == results.KIND:
        pointer = "/facts/figure"
        await _measurable(session, case, wrong, facts, now=now, zone=zone, pointer=pointer)
    return await commands.hear(session, case, change, who=who, now=now, ids=ids)


async def confirm(
    session: AsyncSession,
    case_id: UUID,
    seq: int,
    *,
    yard: str | None,
    zone: ZoneInfo,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """Confirm the correction that the record `seq` proposes.

    Others may have been confirmed since it was proposed. Raises CaseNotFound, RecordMarked,
    Faults, and what `correcting.confirm` raises.
    """
    case = await _of_office(session, case_id, yard=yard)
    proposal = await _record(session, case, seq)
    corrects = proposal.payload.get("corrects")
    wrong = await _record(session, case, corrects) if isinstance(corrects, int) else proposal
    done = await store.of_kinds(session, [case.id], (correcting.CORRECTED,))
    settled = {each.payload.get("proposal") for each in done}
    change = correcting.confirm(case, proposal, wrong, settled=settled, who=who)
    await _unmarked(session, case, seq)
    if wrong.kind == results.KIND:
        facts = correcting.proposed(proposal)
        await _measurable(session, case, wrong, facts, now=now, zone=zone, pointer="")
    return await commands.hear(session, case, change, who=who, now=now, ids=ids)


async def _of_office(session: AsyncSession, case_id: UUID, *, yard: str | None) -> Case:
    case = await store.lock(session, case_id)
    return case if yard is None else gates.of_yard(case, yard)


async def _unmarked(session: AsyncSession, case: Case, seq: int) -> None:
    """Raises RecordMarked for an investigation: what is corrected of it would tell others of it.

    Asked after the office was: others are not told that it is one.
    """
    if await marks.marked(session, case.id, seq):
        raise marking.RecordMarked(record=seq)


async def _record(session: AsyncSession, case: Case, seq: int) -> Record:
    found = await store.record(session, case.id, seq)
    if found is None:
        raise correcting.RecordNotFound(record=seq)
    return found


async def _listed(
    session: AsyncSession, case: Case, code: str, *, who: Actor, now: Moment, zone: ZoneInfo
) -> None:
    """Raises Faults for a code that neither today's list has nor that of the opening's day."""
    opened = case.openings[0].opened_at if case.openings else now.yard
    days = {each.astimezone(zone).date() for each in (now.yard, opened)}
    codes = await coding.known(session, who.agency or "", days=sorted(days))
    right = [Finding(code=code, text="")]
    if wrong := list(finding_codes.faults(right, codes, pointer=lambda _: "/facts/code")):
        raise Faults(*wrong)


async def _measurable(
    session: AsyncSession,
    case: Case,
    wrong: Record,
    facts: Mapping[str, str],
    *,
    now: Moment,
    zone: ZoneInfo,
    pointer: str,
) -> None:
    """Raises Faults if the answer could not have been given as it would be with these facts."""
    checklist = await checking.of_case(session, case, now=now.yard, zone=zone)
    (stands,) = [each for each in checklist.answers if each.seq == wrong.seq]
    answer = answered.with_facts(stands.result, facts)
    faults = [
        fault
        for item in checklist.items
        if (item.agency, item.code) == (stands.agency, answer.item) and answer != stands.result
        for fault in results.of_figure(item, answer, pointer=pointer)
    ]
    if faults:
        raise Faults(*faults)
