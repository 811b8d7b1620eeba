"""`onestop up` in a process of its own, quick to start, with a port that a restart keeps."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from services.cli import people
from services.cli.replaying.client import Api
from shared.auth.issuer import Issuer
from shared.embedded import broker, ports, postgres
from shared.embedded.folder import Folder
from tests import plain
from tests.faults import process
from tests.faults.town import FACTOR, LIFETIME, START_SECONDS, WEEK_MINUTES, Place

ENV: Mapping[str, str] = {"ONESTOP_INSPECTION_WAIT_MINUTES": str(WEEK_MINUTES)}


@dataclass
class Whole:
    """One running instance on a data folder."""

    data: Path
    log: Path
    port: int
    running: ForkServerProcess

    @classmethod
    async def start(cls, data: Path, *, log: Path, port: int = 0) -> "Whole":
        """Start it, and wait until it is ready."""
        told = process.Up(data=data, port=port or ports.pick(), factor=FACTOR, env=ENV, log=log)
        made = cls(data, log, told.port, process.fork_up(told))
        ends = time.monotonic() + START_SECONDS
        while not await made._ready():
            assert made.running.is_alive(), made.said
            assert time.monotonic() < ends, "it did not start in time"
            await asyncio.sleep(0.05)
        return made

    def api(self) -> Api:
        """A client with everybody's tokens."""
        issuer = Issuer.open(self.data, embedded=True)
        tokens = people.tokens(issuer, now=datetime.now(UTC), lifetime=LIFETIME)
        return Api(f"http://{process.HOST}:{self.port}", tokens)

    @property
    def place(self) -> Place:
        """Where all that it keeps can be looked at."""
        folder = Folder(self.data)
        running = folder.running()
        assert running is not None
        admin, nats = postgres.ADMIN, broker.USER
        secrets = {name: folder.secret(name) for name in (postgres.KEPT_AS, broker.KEPT_AS)}
        return Place.of(
            f"postgresql://{admin}:{secrets[postgres.KEPT_AS]}@127.0.0.1:{running.postgres_port}/x",
            f"nats://{nats}:{secrets[broker.KEPT_AS]}@127.0.0.1:{running.nats_port}",
        )

    @property
    def said(self) -> str:
        """The end of what it said."""
        return self.log.read_text(encoding="utf-8")[-3_000:]

    def kill(self) -> None:
        """End it with no chance to put anything in order; its servers live on."""
        self.running.kill()
        self.running.join()

    def stop(self) -> int | None:
        """Ask it to end; its exit code."""
        self.running.terminate()
        self.running.join(START_SECONDS)
        return self.running.exitcode

    async def _ready(self) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, verify=plain.HTTP) as client:
                answer = await client.get(f"http://{process.HOST}:{self.port}/readyz", timeout=5)
        except httpx.HTTPError:
            return False
        return answer.is_success and answer.json()["status"] == "ready"
