"""Who sees which request: a broker its own, yard staff those of their yard."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.booking import store
from services.booking.desk import Desk
from services.booking.domain.booking import Booking
from services.booking.domain.refusals import RequestNotFound, YardNotFound
from services.booking.store import Reading
from shared.auth import guard
from shared.auth.principal import Principal, Role


async def desk_of(request: Request) -> Desk:
    """The desk of the application that answers."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]


async def visible(session: Reading, booking_id: UUID, *, who: Principal) -> Booking:
    """The booking, if the caller may see it. Raises RequestNotFound, for others' too."""
    booking = await store.find(session, booking_id)
    if booking is None:
        raise RequestNotFound()
    require_visible(booking, who=who)
    return booking


def require_visible(booking: Booking, *, who: Principal) -> None:
    """Raises RequestNotFound if the caller may not see it."""
    if who.role is Role.YARD:
        if who.organisation not in places(booking):
            raise RequestNotFound()
    else:
        guard.own(who, booking.broker, missing=RequestNotFound())


def places(booking: Booking) -> set[str]:
    """The yards whose staff a booking concerns: the home yard, and where its slot is."""
    return {booking.yard} | ({booking.slot.yard} if booking.slot is not None else set())


def require_own_yard(who: Principal, yard: str) -> None:
    """Raises YardNotFound if yard staff ask for another yard's things."""
    if who.role is Role.YARD and who.organisation != yard:
        raise YardNotFound(yard=yard)
