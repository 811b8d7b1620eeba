"""Requests for slots, and what can be offered to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, TypeAdapter

from services.booking import queries
from services.booking.api import seeing, shown
from services.booking.api.models import OffersOut, RequestOut
from services.booking.api.seeing import TheDesk
from services.booking.commands import choices
from services.booking.domain.booking import Status
from shared.auth import guard
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http.direct import LookRoute
from shared.http.model import Instant
from shared.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page

router = APIRouter(tags=["requests"])
offering = APIRouter(tags=["requests"], route_class=LookRoute)

KEY = TypeAdapter(UUID)

Reader = Annotated[Principal, allowed(*Role)]
From = Annotated[
    Instant | None,
    Query(alias="from", description="Offers from this moment on; with its offset."),
]
OfferLimit = Annotated[int, Query(ge=1, le=20, description="How many offers at most.")]
Bays = Annotated[
    int | None,
    Query(
        ge=1,
        le=8,
        description="Neighbouring bays at once, at most one a container; one after the other in"
        " the same bay, or as many as the slot has, unless told.",
    ),
]
Code = Annotated[str, Field(max_length=32)]
YardCodes = Annotated[
    tuple[Code, ...],
    Query(
        max_length=16,
        description="These yards alone; unless told all that serve the cargo.",
    ),
]


@router.get("/v1/requests")
async def read_requests(
    who: Reader,
    desk: TheDesk,
    filing_id: UUID | None = None,
    requirement_id: UUID | None = None,
    status: Status | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RequestOut]:
    """Requests in a stable order. Brokers see their own, yard staff those of their yard."""
    at_yard = who.role is Role.YARD
    wanted = queries.Filter(
        filing_id=filing_id,
        requirement_id=requirement_id,
        status=status,
        broker=None if at_yard else guard.limited_to(who),
        yard=who.organisation if at_yard else None,
    )
    after = decode_cursor(cursor, KEY)
    async with desk.kit.database.connect() as session:
        rows = await queries.requests(session, wanted, after=after, limit=limit + 1)
    found = page(rows, limit=limit, key=lambda booking: booking.id)
    return Page(items=[shown.request_out(each) for each in found.items], next=found.next)


@router.get("/v1/requests/{request_id}")
async def read_request(who: Reader, desk: TheDesk, request_id: UUID) -> RequestOut:
    """One request with its booking."""
    async with desk.kit.database.connect() as session:
        return shown.request_out(await seeing.visible(session, request_id, who=who))


@offering.get("/v1/requests/{request_id}/offers")
async def read_offers(
    who: Reader,
    desk: TheDesk,
    request_id: UUID,
    yards: YardCodes = (),
    start: From = None,
    limit: OfferLimit = choices.SHOWN,
    bays: Bays = None,
) -> OffersOut:
    """Free slots for a request, the cheapest first, with why none is earlier; or what is missing.

    Of two that cost the same the earlier comes first.
    """
    async with desk.kit.database.looking() as session:
        turn, booking = await desk.with_booking(session, request_id)
        seeing.require_visible(booking, who=who)
        if bays is not None:
            booking = booking.asking(bays, pointer="/query/bays")
        found = await choices.find(
            session,
            booking,
            turn=turn,
            yards=yards,
            after=start,
            limit=limit,
            reasons=True,
            fair=who.role is Role.BROKER,
        )
    return shown.offers_out(found)
