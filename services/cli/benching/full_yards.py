"""Yards that are nearly full: ten of them with 100,000 confirmed bookings, and some requests.

Each yard has 112 teams of each agency in two shifts and as many bays; a pair of teams inspects an
hour at a time. Rows are copied into the real tables, as booking leaves them.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from services.booking import store
from services.booking.domain import acts, fit
from services.booking.domain.booking import Booking
from services.booking.domain.yard import Yard
from services.cli import people
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined
from shared.contracts.values import AgencyNeed, BayKind, Mode, Scope, Slot, TeamPlace

YARDS, PAIRS, DAYS, LIVE = 10, 112, 14, 100_000
KINDS = (BayKind.PLAIN,) * 8 + (BayKind.REEFER,) * 3 + (BayKind.DANGEROUS, BayKind.SCAN)
SKILLS = {"customs": ("valuation", "ipr"), "quarantine": ("plant", "animal", "food")}
HOURS = {0: (7, 8, 9, 11, 12, 13, 14), 1: (13, 14, 15, 17, 18, 19, 20)}
"""When each shift begins an inspection: it rests the hour between."""
OPEN = ["07:00", "21:00"]
SHIFTS = ((["07:00", "15:00"], ["10:00", "11:00"]), (["13:00", "21:00"], ["16:00", "17:00"]))
NAME = UUID(int=7)
AT_ONCE = 5_000
POPULATE = "INSERT INTO bookings SELECT * FROM jsonb_populate_recordset(NULL::bookings, $1::jsonb)"


@dataclass(frozen=True)
class Place:
    """Where and when one booking is: the numbers of its yard, pair and bay, and its start."""

    yard: int
    pair: int
    bay: int
    starts: datetime


def document() -> dict[str, Any]:
    """The yards, as `seeding` takes them."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    rng = random.Random(1)
    return {
        "yards": [
            {
                "code": code(number),
                "name": {"zh": f"满载查验场 {number}", "en": f"Full yard {number}"},
                "time_zone": "Asia/Shanghai",
                "hours": dict.fromkeys(days, OPEN),
                "terminal_moves": {f"T{number}": 30},
                "move_minutes": 240,
                "availability_minutes": 0,
                "free_days": 3,
                "bays": [
                    {"code": f"B{n:03}", "kind": KINDS[n % len(KINDS)].value} for n in range(PAIRS)
                ],
                "teams": [_team(agency, n, rng) for agency in SKILLS for n in range(PAIRS)],
            }
            for number in range(YARDS)
        ]
    }


def code(number: int) -> str:
    """A yard's code."""
    return f"FULL-{number}"


def _team(agency: str, number: int, rng: random.Random) -> dict[str, Any]:
    shift, rest = SHIFTS[number % 2]
    extra = rng.sample(SKILLS[agency], rng.randint(0, len(SKILLS[agency])))
    name = f"{agency[0].upper()}{number:03}"
    skills = sorted(["general", *extra])
    return {"code": name, "agency": agency, "skills": skills, "shift": shift, "break": rest}


def plain_requirement(serial: int, place: Place, *, now: datetime) -> RequirementDetermined:
    """What fits a place: an hour of both agencies, whatever their teams can."""
    needs = tuple(
        AgencyNeed(agency=agency, scope=Scope.UNPACK, skills=("general",), minutes=60)
        for agency in SKILLS
    )
    kind = KINDS[place.bay % len(KINDS)]
    return _determined(serial, needs, kind, terminal=place.yard, now=now)


def requirement(serial: int, *, now: datetime) -> RequirementDetermined:
    """What a request needs: drawn by its number."""
    rng = random.Random(serial)
    needs = [
        AgencyNeed(
            agency=agency,
            scope=Scope.UNPACK,
            skills=tuple(sorted(rng.sample(SKILLS[agency], rng.randint(0, 1)))),
            minutes=rng.choice((30, 45, 60, 90)),
        )
        for agency in SKILLS
    ]
    return _determined(serial, tuple(needs), rng.choice(KINDS), terminal=serial % YARDS, now=now)


