"""A part of the cases looked at in a process of its own: a task by stdin, what is found to stdout.

Where there are many cases, all processors take part, and the service answers meanwhile.
"""

import asyncio
import contextlib
import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.inspection.verifying import sweep
from services.inspection.verifying.sweep import Found
from shared import driver, orphans, transactions

NICE = 10
SAID = 2000


class VerifyFailed(Exception):
    """A process ended without saying what it found; says how."""


@dataclass(frozen=True)
class Task:
    """The cases behind `after` and up to `until`. `address` is the database's, with the password;
    so the task never stands in a command line.
    """

    address: str
    schema: str
    after: UUID
    until: UUID


TASK = TypeAdapter(Task)


async def in_a_process(task: Task) -> Found:
    """What is broken of these cases. Cancelling kills the process. Raises VerifyFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(os.getpid()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await process.communicate(TASK.dump_json(task))
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        said = err.decode(errors="replace")[-SAID:].strip()
        raise VerifyFailed(f"ended with {process.returncode}: {said or 'nothing said'}")
    found: Found = json.loads(out)
    return found


async def look(task: Task) -> Found:
    """What is broken of these cases, over a connection of its own."""
    settings = {"search_path": task.schema, "timezone": "UTC"}
    connection = await asyncpg.connect(**driver.address(task.address), server_settings=settings)

    @asynccontextmanager
    async def snapshot() -> AsyncIterator[asyncpg.Connection]:
        async with transactions.whole(connection, kept=False, isolation="repeatable_read"):
            yield connection

    try:
        return await sweep.over(snapshot, after=task.after, until=task.until)
    finally:
        await connection.close()


def main() -> None:
    """Do the task on stdin, for the process whose id is the argument."""
    os.nice(NICE)
    gc.freeze()  # what was imported stays, and what a case makes has hardly a circle
    gc.set_threshold(100_000)
    orphans.end_with(int(sys.argv[1]))
    task = TASK.validate_json(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(asyncio.run(look(task))))


if __name__ == "__main__":
    main()
