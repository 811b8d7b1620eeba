"""What every task of the process waits for, told to the log: on SIGUSR1, or when one is stuck."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import structlog

log = structlog.get_logger()

FRAMES = ("cr_frame", "gi_frame", "ag_frame")
AWAITED = ("cr_await", "gi_yieldfrom", "ag_await")


def listen() -> None:
    """From now on the running loop's tasks are told whenever SIGUSR1 comes."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)


def tell() -> None:
    """One line for each task, from what it does down to what it waits for."""
    for task in asyncio.all_tasks():
        log.warning("task waits", task=task.get_name(), at=list(_places(task.get_coro())))


def _places(awaited: object) -> Iterator[str]:
    while awaited is not None:
        frame = _first(awaited, FRAMES)
        if frame is None:
            yield type(awaited).__name__
        else:
            yield f"{frame.f_globals.get('__name__')}:{frame.f_lineno} {frame.f_code.co_name}"
        awaited = _first(awaited, AWAITED)


def _first(awaited: object, names: tuple[str, ...]) -> Any:
    found = (getattr(awaited, name, None) for name in names)
    return next((each for each in found if each is not None), None)
