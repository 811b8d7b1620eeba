"""Alarms: what was found that must not be, and who has acknowledged it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import acknowledging, alarms, queries
from services.inspection.api.editions import Supervisor
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.watching import TheSettings
from services.inspection.domain.alarms import Alarm
from services.inspection.domain.records import Actor, Moment
from shared.contracts.values import Finding
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import StrictModel
from shared.http.paging import (
    DEFAULT_LIMIT,
    Cursor,
    KeyMoment,
    KeyNumber,
    Limit,
    Page,
    decode_cursor,
    page,
)

router = APIRouter(prefix="/v1", tags=["alarms"])

KEY: TypeAdapter[alarms.Key] = TypeAdapter(tuple[KeyMoment, UUID, KeyNumber])
RecordNumber = Annotated[int, Path(ge=1, lt=2**31)]


class AcknowledgeIn(StrictModel):
    """Nothing more to say: it was seen."""


class AcknowledgementOut(BaseModel):
    """Who of an agency has seen it, and when (yard clock)."""

    agency: str
    by: str
    at: datetime


class AlarmOut(BaseModel):
    """What `agency` found in one step, and who has acknowledged it (yard clock).

    `record` is its number in the case's chain. `missing` are the agencies that still have to
    acknowledge it; `overdue_at`: one of them had not when its time was over.
    """

    record: int
    agency: str
    findings: tuple[Finding, ...]
    found_at: datetime
    acknowledge_by: datetime
    overdue_at: datetime | None
    acknowledged: list[AcknowledgementOut]
    missing: list[str]


class AlarmOfCaseOut(AlarmOut):
    """An alarm of a list, with its case; `yard` is where it was raised."""

    case_id: UUID
    filing_id: UUID
    yard: str | None


@router.get("/alarms")
async def list_alarms(
    _: Inspector,
    kit: TheKit,
    settings: TheSettings,
    yard: Annotated[str | None, Query(max_length=64)] = None,
    settled: Annotated[bool | None, Query(description="Acknowledged by every agency.")] = None,
    overdue: Annotated[bool | None, Query(description="Not acknowledged in time.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[AlarmOfCaseOut]:
    """Alarms of all agencies, the oldest first."""
    after = decode_cursor(cursor, KEY)
    wanted = alarms.Wanted(yard=yard, settled=settled, overdue=overdue)
    async with kit.database.connect() as connection:
        found = await alarms.find(connection, wanted, after=after, limit=limit + 1)
    some = page(
        found, limit=limit, key=lambda each: (each.alarm.found_at, each.case_id, each.alarm.record)
    )
    items = [
        AlarmOfCaseOut(
            case_id=each.case_id,
            filing_id=each.filing_id,
            yard=each.yard,
            **_facts(each.alarm, settings.agencies),
        )
        for each in some.items
    ]
    return Page(items=items, next=some.next)


@router.post(
    "/cases/{case_id}/alarms/{record}/acknowledge", response_model=AlarmOut, dependencies=[KEYED]
)
async def acknowledge_alarm(
    case_id: UUID,
    record: RecordNumber,
    request: Request,
    who: Supervisor,
    kit: TheKit,
    settings: TheSettings,
    _: Annotated[AcknowledgeIn, json_body(AcknowledgeIn)],
) -> Response:
    """Say that your agency has seen it. What a colleague has said before stands."""
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)

    async def work(session: AsyncSession) -> Answer:
        await queries.case(session, case_id)
        alarm = await acknowledging.acknowledge(
            session,
            case_id,
            record,
            who=actor,
            agencies=settings.agencies,
            now=now,
            ids=kit.ids,
        )
        return Answer(200, AlarmOut(**_facts(alarm, settings.agencies)))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now.wall, work=work
    )


def _facts(alarm: Alarm, agencies: tuple[str, ...]) -> dict[str, object]:
    acknowledged = [AcknowledgementOut(**vars(each)) for each in alarm.acknowledged]
    return {**vars(alarm), "acknowledged": acknowledged, "missing": alarm.missing(agencies)}
