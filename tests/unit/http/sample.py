"""A small application with every part of the kit, for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import httpx
from fastapi import APIRouter, FastAPI, Request
from pydantic import Field, TypeAdapter
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from shared import errors
from shared.http import app, idempotency, limits, model, paging, query
from shared.http.body import json_body

JSON = {"Content-Type": "application/json"}


class SampleTaken(errors.Conflict):
    """Another consignment already holds this bay at that time."""

    zh = "该查验位在此时段已被另一票货物占用。"
    mend = "Choose another slot."
    mend_zh = "请另选时段。"


class Direction(StrEnum):
    IMPORT = "import"
    EXPORT = "export"


class Line(model.StrictModel):
    hs_code: Annotated[str, model.Text(max=10, pattern="[0-9]{8}")]
    price: model.Money = Decimal(0)


class Bulk(model.StrictModel):
    kind: Annotated[str, model.Text(max=10)] = "bulk"
    tonnes: model.Quantity


class Boxed(model.StrictModel):
    kind: Annotated[str, model.Text(max=10)] = "boxed"
    count: int = Field(ge=1)


class Filing(model.StrictModel):
    name: Annotated[str, model.Text(max=20)]
    weight: model.Kilograms | None = None
    boxes: int | None = None
    arrival: model.Instant | None = None
    direction: Direction | None = None
    owner: UUID | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=3)] = ()
    packing: Bulk | Boxed | None = None
    notes: dict[str, Any] | None = None


KEY = TypeAdapter(tuple[datetime, UUID])
router = APIRouter()


@router.post("/filings", status_code=201, dependencies=[idempotency.KEYED])
async def file(draft: Annotated[Filing, json_body(Filing)]) -> Filing:
    return draft


@router.post("/confirmations")
async def confirm() -> dict[str, str]:
    return {"status": "confirmed"}


@router.get("/filings")
async def listed(limit: paging.Limit = 50, cursor: paging.Cursor = None) -> dict[str, Any]:
    after = paging.decode_cursor(cursor, KEY)
    return {"limit": limit, "after": after}


@router.get("/filings/{number}")
async def one(number: int) -> dict[str, int]:
    return {"number": number}


class FindIn(query.Parameters):
    since: model.Day | None = Field(default=None, description="From this day on.")
    boxes: int = Field(default=1, ge=1)
    kind: Literal["bulk", "boxed"] | None = None


@router.get("/found")
async def found(asked: Annotated[FindIn, query.query_of(FindIn)]) -> dict[str, Any]:
    return asked.model_dump()


@router.get("/slow")
async def slow(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/broken-stream")
async def broken_stream() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(0)
        raise RuntimeError("secret")

    return StreamingResponse(chunks())


def _database(cause: Exception) -> exc.DBAPIError:
    failed = exc.DBAPIError("SELECT secret", None, cause)
    failed.__cause__ = cause
    return failed


FAILURES: dict[str, Exception] = {
    "taken": SampleTaken(pointer="/slot", bay="A7", since=datetime(2026, 7, 1, tzinfo=UTC)),
    "bug": RuntimeError("password=secret"),
    "refused-connection": ConnectionRefusedError("10.0.0.7"),
    "all-addresses": OSError("Multiple exceptions: secret"),
    "missing-file": FileNotFoundError("/etc/secret"),
    "pool": exc.TimeoutError("QueuePool limit secret"),
    "operational": exc.OperationalError("SELECT secret", None, Exception()),
    "interface": exc.InterfaceError("SELECT secret", None, Exception()),
    "shutdown": _database(asyncpg.AdminShutdownError("secret")),
    "lost": _database(asyncpg.ConnectionDoesNotExistError("secret")),
    "too-many": _database(asyncpg.TooManyConnectionsError("secret")),
    "full": _database(asyncpg.DiskFullError("secret")),
    "no-space": OSError(28, "No space left on device"),
    "deadlock": _database(asyncpg.DeadlockDetectedError("secret")),
    "unique": _database(asyncpg.UniqueViolationError("secret")),
    "unauthenticated": HTTPException(401, headers={"WWW-Authenticate": "Bearer"}),
    "teapot": HTTPException(418, detail="secret"),
    "gateway": HTTPException(502, detail="secret"),
}


@router.get("/fails/{kind}")
async def fails(kind: str) -> None:
    raise FAILURES[kind]


def create(caps: limits.Caps | None = None) -> FastAPI:
    return app.create("Sample", version="1", routers=[router], caps=caps)


def client(api: FastAPI | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(api or create())
    return httpx.AsyncClient(transport=transport, base_url="http://test")
