"""The public HTTP API as one program's people call it: nothing else is used by a replay."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

Document = dict[str, Any]

TRIES = 8
FIRST_PAUSE = 0.1
TOO_MANY = 429
AGAIN = frozenset({TOO_MANY, 503})
IN_FLIGHT = 409
CONNECTIONS = 32
PATIENCE = 3600
"""Seconds."""


class Refused(Exception):
    """The API refused: its problem document, with the codes of every fault."""

    def __init__(self, status: int, problem: Document) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", status))
        self.rules = [str(fault["code"]) for fault in problem.get("errors", ())] or [self.code]
        super().__init__(f"{status} {self.code} {problem.get('detail', '')} {self.rules}")


class Api:
    """A client with a token for each of the people (`services.cli.people.PEOPLE`)."""

    def __init__(
        self,
        url: str,
        tokens: Mapping[str, str],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self.url = url
        self._http = httpx.AsyncClient(base_url=url, timeout=30, limits=limits, transport=transport)
        self._tokens = tokens

    async def get(self, who: str, path: str, **query: object) -> Document:
        """Read something. Raises Refused."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return await self._call(who, "GET", path, params=given)

    async def patiently(self, who: str, path: str) -> Document:
        """Read what takes minutes to find out. Raises Refused."""
        return await self._call(who, "GET", path, timeout=PATIENCE)

    async def post(self, who: str, path: str, body: Mapping[str, object], *, key: str) -> Document:
        """Do something, once for each key however often it is sent. Raises Refused."""
        return await self._call(who, "POST", path, json=body, headers={"Idempotency-Key": key})

    async def read(self, who: str, path: str) -> bytes:
        """Read a file. Raises Refused."""
        return (await self._answer(who, "GET", path)).content

    async def every(self, who: str, path: str, **query: object) -> AsyncIterator[Document]:
        """Every item of a list, over all its pages. Raises Refused."""
        cursor: str | None = None
        while True:
            page = await self.get(who, path, cursor=cursor, limit=200, **query)
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if cursor is None:
                return

    async def _call(self, who: str, method: str, path: str, **more: Any) -> Document:
        document: Document = (await self._answer(who, method, path, **more)).json()
        return document

    async def _answer(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **more.pop("headers", {})}
        answer: httpx.Response | None = None
        for attempt in range(TRIES):
            try:
                answer = await self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                if attempt == TRIES - 1:
                    raise
            else:
                if not _try_again(answer):
                    break
            await asyncio.sleep(max(FIRST_PAUSE * 2**attempt, _asked_to_wait(answer)))
        if answer is None:
            raise httpx.ConnectError("no answer")
        if answer.is_error:
            raise Refused(answer.status_code, answer.json())
        return answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()


def _asked_to_wait(answer: httpx.Response | None) -> float:
    """The seconds that a server which limits our rate wants us to wait."""
    if answer is None or answer.status_code != TOO_MANY:
        return 0.0
    return float(answer.headers.get("Retry-After", 0))


def _try_again(answer: httpx.Response) -> bool:
    if answer.status_code in AGAIN:
        return True
    return answer.status_code == IN_FLIGHT and "idempotency_key_in_flight" in answer.text
