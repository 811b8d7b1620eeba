"""What an operator sees and does: what is pending, dead letters, parked events, invariants."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Instant, StrictModel, Text
from shared.kit import Kit, kit_of
from shared.messaging import dead_letters, inbox, outbox, pending

Check = Callable[[AsyncConnection], Awaitable[list[str]]]

Reader = Annotated[Principal, allowed(Role.SERVICE, Role.AUDITOR)]
Operator = Annotated[Principal, allowed(Role.SERVICE)]
TheKit = Annotated[Kit, Depends(kit_of)]


class Reason(StrictModel):
    """Why an operator does this."""

    reason: Annotated[str, Text(max=500)]


class Range(StrictModel):
    """Which published events to send again; wall time, inclusive. All fields left out: all."""

    since: Instant | None = None
    until: Instant | None = None
    aggregate_id: UUID | None = None


class DeadLetter(BaseModel):
    """A message that could not be applied."""

    id: UUID
    consumer: str
    message: str
    type: str | None
    reason: str
    deliveries: int
    first_at: datetime
    last_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    payload: str | None = None


class DeadLetters(BaseModel):
    """Some dead letters; `next` is the id to give as `after`."""

    items: list[DeadLetter]
    next: UUID | None


class Verification(BaseModel):
    """Each invariant of the service with what breaks it (nothing, where it holds)."""

    checks: dict[str, list[str]]
    broken: list[str]


def router(
    *, handlers: inbox.Handlers, checks: Mapping[str, Check], producers: Sequence[str]
) -> APIRouter:
    """The operator's routes of one service."""
    ops = APIRouter(prefix="/v1/ops", tags=["operations"])
    _seeing(ops, checks=checks, producers=producers)
    _reading(ops)
    _redriving(ops, handlers=handlers)
    _dropping(ops)
    _sending(ops)
    return ops


def _seeing(ops: APIRouter, *, checks: Mapping[str, Check], producers: Sequence[str]) -> None:
    @ops.get("/pending")
    async def read_pending(who: Reader, kit: TheKit) -> pending.Pending:
        """Events that wait in the outbox, are not yet handled, or are dead letters."""
        return await pending.count(kit, producers=producers)

    @ops.get("/verify")
    async def verify(who: Reader, kit: TheKit) -> Verification:
        """Every invariant, checked now."""
        found: dict[str, list[str]] = {}
        async with kit.database.connect() as connection:
            for name, check in checks.items():
                found[name] = await check(connection)
        return Verification(
            checks=found,
            broken=[f"{name}: {each}" for name, all_ in found.items() for each in all_],
        )


def _reading(ops: APIRouter) -> None:
    @ops.get("/dead-letters")
    async def list_dead_letters(
        who: Reader,
        kit: TheKit,
        state: Annotated[str | None, Query(pattern="^(open|redriven|dropped)$")] = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeadLetters:
        """Dead letters in the order they came."""
        async with kit.database.connect() as connection:
            rows = await dead_letters.listing(connection, state=state, after=after, limit=limit)
        items = [DeadLetter.model_validate(row) for row in rows]
        return DeadLetters(items=items, next=items[-1].id if len(items) == limit else None)

    @ops.get("/dead-letters/{letter_id}")
    async def show_dead_letter(letter_id: UUID, who: Reader, kit: TheKit) -> DeadLetter:
        """One dead letter with its payload."""
        async with kit.database.connect() as connection:
            return DeadLetter.model_validate(await dead_letters.show(connection, letter_id))

    @ops.get("/parked")
    async def list_parked(who: Reader, kit: TheKit) -> list[dict[str, Any]]:
        """Events that could not be published, each with its reason."""
        async with kit.database.connect() as connection:
            return await outbox.parked(connection)


async def _once(request: Request, who: Principal, kit: Kit, work: idempotency.Work) -> Response:
    return await idempotency.once(
        request,
        database=kit.database,
        owner=who.organisation,
        now=kit.clock.wall(),
        work=work,
    )


def _redriving(ops: APIRouter, *, handlers: inbox.Handlers) -> None:
    @ops.post(
        "/dead-letters/{letter_id}/redrive",
        response_model=DeadLetter,
        dependencies=[idempotency.KEYED],
    )
    async def redrive(request: Request, letter_id: UUID, who: Operator, kit: TheKit) -> Response:
        """Apply a dead letter now, after its cause is mended."""

        async def work(session: AsyncSession) -> Answer:
            now = kit.clock.wall()
            await dead_letters.redrive(
                session, letter_id, handlers=handlers, by=who.subject, now=now
            )
            letter = await dead_letters.show(session, letter_id)
            return Answer(200, DeadLetter.model_validate(letter))

        return await _once(request, who, kit, work)


def _dropping(ops: APIRouter) -> None:
    @ops.post(
        "/dead-letters/{letter_id}/drop",
        response_model=DeadLetter,
        dependencies=[idempotency.KEYED],
    )
    async def drop(
        request: Request,
        letter_id: UUID,
        who: Operator,
        kit: TheKit,
        why: Annotated[Reason, json_body(Reason)],
    ) -> Response:
        """Give a dead letter up, with a reason; its aggregate's later events go on."""

        async def work(session: AsyncSession) -> Answer:
            now = kit.clock.wall()
            await dead_letters.drop(session, letter_id, by=who.subject, note=why.reason, now=now)
            letter = await dead_letters.show(session, letter_id)
            return Answer(200, DeadLetter.model_validate(letter))

        return await _once(request, who, kit, work)


def _sending(ops: APIRouter) -> None:
    @ops.post("/outbox/re-emit", dependencies=[idempotency.KEYED])
    async def reemit(
        request: Request, who: Operator, kit: TheKit, which: Annotated[Range, json_body(Range)]
    ) -> Response:
        """Send published events again from PostgreSQL; consumers are indifferent to it."""

        async def work(session: AsyncSession) -> Answer:
            count = await outbox.reemit(
                session, since=which.since, until=which.until, aggregate_id=which.aggregate_id
            )
            return Answer(200, {"events": count})

        return await _once(request, who, kit, work)

    @ops.post(
        "/outbox/{aggregate_id}/unpark",
        response_model=dict[str, int],
        dependencies=[idempotency.KEYED],
    )
    async def unpark(request: Request, aggregate_id: UUID, who: Operator, kit: TheKit) -> Response:
        """Let a parked aggregate be tried again."""

        async def work(session: AsyncSession) -> Answer:
            return Answer(200, {"events": await outbox.unpark(session, aggregate_id)})

        return await _once(request, who, kit, work)
