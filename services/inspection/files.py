"""Evidence as it is stored: each piece a record of its case, its file in the vault."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.inspection import store
from services.inspection.domain.records import Record
from services.inspection.evidence.vault import Vault
from services.inspection.evidence_tables import LinkKeyRow
from shared.database import table_of
from shared.prepared import Statement

_its = store.entries.c
_file = _its.payload["sha256"].astext
_IS_EVIDENCE = text("kind = 'evidence'")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('file ' || :name, 0))")
_KEY = table_of(LinkKeyRow)
BATCH = 500
_place = func.row(_file, _its.case_id, _its.seq)
_NAMING = Statement(
    select(_file.label("name"), _its.case_id, _its.seq)
    .where(
        _IS_EVIDENCE,
        _place
        > func.row(
            bindparam("name", type_=Text()),
            bindparam("case", type_=Uuid()),
            bindparam("seq", type_=Integer()),
        ),
    )
    .order_by(_place)
    .limit(20 * BATCH)
)
EVERYTHING = true()


async def hold(session: AsyncSession, name: str) -> None:
    """Let nobody else keep or drop this file until the transaction ends."""
    await session.execute(_ALONE, {"name": name})


async def found(reader: store.Reader, evidence_id: UUID) -> Record | None:
    """The record with this id, of whatever kind and case, if there is one."""
    mine = select(store.entries).where(_its.payload["id"].astext == str(evidence_id), store.HAS_ID)
    records = await store.chain(reader, mine)
    return records[0] if records else None


async def of_case(
    reader: store.Reader,
    case_id: UUID,
    *,
    after: int = 0,
    limit: int | None = None,
    shown: ColumnElement[bool] = EVERYTHING,
) -> list[Record]:
    """A case's pieces that may be shown, by the number of their records."""
    mine = select(store.entries).where(_its.case_id == case_id, _its.seq > after, _IS_EVIDENCE)
    return await store.chain(reader, mine.where(shown).order_by(_its.seq).limit(limit))


async def size_of(reader: store.Reader, case_id: UUID) -> int:
    """The bytes of a case's files together."""
    size = cast(_its.payload["bytes"].astext, BigInteger)
    mine = select(func.coalesce(func.sum(size), 0)).where(_its.case_id == case_id, _IS_EVIDENCE)
    return int((await reader.execute(mine)).scalar_one())


async def key(reader: store.Reader) -> bytes:
    """What links are signed with."""
    secret: bytes = (await reader.execute(select(_KEY.c.secret))).scalar_one()
    return secret


async def every(connection: AsyncConnection) -> AsyncIterator[tuple[str, UUID, int]]:
    """Each record that names a file, by the file: its hash, the case, the record's number."""
    place = {"name": "", "case": UUID(int=0), "seq": 0}
    while found := await _NAMING.run(connection, place):
        for row in found:
            yield row["name"], row["case_id"], row["seq"]
        last = found[-1]
        place = {"name": last["name"], "case": last["case_id"], "seq": last["seq"]}


async def unnamed(reader: store.Reader, names: Sequence[str]) -> list[str]:
    """Those of the files that no record names."""
    named: set[str] = set()
    for at in range(0, len(names), BATCH):
        some = select(_file).where(_file.in_(names[at : at + BATCH]), _IS_EVIDENCE)
        named.update((await reader.execute(some)).scalars())
    return [each for each in names if each not in named]


async def drop_orphan(session: AsyncSession, name: str, *, vault: Vault) -> bool:
    """Take a file away that no record names; whether it was one.

    Whoever keeps the same file holds its name until the record is committed.
    """
    await hold(session, name)
    if not await unnamed(session, [name]):
        return False
    await vault.drop(name)
    return True
