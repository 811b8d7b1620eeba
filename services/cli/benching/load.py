"""Load on an HTTP server, and what was seen of it: rates, and latencies in milliseconds.

The client is as bare as can be (requests are made before the clock runs, one write and one read
each), since it shares the machine with what it measures.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Any, Self
from urllib.parse import urlsplit

Work = Callable[["Connection"], Awaitable[None]]

CREATED = 300
BLANK = b"\r\n\r\n"


class Failed(Exception):
    """The server refused what a benchmark sent."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status} {body}")
        self.status = status


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> Self:
        """Connect."""
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def send(self, request: bytes) -> bytes:
        """Send a whole request; the answer's body. Raises Failed for a refusal."""
        self._writer.write(request)
        head = await self._reader.readuntil(BLANK)
        status = int(head[9:12])
        body = await self._reader.readexactly(_length(head))
        if status >= CREATED:
            raise Failed(status, body[:500].decode())
        return body

    async def close(self) -> None:
        """Leave."""
        self._writer.close()
        await self._writer.wait_closed()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def request(
    method: str, path: str, *, token: str, body: bytes = b"", key: str | None = None
) -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {token}"]
    if key is not None:
        lines.append(f"Idempotency-Key: {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + BLANK + body


@asynccontextmanager
async def connections(url: str, count: int) -> Any:
    """So many connections for as long as the block runs."""
    opened = [await Connection.to(url) for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


async def closed(work: Callable[[int], Awaitable[None]], *, clients: int, seconds: float) -> Any:
    """Each of so many clients begins anew when it is done. `work` is told the client's number."""
    latencies: list[float] = []
    began = time.perf_counter()
    deadline = began + seconds

    async def client(number: int) -> None:
        while (start := time.perf_counter()) < deadline:
            await work(number)
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return figures(latencies, time.perf_counter() - began)


async def paced(
    sends: Iterator[Callable[[], Awaitable[None]]], *, rate: float, seconds: float
) -> Any:
    """Begin at a steady rate, whether or not the earlier ones are done.

    A latency counts from when its turn was, so that waiting for a late start is not left out.
    """
    latencies: list[float] = []
    began = time.perf_counter()

    async def one(send: Callable[[], Awaitable[None]], due: float) -> None:
        await send()
        latencies.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(one(next(sends), due))
    return figures(latencies, time.perf_counter() - began)


def figures(latencies: Sequence[float], spent: float) -> dict[str, float]:
    """Rate and percentiles; `latencies` and `spent` are in seconds."""
    percentiles = quantiles(latencies, n=100)
    return {
        "per_second": round(len(latencies) / spent, 1),
        "p50_ms": round(percentiles[49] * 1000, 2),
        "p99_ms": round(percentiles[98] * 1000, 2),
    }
