"""Plans in a process of their own: what comes back, and what if nothing does."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal

import psutil
import pytest

from services.booking.optimizer.problem import Problem
from services.booking.optimizer.result import NoPlan, Plan
from services.booking.planner import posing, solve
from services.booking.planner.solve import TASK, Solved, SolverFailed, Task
from tests.unit.booking.optimizer import judging
from tests.unit.booking.planner.situations import booking, confirmed, situation, slot

EVERYTHING = Decimal(1)


def _task(problem: Problem, *, seconds: float = 5) -> Task:
    return Task(problem, seconds=seconds, seed=1, most_moved=EVERYTHING)


def _children() -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [each for each in found if solve.__name__ in each.cmdline()]


async def _begun(working: "asyncio.Task[Solved]") -> None:
    while not _children():
        assert not working.done()
        await asyncio.sleep(0.05)


async def test_a_problem_goes_to_a_process_and_its_plan_comes_back() -> None:
    problem = posing.pose(situation(*(booking(i) for i in range(1, 6)), confirmed(6, slot())))
    found = (await solve.solve(_task(problem))).outcome
    assert isinstance(found, Plan)
    judging.assert_sound(problem, found)
    assert found.objective == found.bound


async def test_a_process_that_gets_nonsense_or_is_killed_is_told() -> None:
    problem = posing.pose(situation(booking()))
    with pytest.raises(SolverFailed, match=r"(?s)ended with 1: .*Error"):
        await solve.solve(replace(_task(problem), seed=-1))
    endless = posing.pose(situation(*(booking(i) for i in range(1, 40)), days=5))
    working = asyncio.create_task(solve.solve(_task(endless, seconds=60)))
    await _begun(working)
    for each in _children():
        os.kill(each.pid, 9)
    with pytest.raises(SolverFailed, match="ended with -9: nothing said"):
        await working


async def test_a_process_that_takes_too_long_or_is_called_off_is_killed() -> None:
    problem = posing.pose(situation(booking()))
    with pytest.raises(SolverFailed, match="no outcome after"):
        await solve.solve(_task(problem, seconds=0.01), grace=0.01)
    assert _children() == []
    working = asyncio.create_task(solve.solve(_task(problem)))
    await _begun(working)
    began = time.monotonic()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert _children() == []
    assert time.monotonic() - began < solve.GRACE_SECONDS


async def test_nothing_to_plan_is_no_plan() -> None:
    found = await solve.solve(_task(posing.pose(situation())))
    assert found == Solved(NoPlan({}))


PARENT = """
import os, subprocess, sys
ours = [sys.executable, "-m", sys.argv[1], str(os.getpid())]
made = subprocess.Popen(ours, stdin=subprocess.PIPE)
made.communicate(sys.stdin.buffer.read())
"""


def test_a_process_ends_with_the_service_that_began_it() -> None:
    endless = posing.pose(situation(*(booking(i) for i in range(1, 40)), days=5))
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, solve.__name__], stdin=subprocess.PIPE
    ) as service:
        assert service.stdin is not None
        service.stdin.write(TASK.dump_json(_task(endless, seconds=600)))
        service.stdin.close()
        while not (found := _children()[1:]):
            assert service.poll() is None
            time.sleep(0.05)
        service.kill()
    (left,) = found
    assert psutil.wait_procs([left], timeout=60) == ([left], [])
