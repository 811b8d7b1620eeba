"""What keeps a service's jobs running, and ends them."""

import asyncio

import asyncpg
import pytest
import structlog
from fastapi import FastAPI
from nats.errors import NoServersError
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.database import Database
from shared.service import Job, Service
from tests import kits


def service(*, job: Job) -> Service:
    """A service with one job, which needs neither database nor broker."""
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none", schema="test")
    return Service("test", FastAPI(), kits.kit(database), {}, {"job": job})


async def test_a_job_that_swallows_a_cancellation_is_cancelled_again() -> None:
    """As `asyncio.wait_for` does now and then: the service ends all the same."""
    cancelled = 0

    async def deaf() -> None:
        nonlocal cancelled
        while cancelled < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled += 1
        raise asyncio.CancelledError

    async with asyncio.timeout(10), service(job=deaf).running():
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert cancelled == 2


LOST = "job lost database or broker, it starts again"
FAILED = "job failed, it starts again"


async def _log_of(error: Exception) -> structlog.typing.EventDict:
    """What is logged of a job that fails with this."""
    failed = asyncio.Event()

    async def failing() -> None:
        failed.set()
        raise error

    with structlog.testing.capture_logs() as lines:
        async with asyncio.timeout(10), service(job=failing).running():
            await failed.wait()
            await asyncio.sleep(0)
    [line] = [dict(line) for line in lines]
    return line


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("no database"),
        NoServersError(),
        OperationalError("SELECT 1", None, Exception("closed")),
        InterfaceError("SELECT 1", None, Exception("closed")),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        ExceptionGroup("lanes", [ConnectionResetError("reset"), NoServersError()]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_job_that_lost_database_or_broker_says_so_in_one_line(error: Exception) -> None:
    line = await _log_of(error)
    assert (line["event"], line["log_level"], line["job"]) == (LOST, "warning", "job")
    assert str(error).splitlines()[0] in line["error"]
    assert "\n" not in line["error"]
    assert "exc_info" not in line


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a bug"),
        FileNotFoundError("a file"),
        ExceptionGroup("lanes", [ConnectionResetError("reset"), KeyError("a bug")]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_job_that_fails_otherwise_is_logged_with_its_traceback(error: Exception) -> None:
    line = await _log_of(error)
    assert (line["event"], line["log_level"]) == (FAILED, "error")
    assert line["exc_info"]
