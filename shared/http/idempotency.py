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

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    CursorResult,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    delete,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col
from starlette.types import Scope

from shared import errors
from shared.database import Database
from shared.http import idempotency_key, refusals
from shared.prepared import Row, Statement

KEPT = timedelta(days=30)


class IdempotencyKeyRow(SQLModel, table=True):
    """The saved answer to one request of one owner. Times in UTC."""

    __tablename__ = "idempotency_keys"

    owner: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    endpoint: str
    fingerprint: str
    status: int
    headers: dict[str, str] = Field(sa_type=JSONB)
    body: bytes
    created_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


def lock(name: str) -> str:
    """SQL that locks a key until the transaction ends, and says whether it was free.

    `name` is SQL for the key's lock name. Advisory locks belong to the whole database, hence the
    schema.
    """
    return f"pg_try_advisory_xact_lock(hashtextextended(current_schema() || {name}, 0))"


KEPT_VALUES: Mapping[str, Any] = {
    "owner": Text,
    "key": Text,
    "endpoint": Text,
    "fingerprint": Text,
    "status": Integer,
    "headers": Text,
    "body": LargeBinary,
    "created_at": DateTime(timezone=True),
}
"""The values of a kept answer and their types; `headers` is the text of JSON."""

_LOCK = Statement(
    text(f"""
SELECT {lock("name")} AS locked
FROM unnest(:names) WITH ORDINALITY AS given (name, place) ORDER BY place
""").bindparams(bindparam("names", type_=ARRAY(Text)))  # noqa: S608 - names from this file alone
)
_SAVED = Statement(
    text("""
SELECT kept.* FROM idempotency_keys AS kept JOIN unnest(:owners, :keys) AS given (owner, key)
USING (owner, key)
""").bindparams(bindparam("owners", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text)))
)
KEEP = f"""
INSERT INTO idempotency_keys ({", ".join(KEPT_VALUES)})
SELECT {", ".join(KEPT_VALUES).replace("headers", "CAST(headers AS jsonb)")} FROM """  # noqa: S608
"""SQL that keeps answers, but for the relation that has them."""

_INSERT = Statement(
    text(
        f"{KEEP} unnest({', '.join(f':{name}' for name in KEPT_VALUES)})"
        f" AS made ({', '.join(KEPT_VALUES)})"
    ).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in KEPT_VALUES.items()))
)


@dataclass(frozen=True)
class Answer:
    """What the work answers with, once its transaction has committed."""

    status: int
    body: BaseModel | Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


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
    async with database.transaction() as session:
        (known,) = await enter(session, [tried])
        if isinstance(known, Exception):
            raise known
        if known is not None:
            return known
        answer = await work(session)
        (response,) = await save(session, [(tried, answer)])
    return response


async def enter(
    session: AsyncSession, tried: Sequence[Attempt]
) -> list[Response | errors.Refused | None]:
    """Of each attempt: the answer saved for its key, why it may not be done, or None: do it.

    The keys are held until the transaction ends, so a crash frees them. What is saved is read by
    a statement of its own after the locks: it sees what their last holders committed.
    """
    names = [each.lock_name for each in tried]
    locks = await _LOCK.run(session, {"names": names})
    asked = {"owners": [each.owner for each in tried], "keys": [each.key for each in tried]}
    saved = {(row["owner"], row["key"]): row for row in await _SAVED.run(session, asked)}
    seen: set[str] = set()
    known: list[Response | errors.Refused | None] = []
    for each, name, lock in zip(tried, names, locks, strict=True):
        free = lock["locked"] and name not in seen
        seen.add(name)
        known.append(_known(each, saved.get((each.owner, each.key)), free=free))
    return known


def _known(tried: Attempt, saved: Row | None, *, free: bool) -> Response | errors.Refused | None:
    if not free:
        return refusals.IdempotencyKeyInFlight(key=tried.key)
    if saved is None:
        return None
    if (saved["endpoint"], saved["fingerprint"]) != (tried.endpoint, tried.fingerprint):
        return refusals.IdempotencyKeyReused(key=tried.key)
    return _replay(saved)


async def save(session: AsyncSession, done: Sequence[tuple[Attempt, Answer]]) -> list[Response]:
    """Keep the answers with their keys, in the transaction of the effects."""
    rows = [kept(tried, answer) for tried, answer in done]
    await _INSERT.run(session, {name: [row[name] for row in rows] for name in KEPT_VALUES})
    return [response(answer, row) for (_, answer), row in zip(done, rows, strict=True)]


def kept(tried: Attempt, answer: Answer) -> dict[str, Any]:
    """The values of an answer that is kept, by their names in `KEPT_VALUES`."""
    return {
        "owner": tried.owner,
        "key": tried.key,
        "endpoint": tried.endpoint,
        "fingerprint": tried.fingerprint,
        "status": answer.status,
        "headers": json.dumps(dict(answer.headers)),
        "body": to_json(answer.body, by_alias=True),
        "created_at": tried.now,
    }


def response(answer: Answer, values: Mapping[str, Any]) -> Response:
    """The answer as it is sent the first time; `values` are what is kept of it."""
    return Response(values["body"], answer.status, dict(answer.headers), "application/json")


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
