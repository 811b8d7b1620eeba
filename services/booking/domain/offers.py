"""Which slots a requirement can have, and what each costs its cargo and everybody else.

Agencies inspect together, so a slot is as long as the agency that needs longest. Everything here
is a pure function of the calendar.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from services.booking.domain import calendar as cal
from services.booking.domain import prices
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Want
from services.booking.domain.picking import NOBODY, Pick
from services.booking.domain.prices import NOTHING, Prices
from services.booking.domain.weights import Weights
from services.booking.domain.yard import Window
from shared.contracts.values import Slot

CENT = Decimal("0.01")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Bounds:
    """Slots from a moment on, that end by another if there is one; `late`: teams may stay on.

    `end`: they begin before it.
    """

    earliest: datetime
    latest: datetime | None = None
    late: bool = False
    end: datetime | None = None


@dataclass(frozen=True)
class Load:
    """The cargo as prices see it, and what holds on its day; `move` is the way to this yard."""

    window: Window
    weights: Weights
    teu: Decimal = Decimal(1)
    perishable: bool = False
    move: Decimal = NOTHING
    prices: Prices = field(default=prices.FREE)

    def cost(self, want: Want, starts: datetime, ends: datetime) -> Decimal:
        """What it costs the consignment, CNY: waiting, decay, lateness, the move."""
        wait = starts - self.window.opens
        late = ends - self.window.free_until
        return (
            self.weights.waiting(want.bay_kind, wait, teu=self.teu, perishable=self.perishable)
            + self.weights.lateness(late, teu=self.teu)
            + self.move
        )


@dataclass(frozen=True)
class Offer:
    """A slot, and what it costs: minutes after the window opens and after free time; CNY.

    `overtime_minutes` are what its teams stay beyond their shifts, together.
    """

    slot: Slot
    wait_minutes: int
    late_minutes: int
    overtime_minutes: int = 0
    cny: Decimal = NOTHING


def rank(offer: Offer) -> tuple[Decimal, datetime]:
    """The rule of what is offered first, and of what is booked unasked: what costs least; of two
    that cost the same the earlier.
    """
    return offer.cny, offer.slot.starts


def starts(calendar: Calendar, want: Want, bounds: Bounds) -> int:
    """The cells at which bay, teams and gear are free together; none without a need."""
    return _within(bounds, Pick(calendar, want, late=bounds.late))


def _within(bounds: Bounds, pick: Pick) -> int:
    calendar = pick.calendar
    feasible = pick.begins() & -1 << calendar.from_cell(bounds.earliest)
    if bounds.latest is not None:
        feasible &= calendar.up_to(bounds.latest - timedelta(minutes=pick.want.minutes))
    if bounds.end is not None:
        feasible &= (1 << calendar.from_cell(bounds.end)) - 1
    return feasible


def slots(
    calendar: Calendar, want: Want, bounds: Bounds, *, prefer: frozenset[int] = NOBODY
) -> Iterator[Slot]:
    """Every start at which bay, teams and gear are free, earliest first, each with the resources
    that could do least else. `prefer` are taken before others if they are free.
    """
    pick = Pick(calendar, want, late=bounds.late, prefer=prefer)
    for cell in cells(_within(bounds, pick)):
        yield pick.at(cell)


def best(
    calendar: Calendar,
    want: Want,
    *,
    earliest: datetime,
    latest: datetime | None = None,
    prefer: frozenset[int] = NOBODY,
) -> Slot | None:
    """The earliest slot, or None."""
    return next(slots(calendar, want, Bounds(earliest, latest), prefer=prefer), None)


def cheapest(
    calendar: Calendar,
    want: Want,
    bounds: Bounds,
    *,
    load: Load,
    limit: int,
    among: int = -1,
) -> tuple[Offer, ...]:
    """The slots that cost least, none of which overlaps another: real alternatives.

    The cost to the consignment plus the prices of what a slot takes; of two that cost the same
    the earlier. What a start costs the consignment never falls, so that no start is looked at
    that costs more by itself than as many as are wanted do in all. `among`: of these cells.
    """
    pick = Pick(calendar, want, late=bounds.late, prices=load.prices)
    feasible = _within(bounds, pick) & among
    if not load.prices.sums and not bounds.late:
        return tuple(_earliest(pick, feasible, load, limit))
    length = timedelta(minutes=want.minutes)
    found: list[tuple[Decimal, int]] = []
    taken: list[tuple[Decimal, int]] = []
    for cell in cells(feasible):
        begins = calendar.start_of(cell)
        own = load.cost(want, begins, begins + length)
        if len(taken) == limit and own >= taken[-1][0]:
            break
        found.append((own + pick.price(cell) + _overtime(pick, cell, load), cell))
        if len(taken) < limit or found[-1][0] < taken[-1][0]:
            taken = _apart(found, limit, cal.cells_of(want.minutes))
    return tuple(_offer(pick, cell, load, cny) for cny, cell in taken)


def _earliest(pick: Pick, feasible: int, load: Load, limit: int) -> Iterator[Offer]:
    """Where nothing is scarce the earliest are the cheapest."""
    for _ in range(limit):
        if not feasible:
            return
        cell = (feasible & -feasible).bit_length() - 1
        yield _offer(pick, cell, load, None)
        done = cell + pick.length
        feasible = feasible >> done << done


def cells(mask: int) -> Iterator[int]:
    """The cells of a mask, in order."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


def _apart(found: list[tuple[Decimal, int]], limit: int, length: int) -> list[tuple[Decimal, int]]:
    """The cheapest that do not overlap."""
    kept: list[tuple[Decimal, int]] = []
    for each in sorted(found):
        if all(abs(each[1] - other[1]) >= length for other in kept):
            kept.append(each)
            if len(kept) == limit:
                break
    return kept


def _offer(pick: Pick, cell: int, load: Load, cny: Decimal | None) -> Offer:
    slot = pick.at(cell)
    if cny is None:
        cny = load.cost(pick.want, slot.starts, slot.ends)
    return Offer(
        slot=slot,
        wait_minutes=minutes(slot.starts - load.window.opens),
        late_minutes=minutes(slot.ends - load.window.free_until),
        overtime_minutes=pick.overtime(cell) * cal.STEP_MINUTES,
        cny=cny.quantize(CENT),
    )


def _overtime(pick: Pick, cell: int, load: Load) -> Decimal:
    if not pick.late:
        return NOTHING
    return load.weights.overtime * pick.overtime(cell) * cal.STEP_MINUTES / 60


def minutes(span: timedelta) -> int:
    """A span in whole minutes, rounded up; 0 if it is negative."""
    return max(0, -(-span // MINUTE))
