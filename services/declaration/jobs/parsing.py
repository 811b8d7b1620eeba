"""A file is read in a process of its own, which is ended when it takes too long or too much."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import Any

from services.declaration.bulk.rules import FILE_TOO_LARGE, UNREADABLE_FILE

SECONDS = 900.0
LINE = 32 * 2**20
"""Bytes of one filing as the child tells it."""
COMMAND = (sys.executable, "-m", "services.declaration.bulk.child")

KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZDIR")
"""Of the environment: what reads strangers' files gets no address and no password."""

Told = dict[str, Any]


async def parsed(
    raw: bytes,
    media_type: str,
    *,
    day: date,
    zone: str,
    still: Callable[[], Awaitable[None]],
    every: float,
) -> AsyncGenerator[Told, None]:
    """What the child tells, at last `{"whole": …}` or `{"refused": …}`.

    `still` is called every so many seconds, whether something comes or not. Only the time that the
    child is waited for counts as its own. The child never outlives this.
    """
    child = await _begun(media_type, day.isoformat(), zone)
    feeding = asyncio.create_task(_feed(child, raw))
    try:
        # No timeout around a `yield`: it would cancel whoever keeps what was told meanwhile.
        left, renewed = SECONDS, _now()
        while True:
            begun = _now()
            if not (line := await _line(child, still, every, within=left)):
                break
            left -= _now() - begun
            if _now() - renewed >= every:
                await still()
                renewed = _now()
            told: Told = json.loads(line)
            yield told
            if "whole" in told or "refused" in told:
                return
        yield _refused(UNREADABLE_FILE.code, reason="its reader was ended")
    except TimeoutError:
        yield _refused(FILE_TOO_LARGE.code, seconds=SECONDS)
    except json.JSONDecodeError:
        yield _refused(UNREADABLE_FILE.code, reason="its reader was ended")
    except ValueError:
        yield _refused(FILE_TOO_LARGE.code, bytes_of_one_filing=LINE)
    finally:
        await _ended(child, feeding)


async def _begun(*told: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(*COMMAND, *told),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LINE,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
    )


async def _ended(child: asyncio.subprocess.Process, feeding: asyncio.Task[None]) -> None:
    feeding.cancel()
    with suppress(ProcessLookupError):
        child.kill()
    await child.wait()
    await asyncio.wait([feeding])


async def _feed(child: asyncio.subprocess.Process, raw: bytes) -> None:
    if child.stdin is None:
        return
    with suppress(ConnectionError):
        child.stdin.write(raw)
        await child.stdin.drain()
    child.stdin.close()


async def _line(
    child: asyncio.subprocess.Process,
    still: Callable[[], Awaitable[None]],
    every: float,
    *,
    within: float,
) -> bytes:
    """Raises TimeoutError after so many seconds."""
    ends = _now() + within
    while True:
        if child.stdout is None:
            return b""
        try:
            async with asyncio.timeout_at(min(_now() + every, ends)):
                return await child.stdout.readline()
        except TimeoutError:
            if _now() >= ends:
                raise
            await still()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refused(code: str, **facts: Any) -> Told:
    return {"refused": {"code": code, "facts": facts}}
