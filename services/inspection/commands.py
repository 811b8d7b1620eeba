"""What changes a case: what people do at the yard, and facts that other services tell.

Each takes the case's lock, lets the domain decide, appends to the chain of records, saves, and
writes the events to the outbox. None commits.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain import errors, gates, inspecting, verdicts, waiting
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Seal
from services.inspection.domain.records import Actor, Moment
from shared.contracts.values import Finding
from shared.ids import Ids
from shared.messaging import outbox

SOURCE = "inspection"
ITSELF = Actor(subject=SOURCE, role="service")

Step = Callable[[Case], Change | None]


async def gate_in(
    session: AsyncSession,
    case_id: UUID,
    *,
    yard: str,
    seals: Sequence[Seal],
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """The consignment comes into the yard. Another yard's case is `CaseNotFound`."""

    def step(case: Case) -> Change:
        return gates.gate_in(_of_yard(case, yard), seals, now=now)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def gate_out(
    session: AsyncSession,
    case_id: UUID,
    *,
    yard: str,
    seals: Sequence[Seal],
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """The consignment leaves the yard. Another yard's case is `CaseNotFound`."""

    def step(case: Case) -> Change:
        return gates.gate_out(_of_yard(case, yard), seals, now=now)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def open_container(
    session: AsyncSession,
    case_id: UUID,
    *,
    present: Sequence[str],
    reason: str | None,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """An officer opens the container; raises as `inspecting.open_container`."""

    def step(case: Case) -> Change:
        return inspecting.open_container(case, who=who, present=present, reason=reason, now=now)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def join(
    session: AsyncSession, case_id: UUID, *, wait: timedelta, who: Actor, now: Moment, ids: Ids
) -> Case:
    """An officer of another agency comes; raises as `inspecting.join`."""

    def step(case: Case) -> Change:
        return inspecting.join(case, who=who, now=now, wait=wait)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def find(
    session: AsyncSession, case_id: UUID, finding: Finding, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    """An officer notes a finding; raises as `inspecting.find`."""

    def step(case: Case) -> Change:
        return inspecting.find(case, finding, who=who)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def conclude(
    session: AsyncSession,
    case_id: UUID,
    report: verdicts.Report,
    *,
    wait: timedelta,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """An officer concludes the agency's section; raises as `inspecting.conclude`."""

    def step(case: Case) -> Change:
        return inspecting.conclude(case, report, who=who, now=now, wait=wait)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def escalate(
    session: AsyncSession,
    case_id: UUID,
    asked: inspecting.Escalation,
    *,
    agencies: Sequence[str],
    who: Actor,
    now: Moment,
    ids: Ids,
) -> Case:
    """An officer asks for more; raises as `inspecting.escalate`."""

    def step(case: Case) -> Change:
        return inspecting.escalate(case, asked, who=who, agencies=agencies)

    return await _act(session, case_id, step, who=who, now=now, ids=ids)


async def close_up(session: AsyncSession, case_id: UUID, *, now: Moment, ids: Ids) -> Case:
    """Close the container up if its wait has run out by now; else leave it."""

    def step(case: Case) -> Change | None:
        return waiting.lapse(case, now=now)

    return await _act(session, case_id, step, who=ITSELF, now=now, ids=ids)


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


async def _act(
    session: AsyncSession, case_id: UUID, step: Step, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    case = await store.lock(session, case_id)
    return await hear(session, case, step(case), who=who, now=now, ids=ids)


def _of_yard(case: Case, yard: str) -> Case:
    if yard not in case.yards:
        raise errors.CaseNotFound(case_id=case.id)
    return case
