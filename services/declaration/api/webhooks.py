"""Webhooks over HTTP: where a broker wants to be told; it proves that it is at home there."""

import secrets as randomness
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration.api.filings import Ask, Asked, Broker, InKit
from services.declaration.api.webhook_models import (
    TriedOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookOut,
)
from services.declaration.webhooks import addresses, deliveries, proving, signing, store
from services.declaration.webhooks.posting import Poster
from services.declaration.webhooks.store import Status
from services.declaration.webhooks.turns import Turns
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.paging import Page

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


async def poster_of(request: Request) -> Poster:
    """What posts to endpoints."""
    poster: Poster = request.app.state.poster
    return poster


async def turns_of(request: Request) -> Turns:
    """Whose turn it is to have an endpoint asked."""
    turns: Turns = request.app.state.turns
    return turns


ASKED_AT_ONCE = 2
"""Endpoints of one company that its requests may keep asked at the same time."""
InPoster = Annotated[Poster, Depends(poster_of)]
InTurns = Annotated[Turns, Depends(turns_of)]


@router.post("", status_code=201, response_model=WebhookOut, dependencies=[idempotency.KEYED])
async def create(
    ask: Ask, poster: InPoster, form: Annotated[WebhookIn, json_body(WebhookIn)]
) -> Response:
    """Be told of every receipt from now on.

    The endpoint is sent a signed challenge at once and must answer with it:
    `{"challenge": "…"}`. The secret is told by this answer alone: sent again, the request is
    answered without it. Bring your own, or have a new one made (`rotate`), if it was lost.
    """
    addresses.check(form.url, allowed=poster.allowed)
    secret = form.secret or signing.new_secret(randomness.token_bytes)
    known = await _known(ask)
    if known is not None:
        return known
    await _proven(ask, poster, form.url, [secret])

    async def work(session: AsyncSession) -> Answer:
        row = await store.add(
            session,
            webhook_id=ask.kit.ids(),
            url=form.url,
            secret=secret,
            of=(ask.who.organisation, ask.who.subject),
            now=ask.now.wall,
        )
        path = ask.request.scope["path"].rstrip("/")
        return _told_once(201, row, secret, {"Location": f"{path}/{row['id']}"})

    return await ask.answer(work)


@router.get("")
async def list_webhooks(kit: InKit, who: Broker) -> Page[WebhookOut]:
    """The company's webhooks, the oldest first; there are ten at most."""
    async with kit.database.connect() as connection:
        rows = await store.of_broker(connection, who.organisation)
    return Page(items=[WebhookOut.of(row) for row in rows])


@router.get("/{webhook_id}")
async def read(webhook_id: UUID, kit: InKit, who: Broker) -> WebhookOut:
    """One webhook."""
    async with kit.database.connect() as connection:
        return WebhookOut.of(await store.get(connection, webhook_id, broker=who.organisation))


@router.patch("/{webhook_id}", response_model=WebhookOut, dependencies=[idempotency.KEYED])
async def change(
    webhook_id: UUID,
    ask: Ask,
    poster: InPoster,
    form: Annotated[WebhookChangeIn, json_body(WebhookChangeIn)],
) -> Response:
    """Move, pause or resume it; where notices will go, the endpoint is challenged first.

    While it is paused no notices are made: read the feed for what came meanwhile. What was under
    way before is tried for a day from the move or the resumption on.
    """
    known = await _known(ask)
    if known is not None:
        return known
    async with ask.kit.database.connect() as connection:
        before = await store.get(connection, webhook_id, broker=ask.who.organisation)
    url = form.url or before["url"]
    if form.url is not None or form.status == "active":
        addresses.check(url, allowed=poster.allowed)
        await _proven(ask, poster, url, store.secrets(before, now=ask.now.wall))

    async def work(session: AsyncSession) -> Answer:
        found = await store.get(session, webhook_id, broker=ask.who.organisation, lock=True)
        status = form.status or found["status"]
        reason = found["reason"] if status == Status.DISABLED else None
        row = await store.change(
            session,
            webhook_id,
            url=form.url or found["url"],
            status=status,
            reason=reason,
            changed_at=ask.now.wall,
            **(store.WELL if form.url or form.status else {}),
        )
        if form.url or form.status == "active":
            await deliveries.afresh(session, webhook_id, now=ask.now.wall)
        return Answer(200, WebhookOut.of(row))

    return await ask.answer(work)


@router.delete("/{webhook_id}", response_model=WebhookOut, dependencies=[idempotency.KEYED])
async def remove(webhook_id: UUID, ask: Ask) -> Response:
    """Be told there no more; notices that it has not got are forgotten."""

    async def work(session: AsyncSession) -> Answer:
        row = await store.remove(session, webhook_id, broker=ask.who.organisation)
        return Answer(200, WebhookOut.of(row))

    return await ask.answer(work)


@router.post("/{webhook_id}/rotate", response_model=WebhookOut, dependencies=[idempotency.KEYED])
async def rotate(webhook_id: UUID, ask: Ask) -> Response:
    """Get a new secret. For 24 hours notices are signed with the old one as well."""
    secret = signing.new_secret(randomness.token_bytes)

    async def work(session: AsyncSession) -> Answer:
        row = await store.rotate(
            session, webhook_id, broker=ask.who.organisation, secret=secret, now=ask.now.wall
        )
        return _told_once(200, row, secret)

    return await ask.answer(work)


@router.post("/{webhook_id}/test")
async def test(
    webhook_id: UUID, kit: InKit, who: Broker, poster: InPoster, turns: InTurns
) -> TriedOut:
    """Send a signed `webhook.test` now and tell what the endpoint answered. Nothing is kept."""
    async with kit.database.connect() as connection:
        row = await store.get(connection, webhook_id, broker=who.organisation)
    async with turns.of(who.organisation):
        now = kit.clock.wall()
        secrets = store.secrets(row, now=now)
        answered = await proving.test(poster, row["url"], secrets=secrets, ids=kit.ids, now=now)
    return TriedOut(delivered=answered.error is None, status=answered.status, error=answered.error)


def _told_once(
    status: int, row: RowMapping, secret: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """An answer with a secret, which is not kept with the request's key."""
    told = WebhookOut.of(row, secret=secret)
    return Answer(status, told, headers or {}, kept=WebhookOut.of(row))


async def _proven(ask: Asked, poster: Poster, url: str, secrets: list[str]) -> None:
    turns: Turns = ask.request.app.state.turns
    async with turns.of(ask.who.organisation):
        await proving.challenge(
            poster,
            url,
            secrets=secrets,
            random=randomness.token_bytes,
            ids=ask.kit.ids,
            now=ask.kit.clock.wall(),
        )


async def _known(ask: Asked) -> Response | None:
    """The answer that is kept for the request's key: then no endpoint is asked again."""
    tried = await idempotency.attempt(ask.request, owner=ask.who.office, now=ask.now.wall)
    async with ask.kit.database.transaction() as session:
        (known,) = await idempotency.enter(session, [tried])
    if isinstance(known, Exception):
        raise known
    return known
