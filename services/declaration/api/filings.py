"""Filings over HTTP. Changes commit in the route's body, before it answers."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration import answers, commands, queries, shaping, store
from services.declaration.answers import FilingOut, ReceiptOut
from services.declaration.api import late
from services.declaration.commands import Draft
from services.declaration.domain.filing import Filing
from services.declaration.filer import Filed, Filer
from services.declaration.forms import FilingIn, WithdrawalIn
from services.declaration.settings import Settings
from shared.auth import guard
from shared.auth.principal import Principal, Role
from shared.http import body, etag, idempotency, paging
from shared.http.body import json_body
from shared.http.direct import DirectRoute
from shared.http.idempotency import Answer
from shared.http.paging import After, Limit, Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/filings", tags=["filings"])
hot = APIRouter(prefix="/v1/filings", tags=["filings"], route_class=DirectRoute)
"""The way in by which most come."""

Broker = Annotated[Principal, guard.allowed(Role.BROKER)]
Reader = Annotated[
    Principal,
    guard.allowed(Role.BROKER, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE),
]
InKit = Annotated[Kit, Depends(kit_of)]


@dataclass(frozen=True)
class Asked:
    """Somebody's request for a change, and its moment."""

    request: Request
    kit: Kit
    who: Principal
    now: commands.Now

    async def answer(self, work: idempotency.Work) -> Response:
        """Do the work once for the request's idempotency key."""
        return await idempotency.once(
            self.request,
            database=self.kit.database,
            owner=self.who.office,
            now=self.now.wall,
            work=work,
        )

    def still(self, filing: Filing) -> None:
        """Raises PreconditionFailed if the filing is not as the request's If-Match has it."""
        etag.require(self.request, answers.tag(filing))


async def asked(request: Request, who: Broker) -> Asked:
    """The request that is answered; not the class itself, which would be made in a thread."""
    state = request.app.state
    kit: Kit = state.kit
    settings: Settings = state.settings
    yard = kit.clock.yard()
    now = commands.Now(wall=kit.clock.wall(), yard=yard, day=settings.day_of(yard))
    return Asked(request=request, kit=kit, who=who, now=now)


Ask = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True)
class Declaration:
    """A filing as it was sent, and who asks for what with it."""

    ask: Asked
    draft: FilingIn


@dataclass(frozen=True)
class Declared(body.Body):
    """Reads a filing. Where its shape is wrong, the rules that need nothing of that are told too.

    Raises what `shared.http.body` raises, with their faults beside those of the shape.
    """

    model: type[FilingIn] = FilingIn

    async def __call__(self, request: Request, who: Broker) -> Declaration:
        """The filing. One dependency for all: FastAPI's way to each of them costs a tenth of it."""
        ask = await asked(request, who)
        return Declaration(ask, await self._read(ask))

    async def _read(self, ask: Asked) -> FilingIn:
        raw = await body.raw_json(ask.request)
        organisation = ask.who.organisation
        read = partial(shaping.shaped, self.model, raw, organisation=organisation, now=ask.now)
        return await body.beside(raw, read)


Sent = Annotated[Declaration, Depends(Declared())]


@hot.post("", status_code=201, response_model=FilingOut, dependencies=[idempotency.KEYED])
async def file(sent: Sent) -> Response:
    """File one merged declaration to both agencies; every fault is told at once."""
    ask, organisation = sent.ask, sent.ask.who.organisation
    path = ask.request.scope["path"].rstrip("/")
    wanted = Filed(
        tried=await idempotency.attempt(ask.request, owner=organisation, now=ask.now.wall),
        draft=Draft(sent.draft.content(), who=ask.who, now=ask.now),
        answer=lambda filing: filed(filing, FilingOut.of(filing), path=path),
    )
    filer: Filer = ask.request.app.state.filer
    return await late.answer(await filer.do(wanted), ask.request, reference=sent.draft.reference)


def filed(filing: Filing, told: BaseModel, *, path: str) -> Answer:
    """201: it was filed; `path` is where filings are found."""
    return Answer(201, told, {"Location": f"{path}/{filing.id}", "ETag": answers.tag(filing)})


@router.get("/{filing_id}", response_model=FilingOut, dependencies=[etag.READING])
async def read(filing_id: UUID, request: Request, kit: InKit, who: Reader) -> Response:
    """One filing as it stands; 304 if it is as `If-None-Match` has it."""
    async with kit.database.connect() as connection:
        filing = await seen(connection, filing_id, who)
    return etag.answer(request, answers.tag(filing), FilingOut.of(filing))


@router.post(
    "/{filing_id}/amend",
    status_code=202,
    response_model=FilingOut,
    dependencies=[idempotency.KEYED, etag.CHANGING],
)
async def amend(filing_id: UUID, sent: Sent) -> Response:
    """Ask to replace the content; in force once it is granted."""
    ask = sent.ask

    async def work(session: AsyncSession) -> Answer:
        filing = await commands.amend(
            session,
            filing_id,
            content=sent.draft.content(),
            who=ask.who,
            ids=ask.kit.ids,
            now=ask.now,
            sandbox=ask.kit.sandbox,
            still=ask.still,
        )
        return _asked_for(filing)

    return await ask.answer(work)


@router.post(
    "/{filing_id}/withdraw",
    status_code=202,
    response_model=FilingOut,
    dependencies=[idempotency.KEYED, etag.CHANGING],
)
async def withdraw(
    filing_id: UUID, ask: Ask, form: Annotated[WithdrawalIn, json_body(WithdrawalIn)]
) -> Response:
    """Ask to take the filing back."""

    async def work(session: AsyncSession) -> Answer:
        filing = await commands.withdraw(
            session,
            filing_id,
            reason=form.reason,
            who=ask.who,
            ids=ask.kit.ids,
            now=ask.now,
            still=ask.still,
        )
        return _asked_for(filing)

    return await ask.answer(work)


def _asked_for(filing: Filing) -> Answer:
    """202: a change was asked for."""
    return Answer(202, FilingOut.of(filing), {"ETag": answers.tag(filing)})


@router.get("/{filing_id}/receipts")
async def receipts(
    filing_id: UUID,
    kit: InKit,
    who: Reader,
    after: After = 0,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[ReceiptOut]:
    """What was told of a filing, in order; `next` is the `after` of the page that follows."""
    async with kit.database.connect() as connection:
        await seen(connection, filing_id, who)
        rows = await queries.receipts(connection, filing_id, after=after, limit=limit + 1)
    found = [ReceiptOut.of(row) for row in rows]
    return paging.numbered(found, limit=limit, number=lambda receipt: receipt.sequence)


async def seen(connection: AsyncConnection, filing_id: UUID, who: Principal) -> Filing:
    """A filing as it stands. Raises FilingNotFound unless the caller may see it."""
    filing = await store.get(connection, filing_id)
    guard.own(who, filing.broker, missing=store.FilingNotFound(filing_id=filing_id))
    return filing
