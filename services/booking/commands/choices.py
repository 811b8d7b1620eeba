"""What is offered to a request: the slots that cost least in some yards, named choices among them,
and why none is earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.commands import sight
from services.booking.commands.sight import Sight
from services.booking.commands.turn import Turn
from services.booking.domain import lack, offers, why
from services.booking.domain.booking import Booking
from services.booking.domain.lack import Reason
from services.booking.domain.offers import Bounds, Offer
from services.booking.domain.refusals import SlotTaken
from services.booking.domain.why import Stretch
from services.booking.domain.yard import Yard
from services.booking.store import Reading
from shared.contracts.values import Slot

SHOWN = 5


@dataclass(frozen=True)
class Earlier:
    """A stretch before a yard's first slot, what is missing in it, and that in words."""

    yard: str
    stretch: Stretch
    en: str
    zh: str


@dataclass(frozen=True)
class Named:
    """The best slot of each name, if there is one."""

    next: Offer | None = None
    morning: Offer | None = None
    afternoon: Offer | None = None
    overtime: Offer | None = None


@dataclass(frozen=True)
class Found:
    """Offers, the cheapest first; why none is earlier; or why there are none at all.

    Without any there may still be one in overtime.
    """

    offers: tuple[Offer, ...]
    earlier: tuple[Earlier, ...] = ()
    named: Named = Named()
    none_reason: Reason | None = None


async def find(
    session: Reading,
    booking: Booking,
    *,
    turn: Turn,
    yards: Sequence[str] = (),
    after: datetime | None = None,
    limit: int = SHOWN,
    reasons: bool = False,
    fair: bool = False,
) -> Found:
    """The slots that cost least in the named yards, or in all that serve the cargo.

    They end by the broker's latest wish, unless it asks for those `after` a moment. With
    `reasons` also why none is earlier, and the named choices. `fair`: none that the broker's quota
    forbids. Raises YardNotFound.
    """
    latest = booking.wish.latest if after is None else None
    places = [
        await sight.see(session, booking, yard, turn=turn, after=after, latest=latest, fair=fair)
        for yard in _yards(booking, yards, turn=turn)
    ]
    found = sorted((one for each in places for one in each.cheapest(limit)), key=offers.rank)
    none = None if found else _none(booking, places[0])
    if not reasons:
        return Found(tuple(found[:limit]), none_reason=none)
    earlier = [one for each in places if found for one in _earlier(booking, each)]
    return Found(tuple(found[:limit]), tuple(earlier), _named(booking, places), none)


def _none(booking: Booking, home: Sight) -> Reason:
    bounds = home.bounds
    return lack.why_none(
        home.calendar, booking.want, earliest=bounds.earliest, latest=bounds.latest
    )


def _yards(booking: Booking, named: Sequence[str], *, turn: Turn) -> list[Yard]:
    if named:
        return [turn.yard(code) for code in dict.fromkeys(named)]
    if booking.cargo is None:
        return [turn.yard(booking.yard)]
    serving = turn.serving(booking.wish, terminal=booking.cargo.terminal)
    home = [yard for yard in serving if yard.code == booking.yard]
    return home + [yard for yard in serving if yard.code != booking.yard]


def _earlier(booking: Booking, at: Sight) -> list[Earlier]:
    """What is missing in a yard before its first slot; without one, up to the horizon."""
    starts = offers.starts(at.calendar, booking.want, at.bounds)
    end = at.bounds.end or at.bounds.earliest
    before = end if not starts else at.calendar.start_of(next(offers.cells(starts)))
    stretches = [] if at.quota is None else [why.not_today(*at.quota)]
    stretches += why.not_earlier(at.calendar, booking.want, first=at.bounds.earliest, before=before)
    return [
        Earlier(at.yard.code, each, *why.texts(at.calendar, each, booking.want))
        for each in stretches
    ]


def _named(booking: Booking, places: Sequence[Sight]) -> Named:
    """The next one by time, and the cheapest of each half of the day and of overtime."""
    nexts: list[Offer] = []
    mornings: list[Offer] = []
    afternoons: list[Offer] = []
    overtime: list[Offer] = []
    for each in places:
        regular = offers.starts(each.calendar, booking.want, each.bounds)
        nexts += _one(booking, each, each.bounds, among=regular & -regular)
        before_noon = each.calendar.mornings()
        mornings += _one(booking, each, each.bounds, among=before_noon)
        afternoons += _one(booking, each, each.bounds, among=~before_noon)
        if any(era.overtime_minutes for era in each.yard.eras):
            late = Bounds(each.bounds.earliest, each.bounds.latest, late=True, end=each.bounds.end)
            overtime += _one(booking, each, late, among=~regular)
    return Named(
        next=min(nexts, key=lambda offer: (offer.slot.starts, offer.cny), default=None),
        morning=_cheapest(mornings),
        afternoon=_cheapest(afternoons),
        overtime=_cheapest(overtime),
    )


def _one(booking: Booking, at: Sight, bounds: Bounds, *, among: int) -> tuple[Offer, ...]:
    return offers.cheapest(at.calendar, booking.want, bounds, load=at.load, limit=1, among=among)


def _cheapest(those: Sequence[Offer]) -> Offer | None:
    return min(those, key=offers.rank, default=None)


async def refusal(session: AsyncSession, booking: Booking, *, slot: Slot, turn: Turn) -> SlotTaken:
    """The error of a slot that somebody else has, with the next best offers."""
    asking = booking.asking(1 + len(slot.beside))
    found = await find(session, asking, turn=turn, yards=[slot.yard])
    return SlotTaken(
        bay=slot.bay,
        starts=slot.starts,
        offers=[
            {
                "slot": offer.slot.model_dump(mode="json"),
                "wait_minutes": offer.wait_minutes,
                "late_minutes": offer.late_minutes,
                "cny": str(offer.cny),
            }
            for offer in found.offers
        ],
    )
