"""Officers' keys, and the sign-off of a completed case by each agency that inspected."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, keys, queries
from services.inspection.api import views
from services.inspection.api.acting import Acting, Ask, Officer
from services.inspection.api.editions import Supervisor
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.domain import signing, standing
from services.inspection.domain.case import Case
from services.inspection.domain.records import Actor
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Agency
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import StrictModel, Text
from shared.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page

PublicKey = Annotated[str, Text(min=44, max=44, pattern=r"[A-Za-z0-9+/]{43}=")]
Signature = Annotated[str, Text(min=88, max=88, pattern=r"[A-Za-z0-9+/]{86}==")]
Signer = Annotated[Principal, allowed(Role.OFFICER, Role.SUPERVISOR)]
KEY_ID: TypeAdapter[UUID] = TypeAdapter(UUID)

router = APIRouter(prefix="/v1", tags=["sign-off"])


class RegisterIn(StrictModel):
    """An Ed25519 public key (32 bytes in base64), and a signature by it.

    Signed is the RFC 8785 JSON of `{"purpose": "onestop.officer.key.v1", "public_key", "agency",
    "officer"}`, `officer` being the token's subject.
    """

    public_key: PublicKey
    proof: Signature


class RevokeIn(StrictModel):
    """Nothing more to say: the key counts no more from now on."""


class KeyOut(BaseModel):
    """An officer's public key (wall clock). What was signed while it counted stays signed.

    `proof` is the signature that it was registered with; keys of before have none.
    """

    id: UUID
    subject: str
    agency: str
    public_key: str = Field(validation_alias="public")
    registered_at: datetime
    revoked_at: datetime | None
    proof: str | None = None


class StatementOut(BaseModel):
    """What the caller signs: the UTF-8 bytes of `statement`, which name the record `seq`."""

    seq: int
    statement: str
    signed: dict[str, bool]


class SignIn(StrictModel):
    """The signature of the statement (Ed25519, base64), with which key, of which record."""

    seq: Annotated[int, Field(ge=1, lt=2**31)]
    key_id: UUID
    signature: Signature


@router.post("/keys", response_model=KeyOut, status_code=201, dependencies=[KEYED])
async def register_key(
    request: Request,
    who: Signer,
    kit: TheKit,
    body: Annotated[RegisterIn, json_body(RegisterIn)],
) -> Response:
    """Register a key of your own: officers sign cases with it, supervisors checkpoints."""
    now = kit.clock.wall()

    async def work(session: AsyncSession) -> Answer:
        key = await keys.register(
            session, body.public_key, proof=body.proof, who=_actor(who), key_id=kit.ids(), now=now
        )
        return Answer(201, _key(key))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


@router.post("/keys/{key_id}/revoke", response_model=KeyOut, dependencies=[KEYED])
async def revoke_key(
    key_id: UUID,
    request: Request,
    who: Supervisor,
    kit: TheKit,
    _: Annotated[RevokeIn, json_body(RevokeIn)],
) -> Response:
    """A key of your agency was lost, or its officer left: it counts no more."""
    now = kit.clock.wall()

    async def work(session: AsyncSession) -> Answer:
        key = await keys.revoke(session, key_id, agency=who.agency or "", now=now)
        return Answer(200, _key(key))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


@router.get("/keys")
async def list_keys(
    _: Inspector,
    kit: TheKit,
    agency: Agency | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[KeyOut]:
    """Every key that was ever registered, so that anybody can verify what was signed."""
    after = decode_cursor(cursor, KEY_ID)
    async with kit.database.connect() as connection:
        found = await keys.every(connection, agency=agency, after=after, limit=limit + 1)
    some = page(found, limit=limit, key=lambda key: key.id)
    return Page(items=[_key(each) for each in some.items], next=some.next)


@router.get("/cases/{case_id}/sign-off")
async def read_statement(case_id: UUID, who: Officer, kit: TheKit) -> StatementOut:
    """What you would sign of this case now."""
    actor = _actor(who)
    async with kit.database.connect() as connection:
        case = await queries.case(connection, case_id)
        standing.needed_section(case, actor)
        end = await commands.signable(connection, case)
    return StatementOut(
        seq=end.seq,
        statement=signing.statement(case_id, end, who=actor).decode(),
        signed={each.agency: each.signed is not None for each in case.needed},
    )


@router.post("/cases/{case_id}/sign-off", response_model=views.CaseOut, dependencies=[KEYED])
async def sign_off(ask: Ask, who: Officer, body: Annotated[SignIn, json_body(SignIn)]) -> Response:
    """Sign the completed case for your agency; with the last agency's it is signed off."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await commands.sign_off(
            session,
            ask.case_id,
            seq=body.seq,
            key_id=body.key_id,
            signature=body.signature,
            **acting,
        )

    return await ask.keep(who, work)


def _actor(who: Principal) -> Actor:
    return Actor(subject=who.subject, role=who.role.value, agency=who.agency)


def _key(key: signing.Key) -> KeyOut:
    return KeyOut.model_validate(key, from_attributes=True)
