"""Yards and their boards."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.booking import queries
from services.booking.api import seeing, shown
from services.booking.api.board_models import BoardOut
from services.booking.api.models import YardOut, YardsOut
from services.booking.api.seeing import TheDesk
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import model

router = APIRouter(tags=["yards"])

Anyone = Annotated[Principal, allowed(*Role)]
BoardReader = Annotated[Principal, allowed(Role.YARD, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)]
YardCode = Annotated[str, Path(max_length=32)]
Day = Annotated[model.Day | None, Query(description="A day in the yard's zone.")]


@router.get("/v1/yards")
async def read_yards(who: Anyone, desk: TheDesk) -> YardsOut:
    """Every yard with its hours, bays and teams."""
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
    return YardsOut(items=[shown.yard_out(yard, now=turn.now) for yard in turn.yards.values()])


@router.get("/v1/yards/{code}")
async def read_yard(who: Anyone, desk: TheDesk, code: YardCode) -> YardOut:
    """One yard."""
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
    return shown.yard_out(turn.yard(code), now=turn.now)


@router.get("/v1/yards/{code}/board")
async def read_board(who: BoardReader, desk: TheDesk, code: YardCode, day: Day = None) -> BoardOut:
    """A day of a yard, by bay: today in the yard's zone unless told. Yard staff see their own."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        yard = turn.yard(code)
        local = day or yard.local_day(turn.now)
        placed = await queries.board(session, yard.code, day=yard.day(local))
    return shown.board_out(yard, day=local, placed=placed)
