"""Values as clients see them."""

from datetime import date, datetime
from typing import Any

from services.booking.api.board_models import BoardOut, PlacedOut, RowOut
from services.booking.api.models import (
    BayOut,
    BilingualOut,
    EarlierOut,
    GearOut,
    MissingOut,
    MoveOut,
    NamedOut,
    OfferOut,
    OffersOut,
    RequestOut,
    TeamOut,
    WindowOut,
    YardOut,
)
from services.booking.commands.choices import Earlier, Found
from services.booking.domain.booking import Booking, Status
from services.booking.domain.layers import WEEKDAYS
from services.booking.domain.offers import Offer
from services.booking.domain.resources import Bay, Gear, Hours, Move, Team, Work
from services.booking.domain.yard import Yard
from services.booking.queries import Placed


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
        hold_extended=booking.hold_extended,
    )


def offers_out(found: Found) -> OffersOut:
    """Offers as clients see them."""
    reason = found.none_reason
    return OffersOut(
        offers=[offer_out(offer) for offer in found.offers],
        choices=NamedOut(
            **{name: offer and offer_out(offer) for name, offer in vars(found.named).items()}
        ),
        earlier=[_earlier_out(each) for each in found.earlier],
        none_reason=None if reason is None else BilingualOut(en=reason.en, zh=reason.zh),
        none_mend=None if reason is None else BilingualOut(en=reason.mend[0], zh=reason.mend[1]),
    )


def yard_out(yard: Yard, *, now: datetime) -> YardOut:
    """A yard as clients see it: what holds today."""
    era = yard.at(now)
    return YardOut(
        code=yard.code,
        version=era.number,
        name=BilingualOut(en=era.name_en, zh=era.name_zh),
        time_zone=yard.zone.key,
        hours={
            name: _pair(hours)
            for name, hours in zip(WEEKDAYS, era.weekdays, strict=True)
            if hours is not None
        },
        holidays={
            day: None if hours is None else _pair(hours)
            for day, hours in sorted((era.holidays or {}).items())
        },
        terminal_moves={name: _move_out(move) for name, move in sorted(era.moves.items())},
        move_minutes=era.move.minutes,
        move_cny=era.move.cny,
        availability_minutes=era.availability_minutes,
        free_days=era.free_days,
        overtime_minutes=era.overtime_minutes,
        same_day_quota=era.same_day_quota,
        bays=[_bay_out(bay) for bay in era.bays],
        teams=[_team_out(team) for team in era.teams],
        gear=[_gear_out(each) for each in era.gear],
    )


def board_out(yard: Yard, *, day: date, placed: list[Placed]) -> BoardOut:
    """A board as clients see it: the day's bays, and what else still has something in it."""
    hours = yard.open_on(day)
    rows = {bay.id: bay for bay in yard.bays if any(each.bay == bay.id for each in placed)}
    rows |= {bay.id: bay for bay in yard.on(day).bays}
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
            for bay in rows.values()
        ],
    )


def offer_out(offer: Offer) -> OfferOut:
    """An offer as clients see it."""
    return OfferOut(
        slot=offer.slot,
        wait_minutes=offer.wait_minutes,
        late_minutes=offer.late_minutes,
        overtime_minutes=offer.overtime_minutes,
        cny=offer.cny,
    )


def _earlier_out(earlier: Earlier) -> EarlierOut:
    stretch = earlier.stretch
    return EarlierOut(
        yard=earlier.yard,
        starts=stretch.starts,
        ends=stretch.ends,
        missing=[MissingOut(**{**vars(each), "skills": list(each.skills)})
                 for each in stretch.missing],
        text=BilingualOut(en=earlier.en, zh=earlier.zh),
    )  # fmt: skip


def _placed_out(placed: Placed, yard: Yard) -> PlacedOut:
    return PlacedOut(
        booking_id=placed.booking_id,
        filing_id=placed.filing_id,
        status=Status(placed.status),
        starts=placed.starts.astimezone(yard.zone),
        ends=placed.ends.astimezone(yard.zone),
        teams=list(placed.teams),
        bays=list(placed.bays),
        held_until=placed.held_until,
    )


def _bay_out(bay: Bay) -> BayOut:
    return BayOut(
        code=bay.code,
        kind=bay.kind,
        plugs=bay.plugs,
        also=sorted(bay.also),
        row=bay.row,
        position=None if bay.row is None else bay.position,
    )


def _team_out(team: Team) -> TeamOut:
    return TeamOut(
        code=team.code, agency=team.agency, skills=sorted(team.skills), **_work_out(team.work)
    )


def _gear_out(gear: Gear) -> GearOut:
    scopes = sorted(gear.scopes, key=lambda scope: scope.depth)
    work = {} if gear.work is None else _work_out(gear.work)
    return GearOut(code=gear.code, kind=gear.kind, scopes=scopes, **work)


def _work_out(work: Work) -> dict[str, Any]:
    return {
        "shift": _pair(work.shift),
        "rest": None if work.rest is None else _pair(work.rest),
        "days": [name for number, name in enumerate(WEEKDAYS) if number in work.weekdays],
    }


def _move_out(move: Move) -> MoveOut:
    return MoveOut(minutes=move.minutes, cny=move.cny)


def _pair(hours: Hours) -> list[str]:
    return [hours.opens.isoformat("minutes"), hours.closes.isoformat("minutes")]
