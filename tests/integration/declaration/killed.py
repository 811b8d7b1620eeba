"""A process that sends what is due once, and dies at a crash point: `python -m … URL POINT`."""

import asyncio
import sys

from shared import crash
from shared.database import Database
from tests.integration.declaration.hooks import Hooked


async def main(url: str, point: str) -> None:
    """Never gets to its end."""
    crash.arm(point)
    hooked = Hooked(Database(url, schema="declaration"))
    await hooked.dispatcher().once()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
