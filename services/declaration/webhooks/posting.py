"""One POST to a broker's endpoint: no redirects, no proxy, a short answer, in little time."""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast

import httpcore
import httpx

from services.declaration.webhooks import addresses
from services.declaration.webhooks.addresses import AddressRefused, Allowed

ANSWER_BYTES = 4096
IDLE_SECONDS = 5
CONNECTIONS = 256


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


class _Stream(httpx.AsyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Transport(httpx.AsyncBaseTransport):
    """httpx's own has no place for a backend."""

    def __init__(self, allowed: Allowed, verify: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_Backend(allowed),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=cast("AsyncIterable[bytes]", request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer.stream))

    async def aclose(self) -> None:
        await self._pool.aclose()


class Poster:
    """Posts to endpoints, each time within `seconds` from the name's resolution to the answer."""

    def __init__(
        self, *, allowed: Allowed, seconds: float, verify: ssl.SSLContext | None = None
    ) -> None:
        self.allowed = allowed
        self._seconds = seconds
        self._verify = verify
        self._client: httpx.AsyncClient | None = None

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
        sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
        async with self._opened().stream("POST", url, content=body, headers=sent) as answer:
            begun = b""
            async for part in answer.aiter_raw():
                begun += part
                if len(begun) > ANSWER_BYTES:
                    break
        error = None
        if not answer.is_success:
            error = "redirected" if answer.is_redirect else "status"
        return Answered(answer.status_code, begun[:ANSWER_BYTES], error)

    def _opened(self) -> httpx.AsyncClient:
        """Made when it is first needed: reading the world's certificates takes a while."""
        if self._client is None:
            verify = self._verify or httpx.create_ssl_context(trust_env=False)
            transport = _Transport(self.allowed, verify)
            self._client = httpx.AsyncClient(
                transport=transport,
                follow_redirects=False,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=None,  # noqa: S113 - `post` bounds the whole
                headers={"user-agent": "onestop-webhooks"},
            )
        return self._client

    async def close(self) -> None:
        """Let go of every connection."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()
