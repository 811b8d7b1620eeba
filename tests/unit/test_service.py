"""What keeps a service's jobs running, and ends them."""

import asyncio

from fastapi import FastAPI

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
