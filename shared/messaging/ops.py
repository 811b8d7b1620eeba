"""What an operator sees: what is pending, dead letters, parked events, acts, invariants.

`shared.messaging.mending` holds what an operator does about it. Payloads hold what people
declared: auditors and service accounts, who may read every filing, read them too.
"""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.kit import Kit
from shared.messaging import acts, dead_letters, outbox, pending
from shared.messaging.dead_letters import DeadLetter
from shared.messaging.mending import Reader, TheKit
from shared.messaging.operated import Operated, TheOperated, Verdict

router = APIRouter(prefix="/v1/ops", tags=["operations"])


class DeadLetters(BaseModel):
    """Some dead letters; `next` is the id to give as `after`."""

    items: list[DeadLetter]
    next: UUID | None


class Parked(BaseModel):
    """An event that could not be published; `waiting` counts those of its aggregate, itself too."""

    event_id: UUID
    type: str
    aggregate: str
    aggregate_id: UUID
    parked_at: datetime
    parked_reason: str
    waiting: int


class Acts(BaseModel):
    """Some acts of operators; `next` is the id to give as `after`."""

    items: list[acts.Recorded]
    next: UUID | None


class Verification(BaseModel):
    """Each invariant of the service with what breaks it (nothing, where it holds).

    `told` breaks none, and is to be looked after all the same.
    """

    checks: dict[str, list[str]]
    broken: list[str]
    told: list[str] = []


@router.get("/pending")
async def read_pending(who: Reader, kit: TheKit, operated: TheOperated) -> pending.Pending:
    """Events that wait in the outbox, are not yet handled, or are dead letters."""
    return await pending.count(kit, producers=operated.producers)


@router.get("/verify")
async def verify(who: Reader, kit: TheKit, operated: TheOperated) -> Verification:
    """Every invariant, checked now."""
    running = [
        asyncio.ensure_future(_checked(kit, operated)),
        *(asyncio.ensure_future(look()) for look in operated.passes),
    ]
    try:
        verdicts = await asyncio.gather(*running)
    finally:
        for each in running:
            each.cancel()
    found = {name: all_ for each in verdicts for name, all_ in each.broken.items()}
    told = [each for verdict in verdicts for each in verdict.told]
    return Verification(
        checks=found,
        broken=[f"{name}: {each}" for name, all_ in found.items() for each in all_],
        told=told,
    )


async def _checked(kit: Kit, operated: Operated) -> Verdict:
    """Every single invariant, over one connection."""
    found: dict[str, list[str]] = {}
    async with kit.database.connect() as connection:
        for name, check in operated.checks.items():
            found[name] = await check(connection)
    return Verdict(found)


@router.get("/dead-letters")
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


@router.get("/dead-letters/{letter_id}")
async def show_dead_letter(letter_id: UUID, who: Reader, kit: TheKit) -> DeadLetter:
    """One dead letter with its payload."""
    async with kit.database.connect() as connection:
        return DeadLetter.model_validate(await dead_letters.show(connection, letter_id))


@router.get("/parked")
async def list_parked(who: Reader, kit: TheKit) -> list[Parked]:
    """Events that could not be published, each with its reason."""
    async with kit.database.connect() as connection:
        return [Parked.model_validate(each) for each in await outbox.parked(connection)]


@router.get("/acts")
async def list_acts(
    who: Reader,
    kit: TheKit,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Acts:
    """What operators did, in the order they did it."""
    async with kit.database.connect() as connection:
        items = await acts.listing(connection, after=after, limit=limit)
    return Acts(items=items, next=items[-1].id if len(items) == limit else None)
