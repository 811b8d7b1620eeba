"""Reads a stream from a service in this process, as slowly as a test likes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.auth.principal import Role
from shared.service import Service
from tests import kits

PATIENCE = 20


@dataclass
class Reader:
    """One client of a stream. `reads` is cleared for one that takes nothing more."""

    status: int = 0
    text: str = ""
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    come: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def ids(self) -> list[int]:
        """The ids that came."""
        return [int(line[4:]) for line in self.text.splitlines() if line.startswith("id: ")]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the events said, each with its id."""
        found = []
        for block in self.text.split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
            if "event" in lines:
                found.append({**json.loads(lines["data"]), "id": int(lines["id"])})
        return found

    async def until(self, events: int, *, ids: int = 0) -> list[dict[str, Any]]:
        """The events, once there are so many, and so many ids."""
        async with asyncio.timeout(PATIENCE), self.come:
            await self.come.wait_for(lambda: len(self.events) >= events and len(self.ids) >= ids)
        return self.events

    async def take(self, message: dict[str, Any]) -> None:
        """A part of the answer; a client that does not read lets the sender wait."""
        await self.reads.wait()
        async with self.come:
            self.status = message.get("status", self.status)
            self.text += message.get("body", b"").decode()
            self.come.notify_all()


@asynccontextmanager
async def reading(
    service: Service, path: str, *, role: Role, org: str, agency: str = "", last: int | None = None
) -> AsyncIterator[Reader]:
    """The stream, read for as long as the block runs."""
    reader, gone = Reader(), asyncio.Event()
    reader.reads.set()
    scope = _scope(path, _token(service, role, org, agency), last)
    begun = False

    async def receive() -> dict[str, Any]:
        nonlocal begun
        if not begun:
            begun = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    serving = asyncio.create_task(service.api(scope, receive, reader.take))  # type: ignore[arg-type]
    try:
        yield reader
    finally:
        gone.set()
        reader.reads.set()
        async with asyncio.timeout(PATIENCE):
            await serving


def _token(service: Service, role: Role, org: str, agency: str) -> str:
    return kits.token_issuer().mint(
        role,
        organisation=org,
        agency=agency or None,
        subject="a reader",
        now=service.kit.clock.wall(),
        lifetime=timedelta(days=1),
    )


def _scope(path: str, token: str, last: int | None) -> dict[str, Any]:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    if last is not None:
        headers.append((b"last-event-id", str(last).encode()))
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "scheme": "http", "http_version": "1.1", "root_path": "", "server": ("test", 80),
        "client": ("test", 1),
    }  # fmt: skip


@asynccontextmanager
async def looked_for(service: Service) -> AsyncIterator[None]:
    """The job that looks for what is new, as it runs in the service."""
    job = asyncio.ensure_future(service.jobs["watch"]())
    try:
        yield
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
