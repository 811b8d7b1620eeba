"""One service alone: `onestop serve` in a process of its own, on servers of the benchmark's."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from services.cli import compose, instance
from services.cli.registry import BY_NAME
from shared.auth.issuer import ISSUER, Issuer
from shared.embedded import provision
from shared.embedded.servers import Servers

DATABASE = "onestop"
PASSWORD = secrets.token_urlsafe()
"""Of a server on loopback that ends with the run."""
START_SECONDS = 60


@dataclass(frozen=True)
class Bench:
    """Servers, and what signs the tokens."""

    servers: Servers
    issuer: Issuer

    @property
    def admin_url(self) -> str:
        """The superuser's address of the database server."""
        return self.servers.postgres.admin_url

    @property
    def url(self) -> str:
        """The same for the driver alone, without a database."""
        named = make_url(self.admin_url).set(drivername="postgresql")
        return named.render_as_string(hide_password=False).rpartition("/")[0]


@contextmanager
def servers() -> Iterator[Bench]:
    """PostgreSQL and NATS as `onestop up` has them, in a folder that goes with the block."""
    with instance.scratch() as data, Servers.start(data) as started:
        yield Bench(started, Issuer.open(data, embedded=True))


@asynccontextmanager
async def served(bench: Bench, name: str, **settings: str) -> AsyncIterator[str]:
    """Serve one service with these variables set; the address it answers at."""
    admin = bench.admin_url
    await provision.provision(admin, database=DATABASE, services={name: PASSWORD})
    async with _keys(bench.issuer) as jwks_url:
        with compose.listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        role = make_url(admin).set(
            database=DATABASE, username=provision.role_of(name), password=PASSWORD
        )
        environment = {
            **os.environ,
            "ONESTOP_DATABASE_URL": role.render_as_string(hide_password=False),
            "ONESTOP_NATS_URL": bench.servers.nats.url,
            "ONESTOP_JWKS_URL": jwks_url,
            "ONESTOP_ISSUER": ISSUER,
            "ONESTOP_LOG_LEVEL": "WARNING",
            "ONESTOP_RATE_PER_SECOND": "0",
            "ONESTOP_INSPECTION_EVIDENCE_FOLDER": str(bench.servers.folder.data / "evidence"),
            **settings,
        }
        command = [sys.executable, "-m", "services.cli.main", "serve", name, "--port", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        url = f"http://127.0.0.1:{port}"
        try:
            await _ready(url, process)
            yield url + BY_NAME[name].prefix
        finally:
            process.terminate()
            await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not await asyncio.to_thread(instance.ready, url):
        if process.returncode is not None or time.monotonic() > deadline:
            raise RuntimeError("the service did not start")
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _keys(issuer: Issuer) -> AsyncIterator[str]:
    """Publish the issuer's keys, as an identity provider does."""
    body = json.dumps(issuer.jwks()).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    answer = head.encode() + b"Connection: close\r\n\r\n" + body

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(tell, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/jwks.json"
