"""Officers' public keys as they are stored: registered by their owner, revoked, never removed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.domain import signing
from services.inspection.domain.records import Actor
from services.inspection.domain.signing import Key
from services.inspection.store import Reader
from services.inspection.tables import KeyRow
from shared import errors
from shared.database import table_of

KEYS = table_of(KeyRow)


class KeyRegistered(errors.Conflict):
    """This key is already registered."""

    zh = "该密钥已登记。"
    mend = "Use it, or make another one."
    mend_zh = "请直接使用，或生成新的密钥。"


async def register(
    session: AsyncSession, public: str, *, proof: str, who: Actor, key_id: UUID, now: datetime
) -> Key:
    """Keep an officer's key, shown to be the officer's own by a signature (`proof`).

    Raises KeyUnfit, SignatureWrong, KeyRegistered.
    """
    signing.verify(public, proof, signing.proof_of_key(public, who=who))
    row = {
        "id": key_id,
        "subject": who.subject,
        "agency": who.agency,
        "public": public,
        "registered_at": now,
        "proof": proof,
    }
    put = insert(KEYS).values(row).on_conflict_do_nothing(index_elements=["public"])
    kept = (await session.execute(put.returning(KEYS))).mappings().first()
    if kept is None:
        raise KeyRegistered
    return _key(kept)


async def revoke(session: AsyncSession, key_id: UUID, *, agency: str, now: datetime) -> Key:
    """A key of the agency counts no more from now on. Raises KeyUnknown."""
    its = KEYS.c
    first = func.coalesce(its.revoked_at, now)
    end = update(KEYS).where(its.id == key_id, its.agency == agency).values(revoked_at=first)
    return _one((await session.execute(end.returning(KEYS))).mappings().first(), key_id)


async def usable(session: AsyncSession, key_id: UUID, *, who: Actor) -> Key:
    """An officer's own key that was not revoked. Raises KeyUnknown."""
    its = KEYS.c
    own = select(KEYS).where(
        its.id == key_id,
        its.subject == who.subject,
        its.agency == who.agency,
        its.revoked_at.is_(None),
    )
    return _one((await session.execute(own.with_for_update())).mappings().first(), key_id)


async def every(reader: Reader, *, agency: str | None, after: UUID | None, limit: int) -> list[Key]:
    """Keys by their ids; of one agency if it is named."""
    its = KEYS.c
    query: Select[Any] = select(KEYS).order_by(its.id).limit(limit)
    if agency is not None:
        query = query.where(its.agency == agency)
    if after is not None:
        query = query.where(its.id > after)
    return [_key(row) for row in (await reader.execute(query)).mappings()]


def _one(row: Mapping[Any, Any] | None, key_id: UUID) -> Key:
    if row is None:
        raise signing.KeyUnknown(key=str(key_id))
    return _key(row)


def _key(row: Mapping[Any, Any]) -> Key:
    return Key(**row)
