"""Alarms are acknowledged by each agency, or recorded as overdue. None commits."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import alarms, commands, store
from services.inspection.domain import alarms as rules
from services.inspection.domain.alarms import Acknowledgement, Alarm
from services.inspection.domain.records import Actor, Moment
from shared.ids import Ids


async def acknowledge(
    session: AsyncSession,
    case_id: UUID,
    record: int,
    *,
    who: Actor,
    agencies: Collection[str],
    now: Moment,
    ids: Ids,
) -> Alarm:
    """A supervisor has seen it, for the own agency, of those that have to; the alarm as it is then.

    Raises CaseNotFound, AlarmNotFound.
    """
    case = await store.lock(session, case_id)
    alarm = await alarms.of_case(session, case_id, record)
    agency = who.agency or ""
    change = rules.acknowledge(case, alarm, agency=agency, agencies=agencies)
    if change is None:
        return alarm
    await commands.hear(session, case, change, who=who, now=now, ids=ids)
    left = [each for each in alarm.missing(agencies) if each != agency]
    told = Acknowledgement(agency, who.subject, now.yard)
    await alarms.acknowledged(session, (case_id, record), told, settled=not left)
    return await alarms.of_case(session, case_id, record)


async def lapse(
    session: AsyncSession,
    name: alarms.Name,
    *,
    agencies: Collection[str],
    now: Moment,
    ids: Ids,
) -> None:
    """Record it as overdue if it is by now; else leave it."""
    case_id, record = name
    case = await store.lock(session, case_id)
    alarm = await alarms.of_case(session, case_id, record)
    change = rules.lapse(case, alarm, agencies=agencies, now=now.yard)
    if change is not None:
        await commands.hear(session, case, change, who=commands.ITSELF, now=now, ids=ids)
        await alarms.overdue(session, name, at=now.yard)
