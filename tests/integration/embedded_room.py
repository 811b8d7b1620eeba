"""What the tests of the embedded servers share: a folder, a child that serves it, probes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats
import psutil

from shared.embedded.servers import Servers

SERVE = """
import sys
from pathlib import Path
from shared.embedded.servers import Servers
servers = Servers.start(Path(sys.argv[1]))
servers.announce(url="http://127.0.0.1:8080")
print(servers.postgres.pid, servers.nats.pid, flush=True)
sys.stdin.read()
servers.stop()
"""


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that the account of the servers may enter, as pytest's may not be."""
    path = Path(tempfile.mkdtemp(prefix="onestop-room-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


class Child:
    """Another process that serves a folder, and can be killed."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        )
        assert self.process.stdout is not None
        self.servers = [psutil.Process(int(pid)) for pid in self.process.stdout.readline().split()]

    def kill(self) -> None:
        """End it with SIGKILL; its servers live on."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """Let it end by itself, if it still lives."""
        self.process.communicate()


async def connect(servers: Servers) -> Any:
    """Return an asyncpg connection as the superuser."""
    return await asyncpg.connect(servers.postgres.admin_url.replace("+asyncpg", ""))


async def acknowledge(servers: Servers, name: str, *, count: int) -> None:
    """Commit rows one by one and publish messages; return when all are acknowledged."""
    connection = await connect(servers)
    await connection.execute(f"CREATE TABLE {name} (id int PRIMARY KEY)")
    for number in range(count):
        await connection.execute(f"INSERT INTO {name} VALUES ($1)", number)
    await connection.close()
    client = await nats.connect(servers.nats.url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name=name, subjects=[f"{name}.>"])
    for number in range(count):
        await jetstream.publish(f"{name}.number", str(number).encode())
    await client.close()


async def kept(servers: Servers, name: str) -> tuple[int, int]:
    """Return how many of those rows and of those messages there are."""
    connection = await connect(servers)
    rows = await connection.fetchval(f"SELECT count(*) FROM {name}")
    await connection.close()
    client = await nats.connect(servers.nats.url)
    info = await client.jetstream().stream_info(name)
    await client.close()
    return rows, info.state.messages


def mentions(process: psutil.Process, path: Path) -> bool:
    """Whether a process was started with that path on its command line."""
    try:
        return any(str(path) in word for word in process.cmdline())
    except psutil.Error:
        return False


def answer(url: str) -> Any:
    """Return the JSON that a server on this machine answers, once it does."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        return client.get(url).json()
