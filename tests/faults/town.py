"""Four service processes on servers of their own, each of which can be killed and started again."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy.engine import make_url

from services.cli import people
from services.cli.registry import BY_NAME, DATABASE
from services.cli.replaying.client import Api
from shared.auth.issuer import Issuer
from shared.clock import ScaledClock
from shared.embedded import ports, provision
from shared.embedded.servers import Servers
from tests.faults import process

SERVICES = tuple(BY_NAME)
SERVERS = ("PostgreSQL", "NATS")
FACTOR = Decimal(7_200)
START_SECONDS = 120.0
WEEK_MINUTES = 10_080
LIFETIME = timedelta(days=3)
NOWHERE: Mapping[str, str] = {}


class Ports(Api):
    """A client of services that answer on a port each."""

    def __init__(self, where: Mapping[str, int], tokens: Mapping[str, str]) -> None:
        super().__init__("http://town", tokens)
        self._http = httpx.AsyncClient(
            base_url="http://town", timeout=30, transport=_ByPrefix(where)
        )


class _ByPrefix(httpx.AsyncHTTPTransport):
    """Sends a request to the service that its path names; what names none, to the first.

    Waits for one that does not run just now: nothing was sent yet.
    """

    def __init__(self, where: Mapping[str, int]) -> None:
        super().__init__()
        self._where = {BY_NAME[name].prefix: port for name, port in where.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        first = next(iter(self._where.values()))
        port = self._where.get("/" + request.url.path.split("/")[1], first)
        request.url = request.url.copy_with(host=process.HOST, port=port)
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                return await super().handle_async_request(request)
            except httpx.ConnectError:
                if time.monotonic() > ends:
                    raise
                await asyncio.sleep(0.1)


@dataclass(frozen=True)
class Place:
    """The database, as its superuser, and the broker."""

    database: str
    nats_url: str

    @classmethod
    def of(cls, admin_url: str, nats_url: str) -> Self:
        """The place of an embedded instance."""
        url = make_url(admin_url).set(drivername="postgresql", database=DATABASE)
        return cls(url.render_as_string(hide_password=False), nats_url)


@dataclass
class Town:
    """The processes of a data folder, by name; `booking.2` is a second one of booking.

    `more` is set in the environment of each that starts.
    """

    data: Path
    servers: Servers
    clock: ScaledClock
    issuer: Issuer
    ports: dict[str, int] = field(default_factory=lambda: {name: ports.pick() for name in SERVICES})
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def api(self) -> Api:
        """A client with everybody's tokens."""
        tokens = people.tokens(self.issuer, now=datetime.now(UTC), lifetime=LIFETIME)
        return Ports({name: self.ports[name] for name in SERVICES}, tokens)

    @property
    def place(self) -> Place:
        """Where all that the services keep can be looked at."""
        brokers = self.more.get("ONESTOP_NATS_URL", self.servers.nats.url)
        return Place.of(self.servers.postgres.admin_url, brokers)

    async def start(self, *names: str, crash_at: Mapping[str, str] = NOWHERE) -> None:
        """Start these services and wait until they answer, or died where they were to."""
        for name in names:
            told = self._told(name, crash_at=crash_at.get(name, ""))
            self.running[name] = process.fork(told)
        for name in names:
            answers = await self._answers(name)
            assert answers or name in crash_at, self._why(name)

    async def kill(self, name: str, *, number: signal.Signals = signal.SIGKILL) -> None:
        """End a service or a server, with no chance to put anything in order."""
        if name in SERVERS:
            await asyncio.to_thread(self._kill_server, name)
            return
        self.signal(name, number)
        await self.died(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a service's process a signal."""
        pid = self.running[name].pid
        assert pid is not None
        os.kill(pid, number)

    async def died(self, name: str) -> int | None:
        """Wait until a service's process has ended; its exit code, None if it lives on."""
        ends = time.monotonic() + START_SECONDS
        # Not in a thread: multiprocessing asks after every child whenever it starts another.
        while self.running[name].is_alive() and time.monotonic() < ends:
            await asyncio.sleep(0.01)
        return self.running[name].exitcode

    async def again(self, name: str) -> None:
        """Start what was killed."""
        if name in SERVERS:
            await asyncio.to_thread(self.servers.revive)
        else:
            await self.start(name)

    def end(self) -> None:
        """Kill every service that runs."""
        for each in self.running.values():
            each.kill()
            each.join()

    def _kill_server(self, name: str) -> None:
        server = self.servers.postgres if name == "PostgreSQL" else self.servers.nats
        os.kill(server.pid, signal.SIGKILL)
        server.stop()

    def _told(self, name: str, *, crash_at: str) -> process.Told:
        service = name.partition(".")[0]
        url = make_url(self.servers.postgres.admin_url).set(
            database=DATABASE,
            username=provision.role_of(service),
            password=self.servers.secret(f"role_{service}"),
        )
        env = {
            "ONESTOP_DATABASE_URL": url.render_as_string(hide_password=False),
            "ONESTOP_NATS_URL": self.servers.nats.url,
            "ONESTOP_NATS_STREAM_BYTES": str(64 * 2**20),
            "ONESTOP_INSPECTION_WAIT_MINUTES": str(WEEK_MINUTES),
            "ONESTOP_CRASH_AT": crash_at,
        }
        return process.Told(
            service=service,
            port=self.ports.setdefault(name, ports.pick()),
            env=env | self.more,
            jwks=self.issuer.jwks(),
            clock=self.clock,
            log=self.log(name),
        )

    def _why(self, name: str) -> str:
        """What can be said of a process that does not answer."""
        said = self.log(name).read_text(encoding="utf-8")[-2_000:]
        return f"{name} does not answer, exit code {self.running[name].exitcode}: {said}"

    def log(self, name: str) -> Path:
        """What a service's process says."""
        return self.data.parent / f"{self.data.name}-{name}.log"

    def failures(self) -> list[str]:
        """What the services call errors of their own: answers of 500, jobs that failed."""
        return [
            f"{name}: {line['event']} {str(line.get('exception', ''))[-300:]}"
            for name in self.running
            for line in map(_read, self.log(name).read_text(encoding="utf-8").splitlines())
            if line.get("code") == "internal_error" or line["event"].startswith("job failed")
        ]

    async def _answers(self, name: str) -> bool:
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self.running[name].is_alive():
            try:
                _, writer = await asyncio.open_connection(process.HOST, self.ports[name])
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return True
        return False


def _read(line: str) -> dict[str, Any]:
    """A line of a log. One that a killed process left unfinished has the next one's words in it."""
    try:
        found: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        failed = '"internal_error"' in line or '"job failed' in line
        return {"event": f"job failed, torn: {line[-300:]}" if failed else "torn"}
    return found


@asynccontextmanager
async def founded(data: Path, **more: str) -> AsyncIterator[Town]:
    """Servers on an empty folder and the four services, for as long as the block runs.

    `more` is set in their environment.
    """
    with await asyncio.to_thread(Servers.start, data) as servers:
        passwords = {name: servers.secret(f"role_{name}") for name in SERVICES}
        await provision.provision(servers.postgres.admin_url, database=DATABASE, services=passwords)
        now = datetime.now(UTC)
        town = Town(
            data=data,
            servers=servers,
            clock=ScaledClock(wall_epoch=now, yard_epoch=now, factor=FACTOR),
            issuer=Issuer.open(data, embedded=True),
            more=more,
        )
        try:
            await town.start(*SERVICES)
            yield town
        finally:
            town.end()
