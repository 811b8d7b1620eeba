"""What an operator does about stuck events; every act is recorded, with who, when and why."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import Instant, StrictModel, Text
from shared.kit import Kit, kit_of
from shared.messaging import acts, dead_letters, outbox, trial
from shared.messaging.acts import Act
from shared.messaging.dead_letters import DeadLetter
from shared.messaging.operated import TheOperated

router = APIRouter(prefix="/v1/ops", tags=["operations"])

AT_ONCE = 100

Reader = Annotated[Principal, allowed(Role.SERVICE, Role.AUDITOR)]
Operator = Annotated[Principal, allowed(Role.SERVICE)]
TheKit = Annotated[Kit, Depends(kit_of)]
Done = tuple[BaseModel, str]
"""What is answered, and what is recorded as the act's result."""


class Reason(StrictModel):
    """Why an operator does this."""

    reason: Annotated[str, Text(max=500)]


class Range(StrictModel):
    """Which published events to send again; wall time, inclusive. All fields left out: all."""

    since: Instant | None = None
    until: Instant | None = None
    aggregate_id: UUID | None = None
    reason: Annotated[str, Text(max=500)] | None = None


class Count(BaseModel):
    """How many events it concerned."""

    events: int


Why = Annotated[Reason, json_body(Reason)]


@dataclass(frozen=True)
class Attempt:
    """An operator's request to do something."""

    request: Request
    who: Principal
    kit: Kit
    act: Act
    subject: str
    reason: str

    async def once(self, work: Callable[[AsyncSession], Awaitable[Done]]) -> Response:
        """Do it once for the request's key, and record it. Raises what `work` raises."""

        async def recorded(session: AsyncSession) -> Answer:
            body, result = await work(session)
            await self._record(session, result=result)
            return Answer(200, body)

        kit = self.kit
        try:
            return await idempotency.once(
                self.request,
                database=kit.database,
                owner=self.who.organisation,
                now=kit.clock.wall(),
                work=recorded,
            )
        except (dead_letters.RedriveFailed, dead_letters.EarlierEventMissing) as refused:
            async with kit.database.transaction() as session:
                await self._record(session, result=f"{refused.code}: {refused.facts['reason']}")
            raise

    async def _record(self, session: AsyncSession, *, result: str) -> None:
        await acts.record(
            session,
            self.act,
            subject=self.subject,
            who=self.who,
            reason=self.reason,
            result=result,
            ids=self.kit.ids,
            now=self.kit.clock.wall(),
        )


@router.post("/dead-letters/{letter_id}/what-if", response_model=trial.WhatIf, dependencies=[KEYED])
async def what_if(
    request: Request,
    letter_id: UUID,
    who: Operator,
    kit: TheKit,
    operated: TheOperated,
    why: Why,
) -> Response:
    """What a redrive would come to now: it is applied and taken back."""

    async def work(session: AsyncSession) -> Done:
        now = kit.clock.wall()
        found = await trial.what_if(session, letter_id, handlers=operated.handlers, now=now)
        return found, found.result

    attempt = Attempt(request, who, kit, Act.WHAT_IF, str(letter_id), why.reason)
    return await attempt.once(work)


@router.post("/dead-letters/{letter_id}/redrive", response_model=DeadLetter, dependencies=[KEYED])
async def redrive(
    request: Request,
    letter_id: UUID,
    who: Operator,
    kit: TheKit,
    operated: TheOperated,
    why: Why,
) -> Response:
    """Apply a dead letter now, after its cause is mended."""

    async def work(session: AsyncSession) -> Done:
        now = kit.clock.wall()
        await dead_letters.redrive(
            session, letter_id, handlers=operated.handlers, by=who.subject, note=why.reason, now=now
        )
        return await _letter(session, letter_id), "redriven"

    attempt = Attempt(request, who, kit, Act.REDRIVE, str(letter_id), why.reason)
    return await attempt.once(work)


@router.post("/dead-letters/redrive", response_model=trial.Redriven, dependencies=[KEYED])
async def redrive_all(
    request: Request, who: Operator, kit: TheKit, operated: TheOperated, why: Why
) -> Response:
    """Apply the oldest open dead letters, at most 100; those that fail stay as they are."""

    async def work(session: AsyncSession) -> Done:
        done = await trial.redrive_all(
            session,
            at_most=AT_ONCE,
            handlers=operated.handlers,
            by=who.subject,
            note=why.reason,
            now=kit.clock.wall(),
        )
        return done, f"redriven {len(done.redriven)}, failed {len(done.failed)}"

    return await Attempt(request, who, kit, Act.REDRIVE_ALL, "all", why.reason).once(work)


@router.post("/dead-letters/{letter_id}/drop", response_model=DeadLetter, dependencies=[KEYED])
async def drop(request: Request, letter_id: UUID, who: Operator, kit: TheKit, why: Why) -> Response:
    """Give a dead letter up, with a reason; its aggregate's later events go on."""

    async def work(session: AsyncSession) -> Done:
        now = kit.clock.wall()
        await dead_letters.drop(session, letter_id, by=who.subject, note=why.reason, now=now)
        return await _letter(session, letter_id), "dropped"

    attempt = Attempt(request, who, kit, Act.DROP, str(letter_id), why.reason)
    return await attempt.once(work)


async def _letter(session: AsyncSession, letter_id: UUID) -> DeadLetter:
    return DeadLetter.model_validate(await dead_letters.show(session, letter_id))


@router.post("/outbox/re-emit", response_model=Count, dependencies=[KEYED])
async def reemit(
    request: Request, who: Operator, kit: TheKit, which: Annotated[Range, json_body(Range)]
) -> Response:
    """Send published events again from PostgreSQL; consumers are indifferent to it."""

    async def work(session: AsyncSession) -> Done:
        count = await outbox.reemit(
            session, since=which.since, until=which.until, aggregate_id=which.aggregate_id
        )
        return Count(events=count), f"events {count}"

    subject = _range(which)
    attempt = Attempt(request, who, kit, Act.RE_EMIT, subject, which.reason or "")
    return await attempt.once(work)


@router.post("/outbox/{aggregate_id}/unpark", response_model=Count, dependencies=[KEYED])
async def unpark(
    request: Request, aggregate_id: UUID, who: Operator, kit: TheKit, why: Why
) -> Response:
    """Let a parked aggregate be tried again."""

    async def work(session: AsyncSession) -> Done:
        count = await outbox.unpark(session, aggregate_id)
        return Count(events=count), f"events {count}"

    attempt = Attempt(request, who, kit, Act.UNPARK, str(aggregate_id), why.reason)
    return await attempt.once(work)


def _range(which: Range) -> str:
    given: dict[str, Any] = which.model_dump(mode="json", exclude={"reason"}, exclude_none=True)
    return " ".join(f"{name}={value}" for name, value in given.items()) or "all"
