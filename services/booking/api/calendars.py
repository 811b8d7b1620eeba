"""Calendars of a yard, a team or a broker, for programs that know no token but an address.

Whoever has the address reads the calendar, until the office that made it takes it back.
"""

import secrets as randomness
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import calendars
from services.booking.api import doing, seeing
from services.booking.api.models import Code
from services.booking.api.seeing import TheDesk
from services.booking.calendars import Of, Subject
from services.booking.commands.turn import Turn
from services.booking.domain.calendar_refusals import CalendarNotYours
from services.booking.domain.refusals import NoSuchResource
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel
from shared.prepared import Row

router = APIRouter(tags=["calendars"])

PREFIX = "/v1/calendars"
BACK = timedelta(days=1)
"""What ended so long ago still stands in a calendar."""
NAMED = {Of.BROKER: (False, False), Of.YARD: (True, False), Of.TEAM: (True, True)}
"""Whether a yard and a team are named."""
KEYED = [idempotency.KEYED]
Subscriber = Annotated[
    Principal,
    allowed(Role.BROKER, Role.YARD, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR),
]
Address = Annotated[str, Path(max_length=64)]
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "RFC 5545", "content": {"text/calendar": {"schema": {"type": "string"}}}}
}


class CalendarIn(StrictModel):
    """Whose bookings: a broker's own, or those of a yard or one of its teams."""

    of: Annotated[Of, Field(strict=False)]
    yard: Code | None = None
    team: Code | None = None


class CalendarOut(BaseModel):
    """A calendar that can be subscribed to. `path` is its address, told when it is made alone."""

    id: UUID
    of: Of
    yard: str | None
    team: str | None
    made_at: datetime
    revoked_at: datetime | None
    path: str | None = None

    @classmethod
    def of_row(cls, row: Row, *, path: str | None = None) -> Self:
        """As clients see it."""
        of = Of(row["sort"])
        return cls(
            id=row["id"],
            of=of,
            yard=row["yard"],
            team=row["code"] if of is Of.TEAM else None,
            made_at=row["made_at"],
            revoked_at=row["revoked_at"],
            path=path,
        )


class CalendarsOut(BaseModel):
    """An office's calendars, the oldest first."""

    items: list[CalendarOut]


@router.post(PREFIX, status_code=201, response_model=CalendarOut, dependencies=KEYED)
async def create(
    request: Request,
    who: Subscriber,
    desk: TheDesk,
    draft: Annotated[CalendarIn, json_body(CalendarIn)],
) -> Response:
    """Make an address at which a calendar is read without a token, until it is taken back."""
    secret = randomness.token_urlsafe(32)

    async def work(session: AsyncSession) -> Answer:
        row = await calendars.add(
            session,
            desk.kit.ids(),
            _subject(who, draft, turn=await desk.turn(session)),
            secret=secret,
            owner=_owner(who),
            by=who.subject,
            now=desk.kit.clock.wall(),
        )
        root = request.scope.get("root_path", "")
        path = f"{root}{PREFIX}/{secret}/bookings.ics"
        kept = CalendarOut.of_row(row)
        return Answer(201, CalendarOut.of_row(row, path=path), kept=kept)

    return await doing.once(request, desk, who, work)


@router.get(PREFIX)
async def read_own(who: Subscriber, desk: TheDesk) -> CalendarsOut:
    """The calendars that the caller's office has made and not taken back."""
    async with desk.kit.database.connect() as session:
        rows = await calendars.of_owner(session, _owner(who))
    return CalendarsOut(items=[CalendarOut.of_row(row) for row in rows])


@router.delete(f"{PREFIX}/{{calendar_id}}", response_model=CalendarOut, dependencies=KEYED)
async def revoke(request: Request, who: Subscriber, desk: TheDesk, calendar_id: UUID) -> Response:
    """Take an address back for good."""

    async def work(session: AsyncSession) -> Answer:
        row = await calendars.revoke(
            session, calendar_id, owner=_owner(who), by=who.subject, now=desk.kit.clock.wall()
        )
        return Answer(200, CalendarOut.of_row(row))

    return await doing.once(request, desk, who, work)


@router.get(f"{PREFIX}/{{address}}/bookings.ics", response_class=Response, responses=DOCUMENT)
async def read_calendar(desk: TheDesk, address: Address) -> Response:
    """What is held, agreed, under way or just over, as iCalendar; asked for by address alone."""
    from services.booking.api import ical  # half a second, for few processes

    async with desk.kit.database.connect() as session:
        subject = await calendars.subject_of(session, address)
        after = desk.kit.clock.yard() - BACK
        found = await calendars.bookings(session, subject, after=after)
    name = " ".join(each for each in ("查验 Inspections", subject.yard, subject.code) if each)
    content = ical.document(found, name=name, now=desk.kit.clock.wall())
    return Response(content, media_type="text/calendar", headers={"Cache-Control": "no-store"})


def _subject(who: Principal, draft: CalendarIn, *, turn: Turn) -> Subject:
    """What the caller may subscribe to. Raises CalendarNotYours, YardNotFound, NoSuchResource."""
    fits = (draft.yard is not None, draft.team is not None) == NAMED[draft.of]
    if not fits or (draft.of is Of.BROKER) != (who.role is Role.BROKER):
        raise CalendarNotYours(pointer="/of")
    if draft.yard is None:
        return Subject(draft.of, None, who.organisation)
    seeing.require_own_yard(who, draft.yard)
    yard = turn.yard(draft.yard)
    if draft.team is not None and yard.team(draft.team) is None:
        raise NoSuchResource(pointer="/team", code=draft.team)
    return Subject(draft.of, yard.code, draft.team)


def _owner(who: Principal) -> str:
    """Yards, agencies and companies are told apart by their role: a name may be used by two."""
    return f"{who.role} {who.office}"
