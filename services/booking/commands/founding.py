"""A new yard: nothing before its first day, from then on what its staff say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import yardbook
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
    today = turn.now.astimezone(_zone(wanted.zone, turn=turn)).date()
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


def _zone(name: str, *, turn: Turn) -> ZoneInfo:
    """Raises UnknownZone; of a zone that is not by quarters of an hour, too."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refusals.UnknownZone(pointer="/time_zone", zone=name) from None
    offset = turn.now.astimezone(zone).utcoffset()
    if offset is None or offset % STEP:
        raise refusals.UnknownZone(pointer="/time_zone", zone=name)
    return zone
