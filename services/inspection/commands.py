"""What changes a case: a step of the people at the yard, and facts that other services tell.

Each takes the case's lock, lets the domain decide, appends to the chain of records, saves, and
writes the events to the outbox. None commits.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import (
    alarms,
    appending,
    checking,
    coding,
    keys,
    marks,
    measures,
    presence,
    store,
    treatments,
)
from services.inspection.domain import (
    answered,
    attended,
    concluding,
    inspecting,
    moves,
    results,
    sandbox,
    signing,
    standing,
    treating,
    waiting,
)
from services.inspection.domain.case import Case, Change, Section
from services.inspection.domain.records import Actor, Head, Moment
from services.inspection.domain.verdicts import Report
from shared.contracts.values import Finding
from shared.errors import Fault
from shared.ids import Ids
from shared.messaging import outbox

SOURCE = "inspection"
ITSELF = Actor(subject=SOURCE, role="service")

Decide = Callable[[Case], Change | None]


async def act(
    session: AsyncSession, case_id: UUID, decide: Decide, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    """Lock a case and keep what is decided. Raises CaseNotFound, and what `decide` raises."""
    case = await store.lock(session, case_id)
    return await hear(session, case, decide(case), who=who, now=now, ids=ids)


async def conclude(
    session: AsyncSession,
    case_id: UUID,
    report: Report,
    *,
    who: Actor,
    now: Moment,
    ids: Ids,
    wait: waiting.Wait,
    zone: ZoneInfo,
) -> Case:
    """An agency concludes what its checklist leaves nothing open of.

    Raises CaseNotFound, and what `concluding.conclude` raises.
    """
    case = await store.lock(session, case_id)
    checklist = await checking.of_case(session, case, now=now.yard, zone=zone)

    def left(section: Section, covered: Collection[str]) -> answered.Left:
        return checklist.left(case, section, covered)

    wrong = await _codes(session, report.findings, who, now, zone, place="/findings/{}/code")
    change = concluding.conclude(
        case, report, who=who, now=now, wait=wait, checklist=left, beside=wrong
    )
    return await hear(session, case, change, who=who, now=now, ids=ids)


async def find(
    session: AsyncSession,
    case_id: UUID,
    finding: Finding,
    *,
    who: Actor,
    now: Moment,
    ids: Ids,
    zone: ZoneInfo,
) -> Case:
    """An officer notes a finding, by a code of today's list of the own agency.

    Raises CaseNotFound, and what `inspecting.find` raises.
    """
    case = await store.lock(session, case_id)
    wrong = await _codes(session, [finding], who, now, zone, place="/code")
    change = inspecting.find(case, finding, who=who, now=now, beside=wrong)
    return await hear(session, case, change, who=who, now=now, ids=ids)


async def _codes(
    session: AsyncSession,
    findings: Sequence[Finding],
    who: Actor,
    now: Moment,
    zone: ZoneInfo,
    *,
    place: str,
) -> list[Fault]:
    day = now.yard.astimezone(zone).date()
    return await coding.faults(session, findings, agency=who.agency or "", day=day, place=place)


async def answer(
    session: AsyncSession,
    case_id: UUID,
    answers: Sequence[results.Result],
    *,
    who: Actor,
    now: Moment,
    ids: Ids,
    zone: ZoneInfo,
) -> Case:
    """An officer answers items of the own agency's checklist.

    Raises CaseNotFound, and what `results.record` raises.
    """
    case = await store.lock(session, case_id)
    section = standing.needed_section(case, who)
    checklist = await checking.of_case(session, case, now=now.yard, zone=zone)
    book = checklist.book(case, section)
    change = results.record(case, answers, who=who, book=book)
    return await hear(session, case, change, who=who, now=now, ids=ids)


async def signable(reader: store.Reader, case: Case) -> Head:
    """The record that an agency signs: the end of what was inspected. Raises CaseMoveNotAllowed.

    For both agencies it is one that neither keeps to itself.
    """
    moves.after(case.status, moves.Act.SIGN)
    ends = await store.of_kinds(reader, [case.id], signing.ENDS)
    kept_back = (await marks.of_cases(reader, [case.id]))[case.id]
    end = [each for each in ends if each.seq not in kept_back][-1]
    return Head(seq=end.seq, hash=end.hash)


async def sign_off(
    session: AsyncSession,
    case_id: UUID,
    *,
    seq: int,
    key_id: UUID,
    signature: str,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """An officer signs the case for the own agency.

    Raises CaseNotFound, KeyUnknown, and what `signing.sign` raises.
    """
    case = await store.lock(session, case_id)
    key = await keys.usable(session, key_id, who=who)
    end = await signable(session, case)
    change = signing.sign(case, end=end, seq=seq, key=key, signature=signature, who=who, now=now)
    return await hear(session, case, change, who=who, now=now, ids=ids)


async def close_up(session: AsyncSession, case_id: UUID, *, now: Moment, ids: Ids) -> Case:
    """Close the container up if its wait has run out by now; else leave it."""

    def decide(case: Case) -> Change | None:
        return waiting.lapse(case, now=now)

    return await act(session, case_id, decide, who=ITSELF, now=now, ids=ids)


async def act_in_sandbox(
    session: AsyncSession, case_id: UUID, *, now: Moment, wait: waiting.Wait, ids: Ids
) -> bool:
    """Take the sandbox officer's next step; whether there was one."""
    case = await store.lock(session, case_id)
    acted = sandbox.act(case, now=now, wait=wait)
    if acted is None:
        return False
    who, change = acted
    await hear(session, case, change, who=who, now=now, ids=ids)
    return True


async def hear(
    session: AsyncSession, case: Case, change: Change | None, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    """Keep what a fact of another service made of a locked case; `None` leaves it as it is."""
    if change is None:
        return case
    (kept,) = await keep(session, [(case, change)], who=who, now=now, ids=ids)
    return kept


async def keep(
    session: AsyncSession,
    changes: Iterable[tuple[Case, Change]],
    *,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> list[Case]:
    """Keep what was decided of locked cases: records, state and events. The cases as they are then.

    Changes may be decided as they are taken; officers who are done by one are signed out.
    Raises IdTaken, StaleVersion.
    """
    settled = (
        (before, treating.settled(attended.settled(before, change, now=now.yard), now=now.yard))
        for before, change in changes
    )
    appended = await appending.append(session, settled, actor=who, now=now)
    befores, cases = [each.before for each in appended], [each.case for each in appended]
    made = [record for each in appended for record in each.records]
    await store.save(session, cases, befores=befores)
    await presence.keep(session, zip(befores, cases, strict=True))
    await treatments.keep(session, zip(befores, cases, strict=True))
    await alarms.keep(session, made, cases)
    await measures.keep(session, zip(befores, cases, strict=True), made)
    for each in appended:
        events, version = each.change.events, each.case.version
        await outbox.append(session, events, version=version, source=SOURCE, ids=ids, now=now.wall)
    return cases
