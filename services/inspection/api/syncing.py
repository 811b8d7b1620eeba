"""Devices without a link: what they recorded comes in batches, and each record counts once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import rejected, syncing
from services.inspection.api.reading import TheKit
from services.inspection.api.sync_forms import SyncIn, Unreadable
from services.inspection.api.sync_records import AnyRecordIn
from services.inspection.api.tracking import AtTheContainer
from services.inspection.domain.offline import Name, Sent
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.results import IdTaken
from services.inspection.rejected import Rejected
from services.inspection.settings import Settings
from services.inspection.syncing import Batch, Sender, Synced
from shared.auth.principal import Principal, Role
from shared.errors import Invalid, Refused
from shared.http import idempotency, problem
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.paging import DEFAULT_LIMIT, Cursor, KeyMoment, Limit, Page, decode_cursor, page
from shared.http.problem import ProblemError

KEY: TypeAdapter[rejected.Key] = TypeAdapter(tuple[KeyMoment, UUID, str])
Records = Mapping[Name, AnyRecordIn | Unreadable]

router = APIRouter(prefix="/v1/sync", tags=["devices"])


class SyncedOut(BaseModel):
    """What became of a record: `applied` now, `known` from before, or `rejected`, with its faults.

    `record` is its number in its case's chain. A rejected one is kept on the list of the office;
    send it again, mended or once what it needs is there.
    """

    id: UUID
    status: Literal["applied", "known", "rejected"]
    record: int | None
    errors: list[ProblemError]


class SyncOut(BaseModel):
    """What became of a batch. `skew_seconds`: how far the device's clock is ahead of ours."""

    received_at: datetime
    skew_seconds: int
    records: list[SyncedOut]


class RejectedOut(BaseModel):
    """A refused record as it was sent last, and why."""

    id: UUID
    device: str
    sender: str
    record: Any
    errors: list[ProblemError]
    skew_seconds: int
    received_at: datetime


@router.post("", response_model=SyncOut, dependencies=[KEYED])
async def sync(
    request: Request, who: AtTheContainer, kit: TheKit, body: Annotated[SyncIn, json_body(SyncIn)]
) -> Response:
    """Apply what a device recorded without a link, up to 1000 records, in any order.

    A record counts once, however often it is sent. Our clock decides; the device's time and skew
    are kept as evidence. What is refused holds up no other.
    """
    settings: Settings = request.app.state.settings
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    records = body.once()
    batch = _batch(body, records, now)
    sender = _sender(who)

    async def work(session: AsyncSession) -> Answer:
        synced = await syncing.sync(
            session, batch, sender=sender, now=now, ids=kit.ids, settings=settings
        )
        done = (*synced.applied, *synced.known)
        await rejected.forget(session, done, office=sender.office)
        kept = _rejected(records, batch, synced, who=who, now=now.wall)
        await rejected.keep(session, kept, office=sender.office)
        told = [_synced(name, synced) for name in records]
        return Answer(
            200, SyncOut(received_at=now.yard, skew_seconds=batch.skew_seconds, records=told)
        )

    async def once() -> Response:
        return await idempotency.once(
            request, database=kit.database, owner=who.office, now=now.wall, work=work
        )

    try:
        return await once()
    except IdTaken:
        # By what another device sent at the same time: now that is seen, and the record named.
        return await once()


@router.get("/rejected")
async def read_rejected(
    who: AtTheContainer,
    kit: TheKit,
    device: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RejectedOut]:
    """What devices of your office sent and was refused, until it is sent again and applied."""
    after = decode_cursor(cursor, KEY)
    async with kit.database.connect() as connection:
        found = await rejected.of_office(
            connection, office=who.office, device=device, after=after, limit=limit + 1
        )
    some = page(found, limit=limit, key=rejected.key)
    return Page(items=[_rejected_out(each) for each in some.items], next=some.next)


def _batch(body: SyncIn, records: Records, now: Moment) -> Batch:
    return Batch(
        device=body.device,
        sent_at=body.sent_at,
        skew_seconds=round((body.sent_at - now.yard).total_seconds()),
        sent=tuple(
            Sent(each.id, each.case_id, each.at, name[1], each.what())
            for name, each in records.items()
            if not isinstance(each, Unreadable)
        ),
        unreadable={
            name: each.why for name, each in records.items() if isinstance(each, Unreadable)
        },
    )


def _sender(who: Principal) -> Sender:
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)
    yard = who.organisation if who.role is Role.YARD else None
    return Sender(who=actor, office=who.office, yard=yard)


def _raw(record: AnyRecordIn | Unreadable) -> Any:
    if isinstance(record, Unreadable):
        return record.raw
    return json.loads(record.model_dump_json(exclude_unset=True))


def _rejected(
    records: Records, batch: Batch, synced: Synced, *, who: Principal, now: datetime
) -> list[Rejected]:
    """What is wrong in itself makes place for its mend; others stay until they are applied."""
    wrong: set[UUID] = set()
    found = []
    for name, why in synced.refused.items():
        beside = not isinstance(why, Invalid) or name[0] in wrong
        if not beside:
            wrong.add(name[0])
        kept = Rejected(
            id=name[0],
            digest=name[1] if beside else "",
            device=batch.device,
            sender=who.subject,
            record=_raw(records[name]),
            problem=[each.model_dump(mode="json") for each in _told(why)],
            skew_seconds=batch.skew_seconds,
            received_at=now,
        )
        found.append(kept)
    return found


def _told(why: Refused) -> list[ProblemError]:
    found, _ = problem.entries(why)
    return found


def _synced(name: Name, synced: Synced) -> SyncedOut:
    if name in synced.applied:
        return SyncedOut(id=name[0], status="applied", record=synced.applied[name], errors=[])
    if name in synced.known:
        return SyncedOut(id=name[0], status="known", record=synced.known[name], errors=[])
    errors = _told(synced.refused[name])
    return SyncedOut(id=name[0], status="rejected", record=None, errors=errors)


def _rejected_out(each: Rejected) -> RejectedOut:
    facts = each.model_dump(exclude={"problem", "digest"})
    return RejectedOut(errors=each.problem, **facts)
