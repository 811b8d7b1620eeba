"""Notices of suspensions: every agency and the company are told, until they acknowledge it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import notices as stored
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.settings import Settings
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency, paging, streams
from shared.http.idempotency import Answer
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of
from shared.watching import Watch

router = APIRouter(prefix="/v1/notices", tags=["companies"])
CURSOR = TypeAdapter(int)
EVENT = "notice"
READERS = (Role.BROKER, Role.OFFICER, Role.SUPERVISOR)
Reader = Annotated[Principal, allowed(*READERS)]
TheKit = Annotated[Kit, Depends(kit_of)]
Number = Annotated[int, Path(ge=1, le=streams.LAST)]


class NoticeOut(BaseModel):
    """A company is suspended by an agency, or is so no more (`lifted`).

    With its grounds and the way back; by the policy if it tells the filing where something was
    found: then it can be lifted on `liftable_from` at the earliest. `acknowledged_at` is null until
    somebody of the own agency, or of the company, has acknowledged it.
    """

    number: int
    kind: Literal["suspended", "lifted"]
    told_at: datetime
    suspension_id: UUID
    uscc: str
    agency: str
    grounds: str
    way_back: str
    filing_id: UUID | None
    liftable_from: date | None
    lifted_because: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None


async def watch_of(request: Request) -> Watch:
    """Who reads along at the application that answers."""
    found: Watch = request.app.state.watch
    return found


async def settings_of(request: Request) -> Settings:
    """The settings of the application that answers."""
    found: Settings = request.app.state.settings
    return found


@router.get("")
async def notices(
    who: Reader,
    kit: TheKit,
    unread: Annotated[bool, Query()] = False,  # noqa: FBT002  # a query parameter has its name
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[NoticeOut]:
    """What the own agency, or company, is told of suspensions, the oldest first."""
    after = paging.decode_cursor(cursor, CURSOR) or 0
    async with kit.database.connect() as connection:
        rows = await stored.page(
            connection, _reader(who), unread=unread, after=after, limit=limit + 1
        )
    return paging.page([_shown(row) for row in rows], limit=limit, key=lambda each: each.number)


@router.get("/events", response_class=StreamingResponse, responses=streams.documented(EVENT))
async def watch_notices(
    who: Reader,
    kit: TheKit,
    readers: Annotated[Watch, Depends(watch_of)],
    settings: Annotated[Settings, Depends(settings_of)],
    after: streams.After = None,
) -> streams.Stream:
    """Every notice for the own agency, or company, as it is told.

    It ends after a while; whoever comes back with the last id misses nothing.
    """

    async def read(start: int, end: int) -> bytes:
        async with kit.database.connect() as connection:
            rows = await stored.page(
                connection,
                _reader(who),
                unread=False,
                after=start,
                up_to=end,
                limit=streams.AT_ONCE,
            )
        return b"".join(streams.event(EVENT, row["number"], _shown(row)) for row in rows)

    source = streams.Source("notices", kit.database, readers, settings, read)
    return await streams.opened(source, office=f"{who.role} {who.office}", after=after)


@router.post("/{number}/acknowledge", response_model=NoticeOut, dependencies=[idempotency.KEYED])
async def acknowledge(
    ask: Ask, number: Number, who: Annotated[Principal, allowed(Role.BROKER, Role.SUPERVISOR)]
) -> Response:
    """Acknowledge a notice for the own agency, or company; who was first stays."""

    async def work(session: AsyncSession) -> Answer:
        reader = _reader(who)
        office = reader.office
        row = await stored.get(session, number, office=office)
        if row is None or reader.company not in (None, row["uscc"]):
            raise stored.NoSuchNotice(number=number)
        await stored.acknowledge(session, number, office=office, by=who.subject, now=ask.desk.now)
        return Answer(200, _shown(await stored.get(session, number, office=office) or row))

    return await ask.keep(who, work)


def _reader(who: Principal) -> stored.Reader:
    """An agency's people are one office, wherever they sit; so are a company's."""
    if who.agency is not None:
        return stored.Reader(who.agency)
    return stored.Reader(who.organisation, company=who.organisation)


def _shown(row: RowMapping) -> NoticeOut:
    return NoticeOut.model_validate(
        {**row, "acknowledged_by": row["read_by"], "acknowledged_at": row["read_at"]}
    )
