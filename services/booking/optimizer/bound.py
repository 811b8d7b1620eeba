"""A lower bound of every plan's cost, and the prices of scarce resources that prove it.

Lagrangian relaxation of the capacities: at prices of zero or more for each pool and slot, every
request takes its cheapest place as if it were alone, and what all of them pay, less what the
capacity is worth, is a bound. Prices are found by a deflected subgradient with Polyak's step
(Barahona and Anbil, "The volume algorithm", Math. Program. 87 (2000)). The best bound of this
kind is that of the time-indexed linear program.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.booking.optimizer.frame import Frame, Ints
from services.booking.optimizer.kernel import prices as kernel

FINEST = 1e-3
"""How small the step gets before the search for prices ends."""

SAFETY = 1e-6
"""The share by which a bound is lowered for what floating point may have added."""

Floats = NDArray[np.float64]


class Pace(NamedTuple):
    """How much of the last direction is kept; after how many turns without gain the step shrinks,
    and to which share.
    """

    inertia: float
    patience: int
    shrink: float


QUICK = Pace(0.7, 15, 0.7)
THOROUGH = Pace(0.5, 30, 0.8)
"""The thorough one takes three times the turns and ends 0.1 to 0.6% higher, at first it is lower
(measured at 300 to 2,000 requests)."""


class Market(NamedTuple):
    """Prices and what is wanted at them. G pools, L lanes, H slots, K distinct durations."""

    price: Floats  # G, H: money for one of the pool for one slot
    direction: Floats  # G, H
    use: Floats  # G, H
    room: Floats  # G, H: capacity on duty
    upto: Floats  # G, H + 1: the sum of prices before a slot
    durations: Ints  # K
    duration_of: Ints  # n
    occurs: NDArray[np.bool_]  # profile, K
    need_at: Ints
    need_lane: Ints  # the lanes that serve each need
    need_of: Ints  # profile, yard, class; -1 is not needed
    can_start: NDArray[np.bool_]  # L, K, H
    need_price: Floats  # need, K, H
    profile_price: Floats  # profile, yard, K, H
    start: Ints  # n: where each would start
    often: Floats  # n: how often each is there


@dataclass
class Bound:
    """The search for the best prices, in turns."""

    frame: Frame
    market: Market
    pace: Pace = QUICK
    best: float = -math.inf
    step: float = 1.0
    stale: int = 0
    turns: int = 0
    prices: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def settled(self) -> bool:
        """Have prices stopped moving?"""
        return self.step < FINEST

    @property
    def proven(self) -> int:
        """The bound in the frame's money, in whole units: so is every plan's cost."""
        if self.best <= 0:
            return 0
        return math.ceil(self.best * (1 - SAFETY) - SAFETY)

    def improve(self, turns: int, known: int) -> None:
        """Takes turns towards better prices; `known` is the cost of the best plan so far."""
        for _ in range(turns):
            if self.settled:
                return
            value = kernel.evaluate(self.frame, self.market)
            self.turns += 1
            self._keep(value)
            if self.stale >= self.pace.patience:
                self._go_back()
            else:
                self._move(self.step * max(1.0, known - value))

    def _move(self, reach: float) -> None:
        """Moves prices on; where the last direction undoes the new one, along the new one alone."""
        inertia = 0.0 if self.turns == 1 else self.pace.inertia
        moved = kernel.move_prices(self.market, inertia, reach)
        if not moved and not kernel.move_prices(self.market, 0.0, reach):
            self.step = 0.0

    def _keep(self, value: float) -> None:
        """Notes a value."""
        self.stale = 0 if value > self.best + 1e-5 * abs(self.best) else self.stale + 1
        if value > self.best:
            self.best = value
            self.prices = self.market.price.copy()

    def _go_back(self) -> None:
        """After a while without gain goes on from the best prices, less boldly."""
        self.stale = 0
        self.step *= self.pace.shrink
        self.market.price[:] = self.prices
        self.market.direction[:] = 0.0


def begin(frame: Frame, pace: Pace = QUICK, *, often: Floats | None = None) -> Bound:
    """The search at prices of zero. `often`: how often each request is there; None: once."""
    once = np.ones(len(frame.duration))
    return Bound(frame, _market(frame, once if often is None else often), pace)


def _market(frame: Frame, often: Floats) -> Market:
    pools, slots = len(frame.capacity), frame.days * frame.width
    durations, duration_of = np.unique(frame.duration, return_inverse=True)
    need_of, needs = _needs(frame)
    on = _hours(frame)
    room = np.zeros((pools, slots))
    for lane, pool in enumerate(frame.pool_of):
        room[pool] = np.maximum(room[pool], on[lane] * frame.capacity[pool])
    profiles = len(frame.needed)
    occurs = np.zeros((profiles, len(durations)), np.bool_)
    occurs[frame.profile, duration_of] = True
    sizes = [len(need) for need in needs]
    return Market(
        price=np.zeros((pools, slots)),
        direction=np.zeros((pools, slots)),
        use=np.zeros((pools, slots)),
        room=room,
        upto=np.zeros((pools, slots + 1)),
        durations=durations,
        duration_of=duration_of.astype(np.int64),
        occurs=occurs,
        need_at=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        need_lane=np.array([lane for need in needs for lane in need], np.int64),
        need_of=need_of,
        can_start=_can_start(on, durations, frame.width),
        need_price=np.zeros((len(needs), len(durations), slots)),
        profile_price=np.zeros((profiles, frame.yards, len(durations), slots)),
        start=np.full(len(frame.duration), -1, np.int64),
        often=often,
    )


def _needs(frame: Frame) -> tuple[Ints, list[tuple[int, ...]]]:
    """The different sets of lanes that something can need, and which one each profile needs."""
    shape = (len(frame.needed), frame.yards, frame.classes)
    need_of = np.full(shape, -1, np.int64)
    numbers: dict[tuple[int, ...], int] = {}
    for row, (profile, yard, c) in enumerate(np.ndindex(*shape)):
        if frame.needed[profile, c]:
            lanes = tuple(
                int(each) for each in frame.choice[frame.choice_at[row] : frame.choice_at[row + 1]]
            )
            need_of[profile, yard, c] = numbers.setdefault(lanes, len(numbers))
    return need_of, list(numbers)


def _hours(frame: Frame) -> NDArray[np.bool_]:
    """(lane, slot): is it on duty?"""
    slots = np.arange(frame.days * frame.width)
    day, bit = slots // frame.width, slots % frame.width
    words = frame.on[:, day, bit // 64]
    on: NDArray[np.bool_] = (words >> (bit % 64).astype(np.uint64)) & np.uint64(1) != 0
    return on


def _can_start(on: NDArray[np.bool_], durations: Ints, width: int) -> NDArray[np.bool_]:
    """(lane, duration, slot): is it on duty for that long from that slot on, in one day?"""
    lanes, slots = on.shape
    left = np.zeros((lanes, slots), np.int64)
    run = np.zeros(lanes, np.int64)
    for slot in range(slots - 1, -1, -1):
        if slot % width == width - 1:
            run[:] = 0
        run = np.where(on[:, slot], run + 1, 0)
        left[:, slot] = run
    return left[:, None, :] >= durations[None, :, None]
