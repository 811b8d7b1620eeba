"""Whoever asks a running process by signal is told what each of its tasks waits for."""

import asyncio
import os
import signal

import structlog

from shared.telemetry import stacks


async def _outer(gate: asyncio.Event) -> None:
    await _inner(gate)


async def _inner(gate: asyncio.Event) -> None:
    await gate.wait()


async def test_a_signal_tells_where_each_task_waits() -> None:
    gate, loop = asyncio.Event(), asyncio.get_running_loop()
    task = asyncio.create_task(_outer(gate), name="the stuck one")
    stacks.listen()
    try:
        await asyncio.sleep(0)
        with structlog.testing.capture_logs() as lines:
            os.kill(os.getpid(), signal.SIGUSR1)
            await asyncio.sleep(0.1)
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)
        gate.set()
        await task
    told = {line["task"]: line["at"] for line in lines if line["event"] == "task waits"}
    places = [place.rpartition(" ")[2] for place in told["the stuck one"]]
    assert places[:3] == ["_outer", "_inner", "wait"]
