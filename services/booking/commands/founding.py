"""A new yard: nothing before its first day, from then on what its staff say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import fairness, yardbook
from services.booking.commands.roster import Maker
from services.booking.commands.turn import Turn
from services.booking.domain import refusals, roster_rules
from services.booking.domain.calendar import STEP
from services.booking.domain.roster_rules import Skills
from services.booking.domain.yard import Yard
from shared.errors import Faults


@dataclass(frozen=True)
class Founding:
    """A yard that somebody wants: its IANA time zone, its first local day, and all that it is."""

    code: str
    zone: str
    first: date
    content: Mapping[str, Any]


async def found(
    session: AsyncSession, wanted: Founding, *, who: Maker, skills: Skills, turn: Turn
) -> Yard:
    """Found a yard. Nobody else may place anything: see `yardbook.alone`.

    Raises YardThere, UnknownZone, PastIsFixed, and Faults with everything that is wrong with it.
    """
    if wanted.code in turn.yards:
        raise refusals.YardThere(yard=wanted.code)
    zone = await _zone(session, wanted.zone, turn=turn)
    today = turn.now.astimezone(zone).date()
    if wanted.first < today:
        raise refusals.PastIsFixed(pointer="/valid_from", today=today.isoformat())
    wrong = roster_rules.faults(wanted.content, skills=skills)
    if wrong:
        raise Faults(*(replace(each, pointer=f"/content{each.pointer}") for each in wrong))
    await yardbook.found(
        session,
        wanted.code,
        wanted.zone,
        wanted.content,
        valid_from=wanted.first,
        valid_to=None,
        reason=who.reason,
        author=who.subject,
        made_at=turn.wall,
    )
    return (await yardbook.read(session)).yards[wanted.code]


async def _zone(session: AsyncSession, name: str, *, turn: Turn) -> ZoneInfo:
    """Raises UnknownZone; of a zone that is not by quarters of an hour, too."""
    known = name in _zones() and await fairness.knows_zone(session, name)
    offset = turn.now.astimezone(ZoneInfo(name)).utcoffset() if known else None
    if offset is None or offset % STEP:
        raise refusals.UnknownZone(pointer="/time_zone", zone=name)
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    """What every replica has. A machine may have more, such as `localtime`, and be alone in that:
    where a yard's zone is not known, no yard can be read.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
