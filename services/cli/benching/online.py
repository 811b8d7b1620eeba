"""`onestop bench online`: what offers at foreseen prices save where nothing is booked anew.

Each request of an instance takes the slot that it is offered first, in the order in which they
came, and keeps it. The floor gives each the cheapest free slot for itself: first come first served.
The prices are those of a planner that knows what is booked, and of the future what came in other
weeks: the other instances of the same size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

from services.booking.domain import calendar as cal
from services.booking.domain import fit, offers, prices
from services.booking.domain.calendar import Calendar
from services.booking.domain.offers import Bounds, Load, Offer
from services.booking.domain.prices import Prices
from services.booking.optimizer import foresight, warm
from services.booking.optimizer.problem import LEFT_OUT, Problem, Request
from services.booking.planner import posing, pricing
from services.booking.planner.grid import Grid
from services.booking.planner.posing import Situation
from services.cli import console
from services.cli.benching import instances, online_yards
from services.cli.planning import files

EVERY = 20
"""After so many requests prices are found anew."""
LOAD, SIZE, WEEKS = 0.9, 1_000, 3
FEWEST = 1_000
"""Requests of an instance of a folder that is tried."""


@dataclass
class Market:
    """The yards of an instance as requests come in, one after the other."""

    problem: Problem
    weeks: Sequence[Problem]
    grid: Grid
    calendars: dict[str, Calendar]
    table: Prices = field(default=prices.FREE)

    @classmethod
    def opened(cls, problem: Problem, weeks: Sequence[Problem]) -> "Market":
        """With nothing booked; `weeks` are what came in other weeks."""
        days = problem.horizon // (2 * online_yards.HALF)
        calendars = {
            code: cal.calendar(yard, first=online_yards.ORIGIN, days=days - 1, taken=())
            for code, yard in online_yards.yards(problem).items()
        }
        return cls(problem, weeks, Grid(online_yards.ORIGIN, days), calendars)

    def run(self) -> Decimal:
        """What all cost that take their first offer, in CNY."""
        total = Decimal(0)
        for number, each in enumerate(sorted(self.problem.requests, key=lambda r: r.requested)):
            if self.weeks and number % EVERY == 0:
                self._price(each.requested)
            total += self._take(each)
        return total

    def _price(self, now: Decimal) -> None:
        """Prices that hold from now on, with what other weeks brought after this moment."""
        later = [each for week in self.weeks for each in week.requests if each.requested > now]
        booked = posing.outlook(Situation(self.grid, self.calendars, ()))
        outlook = replace(booked, expected=later, share=1 / len(self.weeks))
        worths = foresight.worths(outlook)
        self.table = pricing.table(pricing.pool_prices(self.grid, self.calendars.values(), worths))

    def _take(self, request: Request) -> Decimal:
        """Books the first offer; what that costs the consignment."""
        found = [offer for code in self.calendars for offer in self._offers(request, code)]
        if not found:
            return LEFT_OUT
        slot = min(found, key=offers.rank).slot
        calendar = self.calendars[slot.yard]
        self.calendars[slot.yard] = cal.taking(calendar, fit.taken(calendar.yard, slot))
        return request.cost(online_yards.slot_of(slot.starts), slot.yard)

    def _offers(self, request: Request, code: str) -> Sequence[Offer]:
        window = online_yards.window(request)
        move = Decimal(0) if code == request.home_yard else request.move_cost
        load = Load(window, online_yards.weights(request), move=move, prices=self.table)
        bounds = Bounds(window.opens)
        want = online_yards.want(request)
        return offers.cheapest(self.calendars[code], want, bounds, load=load, limit=1)


def run(folder: Path | None) -> dict[str, Any]:
    """The cost against the floor's, for each instance and on average."""
    warm.run()
    shares = {}
    for name, problem, weeks in _given(folder):
        floor = Market.opened(problem, ()).run()
        ours = Market.opened(problem, weeks).run()
        shares[name] = round(float(ours / floor), 4)
        console.say(f"{name}: {ours} of {floor}")
    mean = round(fmean(shares.values()), 4)
    return {"name": "online", "of_first_come": mean, "instances": shares}


def _given(folder: Path | None) -> Sequence[tuple[str, Problem, Sequence[Problem]]]:
    """Instances, each with those of the same size and load as what came in other weeks."""
    if folder is None:
        known: Mapping[str, Problem] = {
            f"{SIZE}-s{seed}": instances.made(SIZE, load=LOAD, seed=seed)
            for seed in range(1, WEEKS + 1)
        }
    else:
        known = _read(folder)
    kinds = {name: name.rsplit("-", 1)[0] for name in known}
    return [
        (name, problem, [each for other, each in known.items()
                         if other != name and kinds[other] == kinds[name]])
        for name, problem in known.items()
        if list(kinds.values()).count(kinds[name]) > 1
    ]  # fmt: skip


def _read(folder: Path) -> Mapping[str, Problem]:
    """The folder's instances by name; all but the last part of it says size and load."""
    read = {path.stem: files.read(path) for path in sorted(folder.glob("joint-*.json"))}
    return {name: each for name, each in read.items() if len(each.requests) >= FEWEST}
