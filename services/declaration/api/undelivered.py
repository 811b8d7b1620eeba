"""Notices that were given up, over HTTP: what they are, and sending them again."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration.api.filings import Ask, Broker, InKit
from services.declaration.webhooks import settling, store
from shared import errors
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Instant, StrictModel
from shared.http.paging import Cursor, Limit, Page

router = APIRouter(prefix="/v1/webhooks/{webhook_id}", tags=["webhooks"])

PLACE = TypeAdapter(tuple[paging.KeyMoment, UUID])


class NoticeNotFound(errors.NotFound):
    """This webhook has no such notice among those that were given up."""

    zh = "此回调没有该条投递失败的通知。"


class FailedOut(BaseModel):
    """A notice that was given up: of which receipt, how often it was tried, what came last."""

    id: UUID
    filing_id: UUID
    sequence: int
    number: int
    kind: str
    attempts: int
    created_at: datetime
    ended_at: datetime
    last_status: int | None
    last_error: str | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The answer for a notice's row."""
        return cls.model_validate(dict(row))


class RedriveIn(StrictModel):
    """Of which receipts: known from `since` on and before `until`; all unless told."""

    since: Instant | None = None
    until: Instant | None = None


class RedrivenOut(BaseModel):
    """How many notices will be sent again."""

    redriven: int


@router.get("/failed")
async def failed(
    webhook_id: UUID,
    kit: InKit,
    who: Broker,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[FailedOut]:
    """What was given up after 24 hours or because the webhook was disabled, the first first."""
    after = paging.decode_cursor(cursor, PLACE)
    async with kit.database.connect() as connection:
        await store.get(connection, webhook_id, broker=who.organisation)
        rows = await settling.failed(connection, webhook_id, after=after, limit=limit + 1)
    found = [FailedOut.of(row) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: (each.ended_at, each.id))


@router.post("/failed/redrive", response_model=RedrivenOut, dependencies=[idempotency.KEYED])
async def redrive(
    webhook_id: UUID, ask: Ask, form: Annotated[RedriveIn, json_body(RedriveIn)]
) -> Response:
    """Send what was given up again, each filing's notices in their order."""

    async def work(session: AsyncSession) -> Answer:
        await store.get(session, webhook_id, broker=ask.who.organisation, lock=True)
        count = await settling.redrive(
            session, webhook_id, since=form.since, until=form.until, now=ask.now.wall
        )
        return Answer(200, RedrivenOut(redriven=count))

    return await ask.answer(work)


@router.post(
    "/failed/{notice_id}/redrive", response_model=RedrivenOut, dependencies=[idempotency.KEYED]
)
async def redrive_one(webhook_id: UUID, notice_id: UUID, ask: Ask) -> Response:
    """Send one again, after those of its filing that were given up before it."""

    async def work(session: AsyncSession) -> Answer:
        await store.get(session, webhook_id, broker=ask.who.organisation, lock=True)
        count = await settling.redrive(session, webhook_id, delivery=notice_id, now=ask.now.wall)
        if not count:
            raise NoticeNotFound(notice_id=notice_id)
        return Answer(200, RedrivenOut(redriven=count))

    return await ask.answer(work)
