"""Killing services: at each named point while filings run, and at random."""

import asyncio
from collections.abc import Callable, Mapping
from random import Random

from shared import crash
from tests.faults.town import SERVERS, SERVICES, Town
from tests.faults.traffic import Traffic

OF_ONE_SERVICE = ("webhooks.", "evidence.")
POINTS = tuple(sorted(each for each in crash.POINTS if not each.startswith(OF_ONE_SERVICE)))
"""Those that every service passes; the others are died at in a test of their own."""

WAVES = len(POINTS)
"""In so many waves every service dies at every point once."""

ALL_POINTS = -(-len(POINTS) // len(SERVICES))
"""In so many waves every point is died at by some service."""

PASSES = {"database.committed": 4}
"""The first commits are those of a start."""

VICTIMS = SERVICES * 4 + SERVERS
PAUSE = 0.05
"""Between filings, where as much as possible is to be under way: it keeps two cores busy."""


def wave(number: int) -> dict[str, str]:
    """Which service dies at which point, in wave `number` from 0 on."""
    first = number * len(SERVICES)
    at = {name: POINTS[(first + place) % WAVES] for place, name in enumerate(SERVICES)}
    return {name: f"{point}:{PASSES.get(point, 1 + number % 2)}" for name, point in at.items()}


async def at_points(
    town: Town, traffic: Traffic, points: Mapping[str, str], *, pause: float = PAUSE
) -> dict[str, int]:
    """Each service dies at its point while filings run, and is started again.

    Returns the exit code of each.
    """
    async with traffic.flowing(pause=pause):
        for name in points:
            await town.kill(name)
        await town.start(*points, crash_at=points)
        codes = await asyncio.gather(*(_dies_and_starts(town, name) for name in points))
    return dict(zip(points, codes, strict=True))


async def _dies_and_starts(town: Town, name: str) -> int:
    code = await town.died(name)
    assert code is not None, f"{name} never came to its crash point"
    await town.start(name)
    return code


async def at_random(
    town: Town,
    traffic: Traffic,
    *,
    kills: int,
    random: Random,
    done: Callable[[str], None],
    pause: float = PAUSE,
) -> None:
    """Kill a service, or now and then a server, and start it again; so many times."""
    async with traffic.flowing(pause=pause):
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0, 0.6))
            name = random.choice(VICTIMS)
            await town.kill(name)
            await town.again(name)
            done(name)
