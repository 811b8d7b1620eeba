"""A yard's board as a stream of server-sent events."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.booking import watch
from services.booking.api import seeing
from services.booking.api.seeing import TheDesk
from services.booking.api.yards import BoardReader, YardCode
from services.booking.watch import Changed
from shared.contracts.values import Slot
from shared.http import streams

router = APIRouter(tags=["yards"])

EVENT = "booking"


class ChangeOut(BaseModel):
    """What an event `booking` has as its data: how a booking changed on this yard's board."""

    booking_id: UUID
    filing_id: UUID
    version: int
    change: str = Field(description="held, confirmed, rescheduled, started, …: the event's name.")
    at: datetime = Field(description="Wall time.")
    slot: Slot | None = Field(description="Where it stands now; null: on this board no more.")
    previous: Slot | None = Field(description="Where it stood on this board before.")
    held_until: datetime | None


@router.get(
    "/v1/yards/{code}/board/events",
    response_class=StreamingResponse,
    responses=streams.documented(EVENT),
)
async def watch_board(
    who: BoardReader, desk: TheDesk, code: YardCode, after: streams.After = None
) -> streams.Stream:
    """How a yard's board changes, as it does. Yard staff see their own.

    To have all of it: open the stream, read the board, then take each event whose `version` is
    newer. It ends after a while; whoever comes back with the last id misses nothing.
    """
    seeing.require_own_yard(who, code)
    database = desk.kit.database
    async with database.connect() as session:
        yard = (await desk.turn(session)).yard(code).code

    async def changes(start: int, end: int) -> bytes:
        async with database.connect() as session:
            found = await watch.changes(session, yard, after=start, up_to=end)
        return b"".join(streams.event(EVENT, each.number, _out(each)) for each in found)

    async def read(start: int, end: int) -> bytes:
        return await desk.watch.once((yard, start, end), lambda: changes(start, end))

    source = streams.Source(f"the board of {yard}", database, desk.watch, desk.settings, read)
    return await streams.opened(source, office=f"{who.role} {who.office}", after=after)


def _out(changed: Changed) -> ChangeOut:
    return ChangeOut(**{name: each for name, each in vars(changed).items() if name != "number"})
