"""From a problem to the kernel's arrays."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.booking.optimizer import pools as pooling
from services.booking.optimizer.frame import Frame, Ints, Words
from services.booking.optimizer.pools import Pool
from services.booking.optimizer.problem import Problem, Request, Stretch


@dataclass(frozen=True)
class Model:
    """A frame with what its numbers stand for."""

    problem: Problem
    pools: list[Pool]
    frame: Frame

    def money(self, cost: int) -> Decimal:
        """The kernel's cost in CNY."""
        return Decimal(int(cost)) / self.frame.scale


def build(problem: Problem, left_out: Decimal) -> Model:
    """The model of a problem in which a request without a slot costs `left_out` CNY."""
    pools = pooling.of(problem)
    lanes = [(g, lane) for g, pool in enumerate(pools) for lane in _lanes(pool.hours)]
    pool_of = [g for g, _ in lanes]
    profiles = _profiles(problem.requests)
    choice_at, choice = _choices(problem, pools, pool_of, list(profiles.values()))
    scale = _scale(problem.requests, left_out)
    words = -(-problem.slots_per_day // 64)
    frame = Frame(
        yards=len(problem.yards),
        days=problem.days,
        width=problem.slots_per_day,
        words=words,
        classes=len(problem.agencies) + 1,
        left_out=int(left_out * scale),
        scale=scale,
        needed=_needed(problem, profiles.values()),
        capacity=_ints(len(pool.members) for pool in pools),
        first_lane=_ints(np.searchsorted(pool_of, range(len(pools) + 1))),
        pool_of=_ints(pool_of),
        on=_on_duty(problem, [lane for _, lane in lanes], words),
        choice_at=choice_at,
        choice=choice,
        **_columns(problem, scale, list(profiles)),
    )
    return Model(problem, pools, frame)


def _columns(problem: Problem, scale: int, profiles: list[tuple[Any, ...]]) -> dict[str, Any]:
    """The arrays with an entry for each request."""
    requests = problem.requests
    duration = _ints(each.duration for each in requests)
    wait = _ints(int(each.wait_weight * scale) for each in requests)
    late = _ints(int(each.late_weight * scale) for each in requests)
    place = {yard: index for index, yard in enumerate(problem.yards)}
    number = {profile: index for index, profile in enumerate(profiles)}
    return {
        "longest": int(duration.max(initial=1)),
        "duration": duration,
        "power": _ints(each.duration.bit_length() - 1 for each in requests),
        "available": _ints(each.available for each in requests),
        "due": _ints(each.due for each in requests),
        "wait": wait,
        "late": late,
        "move": _ints(int(each.move_cost * scale) for each in requests),
        "home": _ints(place.get(each.home_yard, -1) for each in requests),
        "kept_start": _ints(each.booked.start if each.booked else -1 for each in requests),
        "kept_yard": _ints(
            place.get(each.booked.yard, -1) if each.booked else -1 for each in requests
        ),
        "change": _ints(int(each.change_cost * scale) for each in requests),
        "weight": np.where(wait > 0, wait, late),
        "profile": _ints(number[_profile(each)] for each in requests),
    }


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _needed(problem: Problem, profiles: Iterable[Request]) -> NDArray[np.bool_]:
    """(profile, class): is one of that class needed? A bay always is."""
    rows = [[*(agency in each.needs for agency in problem.agencies), True] for each in profiles]
    return np.array(rows, np.bool_).reshape(-1, len(problem.agencies) + 1)


def _lanes(hours: Iterable[Stretch]) -> list[list[Stretch]]:
    """Stretches in as few rows as can be in which none touches or overlaps the next."""
    lanes: list[list[Stretch]] = []
    for first, end in sorted(set(hours)):
        lane = next((lane for lane in lanes if lane[-1][1] < first), None)
        if lane is None:
            lanes.append(lane := [])
        lane.append((first, end))
    return lanes


def _profile(request: Request) -> tuple[Any, ...]:
    return request.bay_kind, frozenset(request.needs.items()), request.yards


def _profiles(requests: Iterable[Request]) -> dict[tuple[Any, ...], Request]:
    """One request for each set of needs."""
    found: dict[tuple[Any, ...], Request] = {}
    for request in requests:
        found.setdefault(_profile(request), request)
    return found


def _choices(
    problem: Problem, pools: list[Pool], pool_of: list[int], profiles: list[Request]
) -> tuple[Ints, Ints]:
    """The lanes that serve each profile in each yard and class, the narrowest pool first."""
    breadth = pooling.breadth(pools, _work(problem, profiles))
    lanes_of = defaultdict(list)
    for lane, g in enumerate(pool_of):
        lanes_of[pools[g].yard, pools[g].agency].append((breadth[pools[g]], lane))
    for lanes in lanes_of.values():
        lanes.sort()
    at, choice = [0], []
    for request in profiles:
        for place in itertools.product(problem.yards, (*problem.agencies, None)):
            lanes = lanes_of[place]
            choice += [lane for _, lane in lanes if pools[pool_of[lane]].serves(request)]
            at.append(len(choice))
    return np.array(at, np.int64), np.array(choice, np.int64)


def _work(problem: Problem, profiles: Iterable[Request]) -> Iterator[tuple[Request, int]]:
    """Each profile with the slots of all its requests."""
    slots: Counter[tuple[Any, ...]] = Counter()
    for request in problem.requests:
        slots[_profile(request)] += request.duration
    return ((each, slots[_profile(each)]) for each in profiles)


def _on_duty(problem: Problem, lanes: list[list[Stretch]], words: int) -> Words:
    """Bit masks of when each lane is on duty, by day."""
    on = np.zeros((len(lanes), problem.days, words * 64), np.uint8)
    for row, lane in enumerate(lanes):
        slots = np.zeros(problem.horizon, np.uint8)
        for first, end in lane:
            slots[max(0, first) : max(0, end)] = 1
        on[row, :, : problem.slots_per_day] = slots.reshape(problem.days, -1)
    return np.packbits(on, axis=2, bitorder="little").view("<u8").astype(np.uint64)


def _scale(requests: Iterable[Request], left_out: Decimal) -> int:
    """The least power of ten that makes all money whole."""
    money = {left_out}
    for request in requests:
        money |= {request.wait_weight, request.late_weight}
        money |= {request.move_cost, request.change_cost}
    decimals = [-int(each.normalize().as_tuple().exponent) for each in money]
    return int(10 ** max(0, *decimals))
