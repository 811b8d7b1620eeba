"""Holding, confirming, exchanging and giving up slots."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.api import doing, seeing, shown
from services.booking.api.models import BookingIn, ReasonIn, RequestOut, RescheduleIn
from services.booking.api.seeing import TheDesk
from services.booking.commands import slots
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from services.booking.domain.booking import Booking
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer

router = APIRouter(tags=["bookings"], dependencies=[idempotency.KEYED])

Booker = Annotated[Principal, allowed(Role.BROKER, Role.YARD)]
YardStaff = Annotated[Principal, allowed(Role.YARD)]
Command = Callable[[AsyncSession, Booking, Turn], Awaitable[Booking]]


@router.post("/v1/bookings", status_code=201, response_model=RequestOut)
async def hold(
    request: Request, who: Booker, desk: TheDesk, draft: Annotated[BookingIn, json_body(BookingIn)]
) -> Response:
    """Set a slot aside for some minutes. 409 `slot_taken` carries the next best offers."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        choice = draft.slot.choice()
        seeing.require_own_yard(who, choice.yard)
        return await slots.hold(
            session, booking, choice=choice, turn=turn, fair=who.role is Role.BROKER
        )

    return await _run(request, desk, who, booking_id=draft.request_id, command=command, status=201)


@router.post("/v1/bookings/{booking_id}/confirm", response_model=RequestOut)
async def confirm(request: Request, who: Booker, desk: TheDesk, booking_id: UUID) -> Response:
    """Agree on the held slot."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        return await slots.confirm(session, booking, turn=turn)

    return await _run(request, desk, who, booking_id=booking_id, command=command)


@router.post("/v1/bookings/{booking_id}/prolong", response_model=RequestOut)
async def prolong(request: Request, who: Booker, desk: TheDesk, booking_id: UUID) -> Response:
    """Hold the slot for once as long again."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        return await slots.prolong(session, booking, turn=turn)

    return await _run(request, desk, who, booking_id=booking_id, command=command)


@router.post("/v1/bookings/{booking_id}/cancel", response_model=RequestOut)
async def cancel(
    request: Request,
    who: Booker,
    desk: TheDesk,
    booking_id: UUID,
    given: Annotated[ReasonIn, json_body(ReasonIn)],
) -> Response:
    """Give the slot up; the requirement still wants one."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        return await slots.cancel(
            session, booking, reason=given.reason, turn=turn, fair=who.role is Role.BROKER
        )

    return await _run(request, desk, who, booking_id=booking_id, command=command)


@router.post("/v1/bookings/{booking_id}/reschedule", response_model=RequestOut)
async def reschedule(
    request: Request,
    who: Booker,
    desk: TheDesk,
    booking_id: UUID,
    draft: Annotated[RescheduleIn, json_body(RescheduleIn)],
) -> Response:
    """Exchange the agreed slot for another; if that one is taken, the old one stays."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        choice = draft.slot.choice()
        seeing.require_own_yard(who, choice.yard)
        return await slots.reschedule(
            session,
            booking,
            choice=choice,
            reason=draft.reason,
            turn=turn,
            fair=who.role is Role.BROKER,
        )

    return await _run(request, desk, who, booking_id=booking_id, command=command)


@router.post("/v1/bookings/{booking_id}/missed", response_model=RequestOut)
async def missed(
    request: Request,
    who: YardStaff,
    desk: TheDesk,
    booking_id: UUID,
    given: Annotated[ReasonIn, json_body(ReasonIn)],
) -> Response:
    """Report that the cargo did not come to its slot."""

    async def command(session: AsyncSession, booking: Booking, turn: Turn) -> Booking:
        return await slots.miss(session, booking, turn=turn)

    return await _run(request, desk, who, booking_id=booking_id, command=command)


async def _run(
    request: Request,
    desk: Desk,
    who: Principal,
    *,
    booking_id: UUID,
    command: Command,
    status: int = 200,
) -> Response:
    """Run a command once on a booking that the caller may see."""

    async def work(session: AsyncSession) -> Answer:
        turn, booking = await desk.with_booking(session, booking_id)
        seeing.require_visible(booking, who=who)
        after = await command(session, booking, turn)
        return Answer(status, shown.request_out(after))

    return await doing.once(request, desk, who, work)
