"""One POST to a broker's endpoint: no redirects, no proxy, a short answer, in little time."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from services.declaration.webhooks import addresses
from services.declaration.webhooks.addresses import AddressRefused, Allowed

ANSWER_BYTES = 4096
IDLE_SECONDS = 5
HEADERS = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": "onestop-webhooks",
}
CONNECTIONS = 32
"""To one server."""
SERVERS = 256
"""With which a connection is kept."""


@dataclass(frozen=True)
class Answered:
    """What came of it: the endpoint's status and the beginning of its answer, or why there is none.

    `error` is `address_refused`, `unreachable`, `timeout`, `redirected` or `status`; None: 2xx.
    """

    status: int | None = None
    body: bytes = b""
    error: str | None = None


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to the very address that was looked at."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it so
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await addresses.resolve(host, port, allowed=self._allowed)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Server:
    """The connections to one server: httpcore looks through all of a pool's at each request.

    httpx has no place for a backend, and costs as much again as httpcore does. Here are no
    redirects, no cookies, and no proxy from the environment.
    """

    def __init__(self, allowed: Allowed, verify: ssl.SSLContext | None) -> None:
        self.users = 0
        self.pool = httpcore.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_Backend(allowed),
        )


class Poster:
    """Posts to endpoints, each time within `seconds` from the name's resolution to the answer."""

    def __init__(
        self, *, allowed: Allowed, seconds: float, verify: ssl.SSLContext | None = None
    ) -> None:
        self.allowed = allowed
        self._seconds = seconds
        self._verify = verify
        self._kept: OrderedDict[tuple[bytes, bytes, int | None], _Server] = OrderedDict()

    @property
    def within(self) -> timedelta:
        """How long an attempt can take."""
        return timedelta(seconds=self._seconds)

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered:
        """One attempt; whatever happens is an answer."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Answered(error="timeout")
        except AddressRefused:
            return Answered(error="address_refused")
        except httpcore.TimeoutException:
            return Answered(error="timeout")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, OSError):
            return Answered(error="unreachable")
        except ValueError:  # a name that cannot be written for the resolver
            return Answered(error="unreachable")

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        target = _target(url)
        if target.scheme != b"https" and not self.allowed.http:
            raise AddressRefused  # taken when the configuration still allowed it
        sent = [*HEADERS.items(), *headers.items()]
        async with (
            self._at(target) as server,
            server.pool.stream("POST", target, headers=sent, content=body) as answer,
        ):
            begun = b""
            async for part in answer.aiter_stream():
                begun += part
                if len(begun) > ANSWER_BYTES:
                    break
        return Answered(answer.status, begun[:ANSWER_BYTES], _error_of(answer.status))

    @asynccontextmanager
    async def _at(self, url: httpcore.URL) -> AsyncIterator[_Server]:
        """The connections to an endpoint's server; those not used for long are let go."""
        server = (url.scheme, url.host, url.port)
        kept = self._kept.get(server)
        if kept is None:
            if self._verify is None and url.scheme == b"https":
                # Reading the world's certificates takes a while.
                self._verify = httpx.create_ssl_context(trust_env=False)
            kept = self._kept[server] = _Server(self.allowed, self._verify)
        self._kept.move_to_end(server)
        kept.users += 1
        try:
            yield kept
        finally:
            kept.users -= 1
            if len(self._kept) > SERVERS:
                await self._let_go(len(self._kept) - SERVERS)

    async def _let_go(self, many: int) -> None:
        unused = [server for server, each in self._kept.items() if not each.users]
        for server in unused[:many]:
            await self._kept.pop(server).pool.aclose()

    async def close(self) -> None:
        """Let go of every connection."""
        while self._kept:
            _, kept = self._kept.popitem()
            await kept.pool.aclose()


@lru_cache(maxsize=1024)
def _target(url: str) -> httpcore.URL:
    """An endpoint's address as it is sent."""
    parsed = httpx.URL(url)
    return httpcore.URL(
        scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
    )


def _error_of(status: int) -> str | None:
    if httpx.codes.is_success(status):
        return None
    return "redirected" if httpx.codes.is_redirect(status) else "status"
