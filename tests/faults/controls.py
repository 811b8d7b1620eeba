"""The two controls of the power cut: the same servers, set to be careless, must be seen to lose."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import asyncpg
import nats
import psutil
from nats.errors import Error as NatsError

from shared.embedded import account, broker, ports, postgres
from shared.embedded.folder import Folder
from tests.faults import ending
from tests.faults.disk import Disk

SECONDS = 1.5
SUBJECT = "control"
CARELESS = {"synchronous_commit": "off"}
SYNCED = "  sync_interval: always\n"


@dataclass
class Count:
    """How many rows were committed and messages published; each was acknowledged, or is kept."""

    rows: int = 0
    messages: int = 0


@dataclass(frozen=True)
class _Servers:
    postgres: postgres.Postgres
    nats: broker.Broker


async def written_and_kept(disk: Disk, *, careful: bool) -> tuple[Count, Count]:
    """Write to both servers until the power is cut; what was acknowledged, what is there after.

    `careful` keeps our settings; else the broker syncs at its default interval and the database
    commits asynchronously.
    """
    with _settings(careful=careful):
        with _running(disk) as servers:
            acknowledged = await _written(servers, disk)
            servers.postgres.stop()
            servers.nats.stop()
        disk.mount_again()
        with _running(disk) as servers:
            return acknowledged, await _kept(servers)


@contextmanager
def _settings(*, careful: bool) -> Iterator[None]:
    if careful:
        yield
        return
    assert SYNCED in broker.CONFIG
    with (
        mock.patch.object(broker, "CONFIG", broker.CONFIG.replace(SYNCED, "")),
        mock.patch.dict(postgres.SETTINGS, CARELESS),
    ):
        yield


@contextmanager
def _running(disk: Disk) -> Iterator[_Servers]:
    folder = Folder(disk.place / "controls")
    folder.make()
    owner = account.choose(folder.postgres)
    account.give(folder.logs, account=owner)
    servers = _Servers(
        postgres.Postgres(folder, account=owner), broker.Broker(folder, account=owner)
    )
    try:
        servers.postgres.start(ports.pick())
        servers.nats.start(ports.pick())
        yield servers
    finally:
        servers.postgres.stop()
        servers.nats.stop()


async def _written(servers: _Servers, disk: Disk) -> Count:
    """What had been acknowledged when the power went."""
    count = Count()
    async with _database(servers) as database, _broker(servers) as jetstream:
        await database.execute("DROP TABLE IF EXISTS control")
        await database.execute("CREATE TABLE control (number int PRIMARY KEY)")
        await jetstream.add_stream(name=SUBJECT, subjects=[SUBJECT])
        await jetstream.purge_stream(SUBJECT)

        async def commit() -> None:
            while True:
                await database.execute("INSERT INTO control VALUES ($1)", count.rows)
                count.rows += 1

        async def publish() -> None:
            while True:
                await jetstream.publish(SUBJECT, b"acknowledged", timeout=5)
                count.messages += 1

        tasks = [asyncio.create_task(each) for each in (commit(), publish())]
        await asyncio.sleep(SECONDS)
        acknowledged = Count(count.rows, count.messages)
        disk.cut()
        for server in (servers.postgres, servers.nats):
            _kill(server)
        await ending.ended(*tasks)
    return acknowledged


async def _kept(servers: _Servers) -> Count:
    async with _database(servers) as database, _broker(servers) as jetstream:
        try:
            rows = await database.fetchval("SELECT count(*) FROM control")
        except asyncpg.UndefinedTableError:
            rows = 0
        try:
            messages = (await jetstream.stream_info(SUBJECT)).state.messages
        except NatsError:
            messages = 0
    return Count(rows, messages)


def _kill(server: postgres.Postgres | broker.Broker) -> None:
    psutil.Process(server.pid).kill()
    server.stop()


@asynccontextmanager
async def _database(servers: _Servers) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(servers.postgres.admin_url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        connection.terminate()


@asynccontextmanager
async def _broker(servers: _Servers) -> AsyncIterator[Any]:
    client = await nats.connect(servers.nats.url, max_reconnect_attempts=0, error_cb=_quietly)
    try:
        yield client.jetstream()
    finally:
        await ending.left(client)


async def _quietly(_error: Exception) -> None:
    """It is about to lose its broker."""
