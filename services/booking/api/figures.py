"""A yard's day as a table and in figures, and how brokers fare."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.booking import fairness, queries
from services.booking.api import seeing
from services.booking.api.seeing import TheDesk
from services.booking.api.yards import BoardReader, Day, YardCode
from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar
from services.booking.domain.resources import Resource
from services.booking.domain.yard import Yard
from services.booking.queries import Placed
from shared.auth import guard
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import model, sheets

router = APIRouter(tags=["yards"])

Reader = Annotated[Principal, allowed(*Role)]
FromDay = Annotated[model.Day | None, Query(alias="from", description="The first day, UTC.")]
ToDay = Annotated[model.Day | None, Query(alias="to", description="The day after the last, UTC.")]
HEADER = ("查验位 Bay", "开始 Starts", "结束 Ends", "状态 Status", "查验组 Teams", "申报单 Filing",
          "预约 Booking")  # fmt: skip
WEEK = timedelta(days=7)


class UseOut(BaseModel):
    """Of bays of a kind, or an agency's teams: how much of their time is booked."""

    name: str
    there_minutes: int = Field(description="Minutes that they are there, together.")
    booked_minutes: int
    share: float


class FiguresOut(BaseModel):
    """What is booked of a yard's day; what is completed counts with the time that it took.

    Late are slots that end after the cargo's free time.
    """

    yard: str
    day: date
    bays: list[UseOut]
    teams: list[UseOut]
    bookings: int
    late: int
    late_minutes: int


class FareOut(BaseModel):
    """How a broker fares: the waits are from the window's opening to the slot's start."""

    broker: str
    requests: int
    agreed: int
    without_slot: int
    median_wait_minutes: int
    ninth_wait_minutes: int = Field(description="Nine in ten wait no longer.")
    late: int
    cancelled: int
    unconfirmed: int = Field(description="Slots that were held until the hold ran out.")
    missed: int
    most_in_a_day: int = Field(description="The most slots that it has in one yard on one day.")
    waiting: int = Field(description="Requests that wait for what falls free.")
    offered: int = Field(description="Slots that it was offered from the line.")
    lapsed: int = Field(description="Of these, those that it let lapse.")
    overtaken: int = Field(
        description="Requests without a slot though a later one, for the same yard and kind of"
        " bay, has one that they could have had."
    )


class FairnessOut(BaseModel):
    """Every broker whose cargo was available in the days."""

    first: datetime
    last: datetime
    items: list[FareOut]


@router.get("/v1/yards/{code}/board.csv", response_class=Response)
async def read_plan(who: BoardReader, desk: TheDesk, code: YardCode, day: Day = None) -> Response:
    """A day's bookings as CSV, by bay and start, in the yard's time; safe in spreadsheets."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        yard = turn.yard(code)
        local = day or yard.local_day(turn.now)
        placed = await queries.board(session, yard.code, day=yard.day(local))
    name = f"{yard.code}-{local}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(_sheet(yard, placed), media_type="text/csv; header=present", headers=headers)


@router.get("/v1/yards/{code}/figures")
async def read_figures(
    who: BoardReader, desk: TheDesk, code: YardCode, day: Day = None
) -> FiguresOut:
    """How much of a day is booked, by kind of bay and by agency, and how late slots are."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        yard = turn.yard(code)
        local = day or yard.local_day(turn.now)
        span = yard.day(local)
        taken = await queries.taken_on(session, yard.code, day=span)
        late = await queries.lateness(session, yard.code, day=span)
    calendar = cal.calendar(yard, first=span[0], days=1, taken=taken)
    bays: dict[str, list[Resource]] = {}
    teams: dict[str, list[Resource]] = {}
    for bay in yard.on(local).bays:
        bays.setdefault(bay.kind.value, []).extend(_values(yard.bays, bay))
    for team in yard.on(local).teams:
        teams.setdefault(team.agency, []).extend(_values(yard.teams, team))
    return FiguresOut(
        yard=yard.code,
        day=local,
        bays=[_use(calendar, span, name, those) for name, those in bays.items()],
        teams=[_use(calendar, span, name, those) for name, those in teams.items()],
        bookings=late["bookings"],
        late=late["late"],
        late_minutes=late["late_minutes"],
    )


@router.get("/v1/fairness")
async def read_fairness(
    who: Reader, desk: TheDesk, first: FromDay = None, last: ToDay = None
) -> FairnessOut:
    """How brokers fare, the last seven days and those to come unless told.

    A broker sees itself alone, yard staff what concerns their yard.
    """
    today = cal.midnight(desk.kit.clock.yard())
    begins = today - WEEK if first is None else _utc(first)
    ends = today + 2 * WEEK if last is None else _utc(last)
    at_yard = who.role is Role.YARD
    async with desk.kit.database.connect() as session:
        rows = await fairness.report(
            session,
            first=begins,
            last=ends,
            broker=None if at_yard else guard.limited_to(who),
            yard=who.organisation if at_yard else None,
        )
    items = [FareOut.model_validate(dict(row)) for row in rows]
    return FairnessOut(first=begins, last=ends, items=items)


def _utc(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _values(known: Sequence[Resource], one: Resource) -> list[Resource]:
    """What it is on all days: its night may have begun when it was something else."""
    return [each for each in known if each.id == one.id]


def _use(
    calendar: Calendar, span: tuple[datetime, datetime], name: str, those: Sequence[Resource]
) -> UseOut:
    """Cells of a day, so far as they are inside the resources' time or taken."""
    first, end = (calendar.from_cell(each) for each in span)
    day = ((1 << (end - first)) - 1) << first
    there = sum((calendar.up(each) & day).bit_count() for each in those)
    booked = sum((calendar.busy.get(each, 0) & day).bit_count() for each in {r.id for r in those})
    share = round(booked / there, 3) if there else 0.0
    return UseOut(
        name=name,
        there_minutes=there * cal.STEP_MINUTES,
        booked_minutes=booked * cal.STEP_MINUTES,
        share=share,
    )


def _sheet(yard: Yard, placed: Sequence[Placed]) -> str:
    codes = {bay.id: bay.code for bay in yard.bays}
    rows = [
        [
            codes.get(each.bay, str(each.bay)),
            each.starts.astimezone(yard.zone).strftime("%Y-%m-%d %H:%M"),
            each.ends.astimezone(yard.zone).strftime("%Y-%m-%d %H:%M"),
            each.status,
            " ".join(each.teams),
            each.filing_id,
            each.booking_id,
        ]
        for each in placed
    ]
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    return sheets.lines([HEADER, *([sheets.cell(each) for each in row] for row in rows)])
