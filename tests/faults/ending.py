"""Ending tasks and connections whose other side may be gone."""

import asyncio
from contextlib import suppress
from typing import Any


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancel until all have ended: one cancellation can be lost, see `shared.stray`."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)
    await asyncio.gather(*tasks, return_exceptions=True)


async def left(client: Any) -> None:
    """Close a connection to the broker; nats-py passes on that the broker's end was cut off."""
    with suppress(asyncio.CancelledError, Exception):
        await client.close()
