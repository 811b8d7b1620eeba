"""Joint-slot instances of our own making, in the measure of a port: for any size and load.

Cargo comes in vessels' batches during all days but the last; consignments are of the kinds,
lengths and weights that the published instances have.
"""

from decimal import Decimal

import numpy as np

from services.booking.optimizer.problem import Bay, Problem, Request, Stretch, Team

DAY = 48
SHIFT = 32
"""Slots of 15 minutes: a day of 12 hours, two overlapping shifts of 8."""

BAYS = ("plain",) * 10 + ("plain reefer",) * 6 + ("plain dangerous",) * 2 + ("plain scan",) * 2
KINDS = {"plain": 0.61, "reefer": 0.225, "scan": 0.09, "dangerous": 0.075}
GOODS = {"food": 0.46, "plant": 0.32, "animal": 0.22}
LENGTHS = {2: 0.15, 3: 0.2, 4: 0.21, 5: 0.165, 6: 0.115, 8: 0.09, 10: 0.05, 12: 0.02}
CUSTOMS = {"general": 0.65, "general dangerous": 0.35}
QUARANTINE = {
    "food": 0.2, "plant": 0.1, "animal": 0.05, "food plant": 0.3, "food animal": 0.12,
    "plant animal": 0.06, "food plant animal": 0.17,
}  # fmt: skip
BATCH = 5
"""Consignments of a vessel, on average."""


def made(count: int, *, load: float, seed: int) -> Problem:
    """`count` requests for yards whose teams are busy for `load` of the days when cargo comes."""
    draw = np.random.default_rng([seed, count])
    yards, days = _extent(count)
    lengths = draw.choice(list(LENGTHS), count, p=_shares(LENGTHS))
    each = max(2, round(int(lengths.sum()) / (load * SHIFT * (days - 1)) / len(yards)))
    bays = tuple(
        Bay(f"{yard}-B{i:02}", yard, frozenset(kinds.split()), tuple(_days(days, 0, DAY)))
        for yard in yards
        for i, kinds in enumerate(BAYS, start=1)
    )
    teams = tuple(team for yard in yards for team in _teams(draw, yard, each, days))
    vessels = max(1, count // BATCH)
    arrivals = draw.integers(0, (days - 1) * DAY, vessels)
    ports = draw.integers(0, len(yards), vessels)
    requests = []
    for number in range(count):
        vessel = int(draw.integers(0, vessels))
        available = int(arrivals[vessel] + draw.integers(0, 6))
        home = yards[ports[vessel]]
        requests.append(_request(draw, number, available, int(lengths[number]), home))
    return Problem(DAY, days, yards, bays, teams, tuple(requests))


def _extent(count: int) -> tuple[tuple[str, ...], int]:
    """The yards, and for how many days."""
    yards, days = next(
        (yards, days)
        for most, yards, days in ((100, 1, 2), (300, 2, 3), (2000, 3, 6), (count, 10, 30))
        if count <= most
    )
    return tuple(f"Y{i}" for i in range(1, yards + 1)), days


def _days(days: int, first: int, end: int) -> list[Stretch]:
    return [(day * DAY + first, day * DAY + end) for day in range(days)]


def _teams(draw: np.random.Generator, yard: str, each: int, days: int) -> list[Team]:
    """A yard's teams of both agencies; the first of each shift can do everything."""
    teams = []
    for agency, mix in (("customs", CUSTOMS), ("quarantine", QUARANTINE)):
        able = list(mix)
        for number in range(each):
            pick = able[-1] if number < 2 else str(draw.choice(able, p=_shares(mix)))
            begin = 0 if number % 2 == 0 else DAY - SHIFT
            shifts = tuple(_days(days, begin, begin + SHIFT))
            name = f"{yard}-{agency[0].upper()}{number:03}"
            teams.append(Team(name, yard, agency, frozenset(pick.split()), shifts))
    return teams


def _request(
    draw: np.random.Generator, number: int, available: int, length: int, home: str
) -> Request:
    kind = str(draw.choice(list(KINDS), p=_shares(KINDS)))
    goods = str(draw.choice(list(GOODS), p=_shares(GOODS)))
    weight = int(draw.integers(1, 4) if draw.random() < 0.77 else draw.integers(4, 9))
    return Request(
        id=f"F{number:05}",
        requested=Decimal(available - int(draw.integers(0, 2 * DAY))),
        available=available,
        duration=length,
        due=available + int(draw.integers(12, 132)),
        home_yard=home,
        bay_kind=kind,
        needs={
            "customs": frozenset({"dangerous" if kind == "dangerous" else "general"}),
            "quarantine": frozenset({goods}),
        },
        wait_weight=Decimal(weight),
        late_weight=Decimal(weight * int(draw.integers(5, 11))),
        move_cost=Decimal(int(draw.integers(20, 61))),
    )


def _shares(mix: dict[object, float] | dict[str, float] | dict[int, float]) -> list[float]:
    total = sum(mix.values())
    return [each / total for each in mix.values()]
