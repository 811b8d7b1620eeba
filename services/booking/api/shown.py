"""Values as clients see them."""

from datetime import date

from services.booking.api.models import (
    BayOut,
    BilingualOut,
    BoardOut,
    OfferOut,
    OffersOut,
    PlacedOut,
    RequestOut,
    RowOut,
    TeamOut,
    WindowOut,
    YardOut,
)
from services.booking.commands.place import Found
from services.booking.domain.booking import Booking, Status
from services.booking.domain.offers import Offer
from services.booking.domain.yard import Hours, Yard
from services.booking.queries import Placed
from services.booking.store import WEEKDAYS


def request_out(booking: Booking) -> RequestOut:
    """A booking as clients see it; `slot` is the one it has, or had when it was completed."""
    shown = booking.status is Status.COMPLETED or booking.taking is not None
    return RequestOut(
        id=booking.id,
        requirement_id=booking.requirement_id,
        filing_id=booking.filing_id,
        revision=booking.revision,
        status=booking.status,
        version=booking.version,
        wanted=booking.wanted,
        yard=booking.yard,
        window=WindowOut(opens=booking.window.opens, free_until=booking.window.free_until),
        needs=booking.needs,
        bay_kind=booking.bay_kind,
        slot=booking.slot if shown else None,
        held_until=booking.held_until,
    )


def offers_out(found: Found) -> OffersOut:
    """Offers as clients see them."""
    reason = found.none_reason
    return OffersOut(
        offers=[offer_out(offer) for offer in found.offers],
        none_reason=None if reason is None else BilingualOut(en=reason.en, zh=reason.zh),
    )


def yard_out(yard: Yard) -> YardOut:
    """A yard as clients see it."""
    return YardOut(
        code=yard.code,
        name=BilingualOut(en=yard.name_en, zh=yard.name_zh),
        time_zone=yard.zone.key,
        hours={
            name: _pair(hours)
            for name, hours in zip(WEEKDAYS, yard.weekdays, strict=True)
            if hours is not None
        },
        move_minutes=yard.move_minutes,
        availability_minutes=yard.availability_minutes,
        free_days=yard.free_days,
        bays=[BayOut(code=bay.code, kind=bay.kind) for bay in yard.bays],
        teams=[
            TeamOut(
                code=team.code,
                agency=team.agency,
                skills=sorted(team.skills),
                shift=_pair(team.shift),
                rest=None if team.rest is None else _pair(team.rest),
            )
            for team in yard.teams
        ],
    )


def board_out(yard: Yard, *, day: date, placed: list[Placed]) -> BoardOut:
    """A board as clients see it."""
    hours = yard.open_on(day)
    return BoardOut(
        yard=yard.code,
        day=day,
        time_zone=yard.zone.key,
        opens=None if hours is None else hours[0].astimezone(yard.zone),
        closes=None if hours is None else hours[1].astimezone(yard.zone),
        rows=[
            RowOut(
                bay=bay.code,
                kind=bay.kind,
                bookings=[_placed_out(each, yard) for each in placed if each.bay == bay.id],
            )
            for bay in yard.bays
        ],
    )


def offer_out(offer: Offer) -> OfferOut:
    """An offer as clients see it."""
    return OfferOut(
        slot=offer.slot, wait_minutes=offer.wait_minutes, late_minutes=offer.late_minutes
    )


def _placed_out(placed: Placed, yard: Yard) -> PlacedOut:
    return PlacedOut(
        booking_id=placed.booking_id,
        filing_id=placed.filing_id,
        status=Status(placed.status),
        starts=placed.starts.astimezone(yard.zone),
        ends=placed.ends.astimezone(yard.zone),
        teams=list(placed.teams),
        held_until=placed.held_until,
    )


def _pair(hours: Hours) -> list[str]:
    return [hours.opens.isoformat("minutes"), hours.closes.isoformat("minutes")]
