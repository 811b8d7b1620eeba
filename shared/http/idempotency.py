"""`Idempotency-Key`: the same request sent twice takes effect once and is answered the same.

After draft-ietf-httpapi-idempotency-key-header. Effect, saved answer and key commit in one
transaction. Only a done request is saved: a refused one leaves nothing, so that the mended body
may be sent with the same key or a new one. Bodies are compared byte by byte.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import (
    CursorResult,
    delete,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.types import Scope

from shared import errors
from shared.database import Database
from shared.http import idempotency_key, kept_answers, refusals
from shared.http.kept_answers import IdempotencyKeyRow
from shared.prepared import Row

KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Answer:
    """What the work answers with, once its transaction has committed.

    `kept`: what is answered instead when the request is sent again, for a body with a secret.
    """

    status: int
    body: BaseModel | Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: BaseModel | None = None


Work = Callable[[AsyncSession], Awaitable[Answer]]


@dataclass(frozen=True)
class Attempt:
    """One request under a key: whose, what it asks for, and when (wall time)."""

    owner: str
    key: str
    endpoint: str
    fingerprint: str
    now: datetime

    @property
    def lock_name(self) -> str:
        """What is locked while it is under way."""
        return json.dumps(["idempotency", self.owner, self.key])


async def attempt(request: Request, *, owner: str, now: datetime) -> Attempt:
    """Raises `IdempotencyKeyMissing` or `...Malformed` (400)."""
    return Attempt(
        owner=owner,
        key=idempotency_key.of(request),
        endpoint=_endpoint(request.scope),
        fingerprint=hashlib.sha256(await request.body()).hexdigest(),
        now=now,
    )


def _endpoint(scope: Scope) -> str:
    return f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}"


async def once(
    request: Request, *, database: Database, owner: str, now: datetime, work: Work
) -> Response:
    """Run `work` in a transaction, or repeat the answer saved for this key.

    `owner` is whose key it is: two owners may use the same one. `work` must not commit. Raises
    `IdempotencyKeyMissing` or `...Malformed` (400), `...InFlight` (409), `...Reused` (422), and
    whatever `work` raises, which rolls everything back and frees the key.
    """
    tried = await attempt(request, owner=owner, now=now)
    try:
        return await _once(tried, database=database, work=work)
    except asyncpg.UniqueViolationError as error:
        if error.table_name != IdempotencyKeyRow.__tablename__:
            raise
        # It was used after `enter` had looked and before it was free: now that is seen.
        return await _once(tried, database=database, work=work)
    except errors.Refused:
        # The same, where what the first use did is why the work refuses to do it again.
        saved = await _saved(tried, database=database)
        if saved is None:
            raise
        return saved


async def _once(tried: Attempt, *, database: Database, work: Work) -> Response:
    async with database.transaction() as session:
        (known,) = await enter(session, [tried])
        if isinstance(known, Exception):
            raise known
        if known is not None:
            return known
        answer = await work(session)
        (response,) = await save(session, [(tried, answer)])
    return response


async def _saved(tried: Attempt, *, database: Database) -> Response | None:
    async with database.transaction() as session:
        (known,) = await enter(session, [tried])
    return known if isinstance(known, Response) else None


async def enter(
    session: AsyncSession, tried: Sequence[Attempt]
) -> list[Response | errors.Refused | None]:
    """Of each attempt: the answer saved for its key, why it may not be done, or None: do it.

    The keys are held until the transaction ends, so a crash frees them. What a key's last holder
    committed after this has looked is not seen: `save` then raises UniqueViolationError.
    """
    asked = {
        "owners": [each.owner for each in tried],
        "keys": [each.key for each in tried],
        "names": [each.lock_name for each in tried],
    }
    seen: set[str] = set()
    known: list[Response | errors.Refused | None] = []
    for each, found in zip(tried, await kept_answers.ENTER.run(session, asked), strict=True):
        free = found["free"] and each.lock_name not in seen
        seen.add(each.lock_name)
        known.append(_known(each, found, free=free))
    return known


def _known(tried: Attempt, saved: Row, *, free: bool) -> Response | errors.Refused | None:
    if not free:
        return refusals.IdempotencyKeyInFlight(key=tried.key)
    if saved["status"] is None:
        return None
    if (saved["endpoint"], saved["fingerprint"]) != (tried.endpoint, tried.fingerprint):
        return refusals.IdempotencyKeyReused(key=tried.key)
    return _replay(saved)


async def save(session: AsyncSession, done: Sequence[tuple[Attempt, Answer]]) -> list[Response]:
    """Keep the answers with their keys, in the transaction of the effects.

    Raises UniqueViolationError for a key that was used meanwhile, see `enter`.
    """
    rows = [kept(tried, answer) for tried, answer in done]
    values = {name: [row[name] for row in rows] for name in kept_answers.VALUES}
    await kept_answers.INSERT.run(session, values)
    return [response(answer, row) for (_, answer), row in zip(done, rows, strict=True)]


def kept(tried: Attempt, answer: Answer) -> dict[str, Any]:
    """The values of an answer that is kept, by their names in `kept_answers.VALUES`."""
    return {
        "owner": tried.owner,
        "key": tried.key,
        "endpoint": tried.endpoint,
        "fingerprint": tried.fingerprint,
        "status": answer.status,
        "headers": json.dumps(dict(answer.headers)),
        "body": _json(answer.kept or answer.body),
        "created_at": tried.now,
    }


def response(answer: Answer, values: Mapping[str, Any]) -> Response:
    """The answer as it is sent the first time; `values` are what is kept of it."""
    body = values["body"] if answer.kept is None else _json(answer.body)
    return Response(body, answer.status, dict(answer.headers), "application/json")


def _json(body: BaseModel | Mapping[str, Any]) -> bytes:
    return to_json(body, by_alias=True)


async def sweep(session: AsyncSession, *, now: datetime) -> int:
    """Delete the keys older than 30 days; how many there were."""
    old = delete(IdempotencyKeyRow).where(col(IdempotencyKeyRow.created_at) < now - KEPT)
    result = await session.execute(old)
    return result.rowcount if isinstance(result, CursorResult) else 0


class Keyed:
    """Marks operations that take a key; `openapi.document` finds it in the routes."""

    async def __call__(self) -> None:
        """Nothing: `once` reads and checks the key."""


KEYED = Depends(Keyed())
"""For a route's `dependencies=[...]`: its OpenAPI operation names the header."""


def _replay(saved: Row) -> Response:
    again = Response(saved["body"], saved["status"], saved["headers"], "application/json")
    again.headers["Idempotency-Replayed"] = "true"
    return again
