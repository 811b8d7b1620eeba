"""`Idempotency-Key`: the same request sent twice takes effect once and is answered the same.

After draft-ietf-httpapi-idempotency-key-header. Effect, saved answer and key commit in one
transaction. Only a done request is saved: a refused one leaves nothing, so that the mended body
may be sent with the same key or a new one. Bodies are compared byte by byte.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import CursorResult, DateTime, Text, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database import Database, table_of
from shared.http import refusals
from shared.prepared import Row, Statement

KEPT = timedelta(days=30)
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')  # RFC 8941, section 3.3.3
_BARE = re.compile(r"[!#-+\--~]+")


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


_keys = table_of(IdempotencyKeyRow)
_name = func.concat(func.current_schema(), bindparam("name", type_=Text))
_LOCK = Statement(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(_name, 0)).label("locked"))
)
_SAVED = Statement(
    select(_keys).where(
        _keys.c.owner == bindparam("owner", type_=Text), _keys.c.key == bindparam("key", type_=Text)
    )
)
_INSERT = Statement(insert(_keys), columns=_keys.columns.keys())


@dataclass(frozen=True)
class Answer:
    """What the work answers with, once its transaction has committed."""

    status: int
    body: BaseModel | Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[AsyncSession], Awaitable[Answer]]


async def once(
    request: Request, *, database: Database, owner: str, now: datetime, work: Work
) -> Response:
    """Run `work` in a transaction, or repeat the answer saved for this key.

    `owner` is whose key it is: two owners may use the same one. `work` must not commit. Raises
    `IdempotencyKeyMissing` or `...Malformed` (400), `...InFlight` (409), `...Reused` (422), and
    whatever `work` raises, which rolls everything back and frees the key.
    """
    key = key_of(request)
    endpoint = f"{request.method} {request.url.path}?{request.url.query}"
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    async with database.transaction() as session:
        await _lock(session, owner=owner, key=key)
        saved = await _saved(session, owner=owner, key=key)
        if saved is not None:
            if (saved["endpoint"], saved["fingerprint"]) != (endpoint, fingerprint):
                raise refusals.IdempotencyKeyReused(key=key)
            return _replay(saved)
        answer = await work(session)
        made = {
            "owner": owner,
            "key": key,
            "endpoint": endpoint,
            "fingerprint": fingerprint,
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": _json(answer.body),
            "created_at": now,
        }
        await _INSERT.run(session, made)
    return _response(made)


def key_of(request: Request) -> str:
    """The request's key, quoted (a structured-field string) or bare."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        raise refusals.IdempotencyKeyMissing
    text = given[0].strip()
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(given) > 1 or not 1 <= len(key) <= 255 or not (quoted or _BARE.fullmatch(key)):
        raise refusals.IdempotencyKeyMalformed
    return key


async def sweep(session: AsyncSession, *, now: datetime) -> int:
    """Delete the keys older than 30 days; how many there were."""
    old = delete(IdempotencyKeyRow).where(col(IdempotencyKeyRow.created_at) < now - KEPT)
    result = await session.execute(old)
    return result.rowcount if isinstance(result, CursorResult) else 0


async def _documented(
    _key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=600)] = None,
) -> None:
    """Puts the header into the OpenAPI document; `once` reads and checks it."""


KEYED = Depends(_documented)
"""For a route's `dependencies=[...]`: its OpenAPI operation names the header."""


async def _lock(session: AsyncSession, *, owner: str, key: str) -> None:
    """Held until the transaction ends, so a crash frees it. Raises `IdempotencyKeyInFlight`.

    Advisory locks belong to the whole database, hence the schema in the name.
    """
    name = json.dumps(["idempotency", owner, key])
    (found,) = await _LOCK.run(session, {"name": name})
    if not found["locked"]:
        raise refusals.IdempotencyKeyInFlight(key=key)


async def _saved(session: AsyncSession, *, owner: str, key: str) -> Row | None:
    """A statement of its own after the lock: it sees what the lock's last holder committed."""
    found = await _SAVED.run(session, {"owner": owner, "key": key})
    return found[0] if found else None


def _json(body: BaseModel | Mapping[str, Any]) -> bytes:
    return to_json(body, by_alias=True)


def _replay(saved: Row) -> Response:
    response = _response(saved)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _response(row: Row) -> Response:
    return Response(row["body"], row["status"], row["headers"], "application/json")
