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

from services.booking.optimizer.problem import Problem
from services.booking.optimizer.result import NoPlan, Outcome, Plan

GRACE_SECONDS = 60.0
"""For starting, loading the machine code and closing, besides the seconds of the search."""
SAID = 2_000
NICE = 10


@dataclass(frozen=True)
class Task:
    """What a process is to do; `seconds` of wall time."""

    problem: Problem
    seconds: float
    seed: int
    most_moved: Decimal


class SolverFailed(Exception):
    """The process ended without an outcome, or not in time; says how."""


TASK = TypeAdapter(Task)
OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Plan | NoPlan)


async def solve(task: Task, *, grace: float = GRACE_SECONDS) -> Outcome:
    """The outcome of a task. Raises SolverFailed. Cancelling it kills the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(task.seconds + grace):
            out, err = await process.communicate(TASK.dump_json(task))
    except TimeoutError:
        raise SolverFailed(f"no outcome after {task.seconds + grace:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        said = err.decode(errors="replace")[-SAID:].strip()
        raise SolverFailed(f"ended with {process.returncode}: {said or 'nothing said'}")
    return OUTCOME.validate_json(out)


def main() -> None:
    """Solve the task on stdin."""
    os.nice(NICE)
    from services.booking.optimizer import planning
    from services.booking.optimizer.budget import Budget

    task = TASK.validate_json(sys.stdin.buffer.read())
    outcome = planning.plan(
        task.problem,
        budget=Budget(seconds=task.seconds),
        seed=task.seed,
        most_moved=task.most_moved,
    )
    sys.stdout.buffer.write(OUTCOME.dump_json(outcome))


if __name__ == "__main__":
    main()
