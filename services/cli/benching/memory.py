"""`onestop bench memory`: what `onestop up` takes, at rest and while filings are added.

The sum of every process's proportional set size (PSS), the database server's and the broker's
included, PostgreSQL's shared buffers apart: they are of a fixed size.
"""

import asyncio
from contextlib import suppress
from typing import Any

import psutil

from services.cli import instance
from services.cli.benching import pipeline, yard
from services.cli.console import say
from services.cli.instance import Instance
from shared.embedded.folder import Folder

MARKS = (1_000, 4_000, 7_000, 10_000)
REST_SECONDS = 5.0
MIB = 2**20
SHARED = ("/dev/zero", "/SYSV", "/dev/shm/PostgreSQL", "[anon_shmem")  # noqa: S108 - names of mappings


def run() -> dict[str, Any]:
    """Run it on an instance of its own; MiB."""
    with (
        instance.scratch() as data,
        instance.found(
            data, url=None, token_file=None, factor=None, environment=yard.SETTINGS
        ) as where,
    ):
        return asyncio.run(_run(where, Folder(data)))


async def _run(where: Instance, folder: Folder) -> dict[str, Any]:
    async with pipeline.opened(where, folder) as (port, watch):
        await asyncio.sleep(REST_SECONDS)
        at_rest = _taken(folder)
        say(f"at rest {sum(at_rest.values()):.0f} MiB; filing up to {MARKS[-1]}")
        after: dict[str, Any] = {}
        for mark in MARKS:
            while await watch.ended() < mark:
                await port.saturate(1.0)
            await port.drained()
            await asyncio.sleep(REST_SECONDS)
            after[str(mark)] = _taken(folder)
            say(f"after {mark} filings {sum(after[str(mark)].values()):.0f} MiB")
    return {
        "name": "memory",
        "at_rest_mib": round(sum(at_rest.values())),
        "after_mib": {mark: round(sum(taken.values())) for mark, taken in after.items()},
        "at_rest": at_rest,
        "after": after[str(MARKS[-1])],
    }


def _taken(folder: Folder) -> dict[str, int]:
    """MiB of each program of the instance."""
    running = folder.running()
    if running is None:
        raise RuntimeError("the instance ended while it was measured")
    top = psutil.Process(running.pid)
    taken: dict[str, float] = {}
    for process in (top, *top.children(recursive=True)):
        # A connection of the database's may end while it is looked at.
        with suppress(psutil.NoSuchProcess):
            name = process.name()
            taken[name] = taken.get(name, 0) + _pss(process)
    return {name: round(size / MIB) for name, size in taken.items()}


def _pss(process: psutil.Process) -> int:
    maps = process.memory_maps(grouped=False)
    return sum(each.pss for each in maps if not each.path.startswith(SHARED))