def _determined(
    serial: int,
    needs: tuple[AgencyNeed, ...],
    kind: BayKind,
    *,
    terminal: int,
    now: datetime,
) -> RequirementDetermined:
    filing = uuid5(NAME, str(serial))
    return RequirementDetermined(
        filing_id=filing,
        requirement_id=derived.requirement_id(filing),
        filing_version=1,
        revision=1,
        mode=Mode.JOINT,
        primary_agency="customs",
        needs=needs,
        bay_kind=kind,
        lines=(),
        terminal=f"T{terminal}",
        arrival=now - timedelta(hours=1),
        broker=people.DEMO_BROKER,
    )


def places(first_day: datetime) -> tuple[list[Place], list[Place]]:
    """100,000 of the places that there are, and the rest; each pair has a bay of its own."""
    rng = random.Random(2)
    every = [
        Place(yard, pair, pair, first_day + timedelta(days=day, hours=hour))
        for yard in range(YARDS)
        for day in range(DAYS)
        for pair in range(PAIRS)
        for hour in HOURS[pair % 2]
    ]
    rng.shuffle(every)
    return every[:LIVE], every[LIVE:]


async def fill(
    connection: asyncpg.Connection, yards: Mapping[str, Yard], taken: Sequence[Place], now: datetime
) -> None:
    """Copy the bookings of these places and what they take."""
    for first in range(0, len(taken), AT_ONCE):
        some = list(enumerate(taken[first : first + AT_ONCE], start=first))
        made = [_booking(number, place, yards, now=now) for number, place in some]
        rows = json.dumps([_row(each, now=now) for each in made])
        await connection.execute(POPULATE, rows)
        await connection.copy_records_to_table(
            "occupancy",
            columns=["resource", "during", "booking_id", "active"],
            records=list(_occupied(made, yards)),
        )
    await connection.execute("VACUUM ANALYZE")


async def ask(
    connection: asyncpg.Connection,
    yards: Mapping[str, Yard],
    wanted: Sequence[RequirementDetermined],
    now: datetime,
) -> list[UUID]:
    """Requests without a slot; their ids."""
    made = [
        acts.opened(each, yard=yards[f"FULL-{each.terminal[1:]}"], now=now).after for each in wanted
    ]
    for first in range(0, len(made), AT_ONCE):
        rows = [_row(each, now=now) for each in made[first : first + AT_ONCE]]
        await connection.execute(POPULATE, json.dumps(rows))
    return [each.id for each in made]


def slot(place: Place) -> Slot:
    """The slot of a place."""
    return Slot(
        yard=code(place.yard),
        bay=f"B{place.bay:03}",
        teams=tuple(
            TeamPlace(agency=agency, team=f"{agency[0].upper()}{place.pair:03}")
            for agency in SKILLS
        ),
        starts=place.starts,
        ends=place.starts + timedelta(hours=1),
    )


def _booking(serial: int, place: Place, yards: Mapping[str, Yard], *, now: datetime) -> Booking:
    needed = plain_requirement(serial, place, now=now)
    fresh = acts.opened(needed, yard=yards[code(place.yard)], now=now)
    return acts.booked(fresh.after, slot=slot(place)).after


def _row(booking: Booking, *, now: datetime) -> dict[str, Any]:
    columns = store.columns_of(booking, now=now)
    row: dict[str, Any] = json.loads(json.dumps(columns, default=str))
    return row


def _occupied(
    made: Sequence[Booking], yards: Mapping[str, Yard]
) -> Iterator[tuple[int, asyncpg.Range, UUID, bool]]:
    for booking in made:
        if booking.slot is None:
            continue
        for each in fit.taken(yards[booking.slot.yard], booking.slot):
            yield each.resource, asyncpg.Range(each.starts, each.ends), booking.id, True


def midnight(now: datetime) -> datetime:
    """The next local midnight in the yards' zone, in UTC."""
    local = now + timedelta(hours=8)
    return datetime(local.year, local.month, local.day, tzinfo=UTC) + timedelta(hours=16)
