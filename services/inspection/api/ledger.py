"""The tree over all cases: its checkpoints, the agencies' signatures, and proofs."""

import base64
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import keys, ledger, queries
from services.inspection.api.editions import Supervisor, Zone
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.signing import Signature as SignatureText
from services.inspection.domain import checkpoints, merkle, signing
from services.inspection.domain.checkpoints import Checkpoint, Leaf, Signature
from services.inspection.domain.records import Actor
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import StrictModel
from shared.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page

Number = Annotated[int, Path(ge=1, lt=2**31)]
COUNT: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**62)])

router = APIRouter(prefix="/v1", tags=["ledger"])


class CutIn(StrictModel):
    """Nothing more to say: the tree as it is now."""


class SignIn(StrictModel):
    """The signature of the checkpoint's `text` (Ed25519, base64), by a registered key of yours."""

    key_id: UUID
    signature: SignatureText


class CheckpointOut(BaseModel):
    """A checkpoint: `text` is what is signed, `note` is it with its signatures (C2SP signed note).

    `signatures`: by agency, with the public key (raw, base64).
    """

    number: int
    day: date
    size: int
    root: str
    text: str
    note: str
    signatures: dict[str, str]


class LeafOut(BaseModel):
    """A leaf: how far a case's chain had come. `hash` is that of the record `seq`."""

    index: int
    case_id: UUID
    seq: int
    hash: str


class InclusionOut(BaseModel):
    """Proof that a case's records up to `leaf.seq` are under a checkpoint (RFC 9162, 2.1.3)."""

    checkpoint: int
    size: int
    root: str
    leaf: LeafOut
    path: list[str]


class ConsistencyOut(BaseModel):
    """Proof that one checkpoint's tree grew from another one's (RFC 9162, 2.1.4)."""

    first: int
    second: int
    path: list[str]


@router.post("/checkpoints", response_model=CheckpointOut, status_code=201, dependencies=[KEYED])
async def make_checkpoint(
    request: Request,
    who: Supervisor,
    kit: TheKit,
    zone: Zone,
    _: Annotated[CutIn, json_body(CutIn)],
) -> Response:
    """Make a checkpoint now. One is made by itself after each day with something recorded."""
    now = kit.clock.wall()
    day = kit.clock.yard().astimezone(zone).date()

    async def work(session: AsyncSession) -> Answer:
        return Answer(201, _checkpoint(await ledger.cut(session, day=day, now=now), []))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


@router.get("/checkpoints")
async def list_checkpoints(
    _: Inspector, kit: TheKit, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CheckpointOut]:
    """Every checkpoint, from the first."""
    after = decode_cursor(cursor, COUNT) or 0
    async with kit.database.connect() as connection:
        found = await ledger.every(connection, after=after, limit=limit + 1)
        signed = await ledger.signatures(connection, [each.number for each in found])
    some = page(found, limit=limit, key=lambda each: each.number)
    items = [_checkpoint(each, signed[each.number]) for each in some.items]
    return Page(items=items, next=some.next)


@router.post("/checkpoints/{number}/signatures", response_model=CheckpointOut, dependencies=[KEYED])
async def sign_checkpoint(
    number: Number,
    request: Request,
    who: Supervisor,
    kit: TheKit,
    body: Annotated[SignIn, json_body(SignIn)],
) -> Response:
    """Sign a checkpoint for your agency, once."""
    now = kit.clock.wall()
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)

    async def work(session: AsyncSession) -> Answer:
        found = await ledger.checkpoint(session, number)
        key = await keys.usable(session, body.key_id, who=actor)
        signing.verify(key.public, body.signature, found.text.encode())
        signed = Signature(key.agency, key.public, body.signature)
        await ledger.sign(session, number, signed, now=now)
        every = await ledger.signatures(session, [number])
        return Answer(200, _checkpoint(found, every[number]))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


@router.get("/ledger/leaves")
async def list_leaves(
    _: Inspector, kit: TheKit, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[LeafOut]:
    """The leaves of the tree, from the first."""
    after = decode_cursor(cursor, COUNT)
    async with kit.database.connect() as connection:
        found = await ledger.leaves(
            connection, after=-1 if after is None else after, limit=limit + 1
        )
    some = page(found, limit=limit, key=lambda leaf: leaf.index)
    return Page(items=[_leaf(each) for each in some.items], next=some.next)


@router.get("/cases/{case_id}/proof")
async def prove_inclusion(
    case_id: UUID,
    _: Inspector,
    kit: TheKit,
    checkpoint: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> InclusionOut:
    """Proof that the case's records are under a checkpoint, the newest unless it is named."""
    async with kit.database.connect() as connection:
        await queries.case(connection, case_id)
        found = await ledger.named(connection, checkpoint)
        leaf = await ledger.leaf_of(connection, case_id, within=found)
        path = await ledger.hashes(connection, merkle.inclusion(leaf.index, (0, found.size)))
    return InclusionOut(
        checkpoint=found.number,
        size=found.size,
        root=_text(found.root),
        leaf=_leaf(leaf),
        path=[_text(each) for each in path],
    )


@router.get("/ledger/consistency")
async def prove_consistency(
    _: Inspector,
    kit: TheKit,
    first: Annotated[int, Query(ge=1, lt=2**31)] = 1,
    second: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> ConsistencyOut:
    """Proof that one checkpoint's tree, the newest's unless told, grew from an earlier one's."""
    async with kit.database.connect() as connection:
        before = await ledger.checkpoint(connection, first)
        after = await ledger.named(connection, second)
        path = await ledger.hashes(connection, merkle.consistency(before.size, after.size))
    return ConsistencyOut(first=first, second=after.number, path=[_text(each) for each in path])


def _text(hashed: bytes) -> str:
    return base64.b64encode(hashed).decode()


def _leaf(leaf: Leaf) -> LeafOut:
    return LeafOut(index=leaf.index, case_id=leaf.case_id, seq=leaf.seq, hash=leaf.hash)


def _checkpoint(checkpoint: Checkpoint, signed: list[Signature]) -> CheckpointOut:
    return CheckpointOut(
        number=checkpoint.number,
        day=checkpoint.day,
        size=checkpoint.size,
        root=_text(checkpoint.root),
        text=checkpoint.text,
        note=checkpoints.note(checkpoint, signed),
        signatures={each.agency: each.public for each in signed},
    )
