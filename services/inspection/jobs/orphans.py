"""Takes away what never became evidence: files without a record, uploads that stand still."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.inspection import files, uploads
from services.inspection.evidence.vault import Vault
from shared.kit import Kit

log = structlog.get_logger()

LOOK_EVERY = 3600.0
"""Seconds of wall time between looks."""
LEFT_ALONE = timedelta(hours=1)
"""Files that were kept so lately are not looked at."""
WAITED_FOR = timedelta(days=7)
"""Uploads that did not move for so long are given up."""


def sweeper(kit: Kit, vault: Vault) -> Callable[[], Awaitable[None]]:
    """The job."""

    async def run() -> None:
        while True:
            await sweep(kit, vault)
            await forget(kit)
            await asyncio.sleep(LOOK_EVERY)

    return run


async def sweep(kit: Kit, vault: Vault) -> int:
    """Take away what no record names, each file in a transaction; how many there were."""
    gone = 0
    old = await vault.old(before=kit.clock.wall() - LEFT_ALONE)
    async with kit.database.connect() as connection:
        unnamed = await files.unnamed(connection, old)
    for name in unnamed:
        async with kit.database.transaction() as session:
            gone += await files.drop_orphan(session, name, vault=vault)
    if gone:
        log.info("files without a record taken away", files=gone)
    return gone


async def forget(kit: Kit) -> int:
    """Give up uploads that stand still; how many there were."""
    async with kit.database.transaction() as session:
        return await uploads.forget(session, before=kit.clock.wall() - WAITED_FOR)
