"""A plan made in a process of its own: a problem comes by stdin, the outcome goes to stdout.

The optimizer takes both cores and a few hundred megabytes, and its compiled code could crash; none
of that may touch the process that answers.
"""

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from decimal import Decimal

from pydantic import TypeAdapter

from services.booking.optimizer.outlook import Outlook
from services.booking.optimizer.problem import Bay, Problem, Team, dearest
from services.booking.optimizer.result import NoPlan, Outcome
from services.booking.optimizer.worth import CHECKED, Help, Worth
from shared import orphans

GRACE_SECONDS = 60.0
"""For starting, loading the machine code and closing, besides the seconds of the search."""
FORESIGHT_SECONDS = GRACE_SECONDS / 3
SAID = 2_000
TURNS, FEWEST_TURNS = 20, 100
"""Turns of the search for each request, after which it is given up for a small problem however
many seconds there are: a gap that is left then is the bound's."""
NICE = 10


@dataclass(frozen=True)
class Task:
    """What a process is to do; `seconds` of wall time, as much again for each of `additions` that
    is tried: what could be added, to say what would help most. Prices come of the `outlook`.
    """

    problem: Problem
    seconds: float
    seed: int
    most_moved: Decimal
    additions: tuple[Bay | Team, ...] = ()
    outlook: Outlook | None = None


@dataclass(frozen=True)
class Solved:
    """What a task came to; `worths` are the prices of what is scarce."""

    outcome: Outcome
    helps: tuple[Help, ...] = ()
    worths: tuple[Worth, ...] = ()


class SolverFailed(Exception):
    """The process ended without an outcome, or not in time; says how."""


TASK = TypeAdapter(Task)
SOLVED = TypeAdapter(Solved)


async def solve(task: Task, *, grace: float = GRACE_SECONDS) -> Solved:
    """What a task comes to. Raises SolverFailed. Cancelling it kills the process."""
    most = task.seconds * (1 + min(len(task.additions), CHECKED)) + grace
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(os.getpid()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(most):
            out, err = await process.communicate(TASK.dump_json(task))
    except TimeoutError:
        raise SolverFailed(f"no outcome after {most:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        said = err.decode(errors="replace")[-SAID:].strip()
        raise SolverFailed(f"ended with {process.returncode}: {said or 'nothing said'}")
    return SOLVED.validate_json(out)


def main() -> None:
    """Solve the task on stdin, for the process whose id is the argument."""
    os.nice(NICE)
    orphans.end_with(int(sys.argv[1]))
    task = TASK.validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(SOLVED.dump_json(_solved(task)))


def _solved(task: Task) -> Solved:
    from services.booking.optimizer import advice, foresight, planning, warm
    from services.booking.optimizer.budget import Budget

    warm.run()  # loads the machine code, which is not paid for out of the plan's seconds
    turns = max(FEWEST_TURNS, TURNS * len(task.problem.requests))
    budget = Budget(seconds=task.seconds, turns=turns)
    most = dearest(task.problem)
    outcome = planning.plan(
        task.problem, budget=budget, seed=task.seed, left_out=most, most_moved=task.most_moved
    )
    worths = (
        () if task.outlook is None else foresight.worths(task.outlook, seconds=FORESIGHT_SECONDS)
    )
    if isinstance(outcome, NoPlan) or not task.additions:
        return Solved(outcome, worths=worths)
    helps = advice.advise(
        task.problem, outcome, task.additions, budget=budget, seed=task.seed, left_out=most
    )
    return Solved(outcome, helps, worths)


if __name__ == "__main__":
    main()
