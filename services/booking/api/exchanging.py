"""Brokers offer agreed slots of theirs for exchange, and accept what others offer."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchanges
from services.booking.api import doing, seeing, shown
from services.booking.api.models import ReasonIn, RequestOut, StretchIn
from services.booking.api.seeing import TheDesk
from services.booking.commands import exchanging
from services.booking.domain import exchange
from services.booking.exchanges import Exchange, State
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Slot
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer

router = APIRouter(prefix="/v1/bookings/{booking_id}/exchanges", tags=["bookings"])

KEYED = [idempotency.KEYED]
Broker = Annotated[Principal, allowed(Role.BROKER)]


class ExchangeOut(BaseModel):
    """What the caller offers: `slot`, for any one in the stretch; no more once that changes."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    slot: Slot
    opens: datetime = Field(alias="from")
    closes: datetime = Field(alias="to")
    yards: list[str]
    since: datetime
    state: State

    @classmethod
    def of(cls, found: Exchange, *, slot: Slot | None) -> Self:
        """As its own broker sees it, whose booking can be exchanged for its `slot` now."""
        over = found.state is State.OPEN and slot != found.slot
        return cls(
            id=found.id,
            slot=found.slot,
            opens=found.stretch.opens,
            closes=found.stretch.closes,
            yards=list(found.stretch.yards),
            since=found.since,
            state=State.WITHDRAWN if over else found.state,
        )


class ChanceOut(BaseModel):
    """An exchange that can be accepted, and the slot that the booking would get by it."""

    id: UUID
    slot: Slot


class ExchangesOut(BaseModel):
    """What the booking was offered for last, and what it may accept, the oldest offer first."""

    own: ExchangeOut | None
    offered: list[ChanceOut]


@router.post("", status_code=201, response_model=ExchangeOut, dependencies=KEYED)
async def offer(
    request: Request,
    who: Broker,
    desk: TheDesk,
    booking_id: UUID,
    draft: Annotated[StretchIn, json_body(StretchIn)],
) -> Response:
    """Offer the agreed slot for any one in a stretch; another broker may then exchange with it.

    Those it may suit get a receipt, and another once it is over for them.
    """

    async def work(session: AsyncSession) -> Answer:
        await seeing.visible(session, booking_id, who=who)
        turn = await desk.turn(session)
        made = await exchanging.offer(session, booking_id, draft.stretch(), turn=turn)
        return Answer(201, ExchangeOut.of(made, slot=made.slot))

    return await doing.once(request, desk, who, work)


@router.get("")
async def read_exchanges(who: Broker, desk: TheDesk, booking_id: UUID) -> ExchangesOut:
    """What others offer that this booking could take, and what it is offered for itself."""
    async with desk.kit.database.connect() as session:
        booking = await seeing.visible(session, booking_id, who=who)
        own = await exchanges.last_of(session, booking.id)
        turn = await desk.turn(session)
        chances = await exchanging.chances(session, booking, turn=turn)
    return ExchangesOut(
        own=None if own is None else ExchangeOut.of(own, slot=exchange.agreed(booking)),
        offered=[ChanceOut(id=each.id, slot=each.slot) for each in chances],
    )


@router.post("/end", response_model=ExchangeOut, dependencies=KEYED)
async def end(
    request: Request,
    who: Broker,
    desk: TheDesk,
    booking_id: UUID,
    given: Annotated[ReasonIn, json_body(ReasonIn)],
) -> Response:
    """Offer the slot no more."""

    async def work(session: AsyncSession) -> Answer:
        await seeing.visible(session, booking_id, who=who)
        turn = await desk.turn(session)
        ended = await exchanging.withdraw(session, booking_id, turn=turn)
        return Answer(200, ExchangeOut.of(ended, slot=ended.slot))

    return await doing.once(request, desk, who, work)


@router.post("/{exchange_id}/accept", response_model=RequestOut, dependencies=KEYED)
async def accept(
    request: Request, who: Broker, desk: TheDesk, booking_id: UUID, exchange_id: UUID
) -> Response:
    """Exchange this booking's slot for the offered one, at once; both brokers get a receipt."""

    async def work(session: AsyncSession) -> Answer:
        await seeing.visible(session, booking_id, who=who)
        turn = await desk.turn(session)
        after = await exchanging.accept(session, booking_id, exchange_id, turn=turn)
        return Answer(200, shown.request_out(after))

    return await doing.once(request, desk, who, work)
