"""Clients as no library makes them: raw bytes over a connection, as slowly as one likes."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE = 60.0
DRIP_SECONDS = 0.2


@dataclass(frozen=True)
class Answer:
    """What came before the server ended the connection; status 0 if nothing did."""

    status: int
    head: str
    body: bytes

    @property
    def code(self) -> str:
        """The code of its problem."""
        assert "application/problem+json" in self.head, self.head
        told: dict[str, Any] = json.loads(self.body)
        assert told["title_zh"]
        assert told["mend"]["en"]
        return str(told["code"])


@dataclass(frozen=True)
class Door:
    """Where the server listens."""

    host: str
    port: int

    async def send(self, *parts: bytes, drip: bytes = b"") -> Answer:
        """Send the parts, then `drip` for ever; what comes until the server ends it."""
        received = bytearray()
        async with self._connected() as sock:
            sending = asyncio.create_task(_send(sock, parts, drip=drip))
            loop = asyncio.get_running_loop()
            # An end in the midst of our sending is an end too; what was said before counts.
            with suppress(ConnectionError):
                while some := await loop.sock_recv(sock, 65_536):
                    received += some
            sending.cancel()
            await asyncio.wait([sending])
        return _parsed(bytes(received))

    async def send_without_reading(self, *requests: bytes) -> None:
        """Send the requests and read no answer, until the server ends it."""
        async with self._connected() as sock:
            # Empty lines before a request mean nothing; they are how we notice the end.
            await _send(sock, requests, drip=b"\r\n")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[socket.socket]:
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.setblocking(False)  # noqa: FBT003 - the standard library's own signature
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().sock_connect(sock, (self.host, self.port))
                yield sock

    @asynccontextmanager
    async def idle(self, count: int) -> AsyncIterator[list[socket.socket]]:
        """So many connections that say nothing."""
        made = await asyncio.to_thread(self._connect, count)
        try:
            yield made
        finally:
            for each in made:
                each.close()

    def _connect(self, count: int) -> list[socket.socket]:
        return [socket.create_connection((self.host, self.port), PATIENCE) for _ in range(count)]


def head(line: str, **headers: str) -> bytes:
    """A request line and headers; `Host` is given, and a name's underscores are hyphens."""
    lines = [f"{line} HTTP/1.1", "Host: test"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def _send(sock: socket.socket, parts: Sequence[bytes], *, drip: bytes) -> None:
    """Send the parts, then `drip` for ever, until the server ends it."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        for part in parts:
            await loop.sock_sendall(sock, part)
        while drip:
            await asyncio.sleep(DRIP_SECONDS)
            await loop.sock_sendall(sock, drip)


def _parsed(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head else 0
    return Answer(status, head.decode("latin-1").lower(), body)


async def persistently(client: httpx.AsyncClient, asked: httpx.Request) -> httpx.Response:
    """The answer, after two attempts more if the connection ends first; with the same key.

    As every client does: one whose head has not come is ended among many that are idle.
    """
    for _ in range(2):
        with suppress(httpx.NetworkError):
            return await client.send(asked)
    return await client.send(asked)
