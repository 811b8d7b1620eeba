"""The tree over all cases as it is stored: leaves, perfect subtrees, checkpoints, signatures."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as put
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.domain import checkpoints, merkle
from services.inspection.domain.checkpoints import Checkpoint, Leaf, Signature
from services.inspection.domain.merkle import Place, Range
from services.inspection.store import Reader, cases
from services.inspection.tables import CheckpointRow, LeafRow, NodeRow, SignatureRow
from shared.database import table_of

_LEAVES, _NODES = table_of(LeafRow), table_of(NodeRow)
_CHECKPOINTS, _SIGNATURES = table_of(CheckpointRow), table_of(SignatureRow)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('ledger', 0))")


async def cut(session: AsyncSession, *, day: date, now: datetime) -> Checkpoint:
    """Add every case that was recorded in since the last checkpoint, and make another one.

    `now` is wall time. Raises NothingToCheckpoint.
    """
    await session.execute(_ALONE)
    last = await newest(session)
    size = last.size if last else 0
    leaves = await _moved_on(session, size)
    if not leaves:
        raise checkpoints.NothingToCheckpoint
    known = await _known(session, merkle.places((0, size)))
    grown = dict(merkle.grown(size, [each.hashed for each in leaves], known))
    span = (0, size + len(leaves))
    made = Checkpoint(
        number=last.number + 1 if last else 1,
        day=day,
        size=span[1],
        root=merkle.hash_of(span, {**known, **grown}),
    )
    await session.execute(insert(_LEAVES), [_leaf_values(each) for each in leaves])
    nodes = [
        {"level": level, "position": position, "hash": hashed}
        for (level, position), hashed in grown.items()
    ]
    await session.execute(insert(_NODES), nodes)
    row = {"number": made.number, "day": day, "size": made.size, "root": made.root, "made_at": now}
    await session.execute(insert(_CHECKPOINTS).values(row))
    return made


async def _moved_on(session: AsyncSession, size: int) -> list[Leaf]:
    """A leaf for each case that has records beyond its last leaf, to stand from `size` on."""
    its = cases.c
    last = (
        select(_LEAVES.c.case_id, func.max(_LEAVES.c.seq).label("seq"))
        .group_by(_LEAVES.c.case_id)
        .subquery()
    )
    moved = (
        select(its.id, its.head_seq, its.head_hash)
        .outerjoin(last, last.c.case_id == its.id)
        .where(its.head_seq > func.coalesce(last.c.seq, 0))
        .order_by(its.id)
    )
    rows = (await session.execute(moved)).all()
    return [Leaf(size + at, *row) for at, row in enumerate(rows)]


def _leaf_values(leaf: Leaf) -> dict[str, Any]:
    return {"index": leaf.index, "case_id": leaf.case_id, "seq": leaf.seq, "hash": leaf.hash}


async def newest(reader: Reader) -> Checkpoint | None:
    """The last checkpoint, if there is one."""
    last = select(_CHECKPOINTS).order_by(_CHECKPOINTS.c.number.desc()).limit(1)
    row = (await reader.execute(last)).mappings().first()
    return _checkpoint(row) if row else None


async def checkpoint(reader: Reader, number: int) -> Checkpoint:
    """A checkpoint by its number. Raises CheckpointNotFound."""
    one = select(_CHECKPOINTS).where(_CHECKPOINTS.c.number == number)
    row = (await reader.execute(one)).mappings().first()
    if row is None:
        raise checkpoints.CheckpointNotFound(number=number)
    return _checkpoint(row)


async def newest_signed(reader: Reader, agencies: Iterable[str]) -> Checkpoint:
    """The last checkpoint that each of these agencies has signed. Raises CheckpointNotFound."""
    its, every = _SIGNATURES.c, sorted(set(agencies))
    whole = (
        select(its.number)
        .where(its.agency.in_(every))
        .group_by(its.number)
        .having(func.count() == len(every))
        .order_by(its.number.desc())
        .limit(1)
    )
    number = (await reader.execute(whole)).scalar()
    if number is None:
        raise checkpoints.CheckpointNotFound
    return await checkpoint(reader, number)


async def named(reader: Reader, number: int | None) -> Checkpoint:
    """A checkpoint by its number, or the newest one. Raises CheckpointNotFound."""
    if number is not None:
        return await checkpoint(reader, number)
    found = await newest(reader)
    if found is None:
        raise checkpoints.CheckpointNotFound
    return found


async def every(reader: Reader, *, after: int, limit: int) -> list[Checkpoint]:
    """Checkpoints by their number."""
    its = _CHECKPOINTS.c
    some = select(_CHECKPOINTS).where(its.number > after).order_by(its.number).limit(limit)
    return [_checkpoint(row) for row in (await reader.execute(some)).mappings()]


def _checkpoint(row: Mapping[Any, Any]) -> Checkpoint:
    return Checkpoint(row["number"], row["day"], row["size"], row["root"])


async def signatures(reader: Reader, numbers: Collection[int]) -> dict[int, list[Signature]]:
    """The signatures of checkpoints by their number, by agency."""
    its = _SIGNATURES.c
    some = select(_SIGNATURES).where(its.number.in_(numbers)).order_by(its.number, its.agency)
    found: dict[int, list[Signature]] = {number: [] for number in numbers}
    for row in (await reader.execute(some)).mappings():
        signed = Signature(row["agency"], row["public"], row["signature"])
        found[row["number"]].append(signed)
    return found


async def sign(session: AsyncSession, number: int, signed: Signature, *, now: datetime) -> None:
    """Keep an agency's signature, once. Raises CheckpointSigned."""
    row = {
        "number": number,
        "agency": signed.agency,
        "public": signed.public,
        "signature": signed.signature,
        "signed_at": now,
    }
    kept = put(_SIGNATURES).values(row).on_conflict_do_nothing()
    if (await session.execute(kept.returning(_SIGNATURES.c.number))).first() is None:
        raise checkpoints.CheckpointSigned(number=number)


async def leaves(reader: Reader, *, after: int, limit: int) -> list[Leaf]:
    """Leaves by their index, those beyond `after`."""
    its = _LEAVES.c
    some = select(_LEAVES).where(its.index > after).order_by(its.index).limit(limit)
    rows = (await reader.execute(some)).mappings()
    return [Leaf(row["index"], row["case_id"], row["seq"], row["hash"]) for row in rows]


async def leaf_of(reader: Reader, case_id: UUID, *, within: Checkpoint) -> Leaf:
    """How far a case had come by a checkpoint. Raises CheckpointNotFound if it had no leaf yet."""
    its = _LEAVES.c
    mine = and_(its.case_id == case_id, its.index < within.size)
    last = select(_LEAVES).where(mine).order_by(its.seq.desc()).limit(1)
    row = (await reader.execute(last)).mappings().first()
    if row is None:
        raise checkpoints.CheckpointNotFound(number=within.number)
    return Leaf(row["index"], row["case_id"], row["seq"], row["hash"])


async def hashes(reader: Reader, ranges: Iterable[Range]) -> list[bytes]:
    """The hashes of ranges of the tree, in their order."""
    asked = list(ranges)
    known = await _known(reader, (each for span in asked for each in merkle.places(span)))
    return [merkle.hash_of(span, known) for span in asked]


async def _known(reader: Reader, places: Iterable[Place]) -> dict[Place, bytes]:
    its = _NODES.c
    some = select(_NODES).where(tuple_(its.level, its.position).in_(list(places)))
    rows = (await reader.execute(some)).mappings()
    return {(row["level"], row["position"]): row["hash"] for row in rows}
