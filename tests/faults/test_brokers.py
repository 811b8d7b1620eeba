"""Three brokers: the leader is killed while filings run; all of them are away for a day."""

import asyncio
from pathlib import Path

from tests import prepared
from tests import servers as support
from tests.faults import leader


async def test_writes_go_on_and_delivery_resumes_without_the_leader_and_after_a_day_without_any(
    room: Path, servers: support.TestServers
) -> None:
    await asyncio.to_thread(prepared.fill, room / leader.DATA, servers=servers)
    async with leader.founded(room) as three:
        for lost in (leader.killed, leader.away):
            figures = await lost(three)
            assert figures["refused"] == 0
            assert figures["filed_meanwhile"] > 0
            assert figures["faults"] == []
