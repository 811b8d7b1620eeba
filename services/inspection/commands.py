"""What changes a case: a step of the people at the yard, and facts that other services tell.

Each takes the case's lock, lets the domain decide, appends to the chain of records, saves, and
writes the events to the outbox. None commits.
"""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import checking, store
from services.inspection.domain import answered, concluding, results, sandbox, standing, waiting
from services.inspection.domain.case import Case, Change, Section
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.verdicts import Report
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

    change = concluding.conclude(case, report, who=who, now=now, wait=wait, checklist=left)
    return await hear(session, case, change, who=who, now=now, ids=ids)


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
    change = results.record(
        case,
        answers,
        who=who,
        known={each.result.id: each for each in checklist.answers},
        items=checklist.of(case, section),
    )
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
    chained = await store.append(session, change.case, change.notes, actor=who, now=now)
    await store.save(session, chained, before=case)
    await outbox.append(
        session, change.events, version=chained.version, source=SOURCE, ids=ids, now=now.wall
    )
    return chained
