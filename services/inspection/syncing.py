"""What devices recorded without a link: applied once each, refused ones kept to be sent again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import checking, commands, store
from services.inspection.domain import errors, offline, steps
from services.inspection.domain.case import Case, Change
from services.inspection.domain.offline import Sent
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.results import Book, IdTaken, Result
from services.inspection.domain.steps import Taker, What
from services.inspection.settings import Settings
from services.inspection.tables import RejectedRow
from shared.contracts.envelope import Fact
from shared.database import table_of
from shared.errors import Refused
from shared.ids import Ids
from shared.prepared import Statement

_REJECTED = table_of(RejectedRow)
_payload = store.entries.c.payload
_KNOWN = Statement(
    select(
        _payload["id"].astext.label("id"),
        store.entries.c.seq,
        _payload["device"]["digest"].astext.label("digest"),
    ).where(
        _payload["id"].astext == func.any(cast(bindparam("ids", type_=ARRAY(Uuid)), ARRAY(Text))),
        store.HAS_ID,
    )
)
_FORGET = Statement(
    delete(_REJECTED).where(
        _REJECTED.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
        _REJECTED.c.office == bindparam("of", type_=Text),
    )
)

Key = tuple[datetime, UUID]


@dataclass(frozen=True)
class Batch:
    """What a device sent together, and how far its clock was ahead then (seconds).

    `unreadable` says of some records why they could not even be read.
    """

    device: str
    skew_seconds: int
    sent: tuple[Sent[What], ...]
    unreadable: Mapping[UUID, Refused]


@dataclass(frozen=True)
class Sender:
    """Whose device it is: a person, the office that it belongs to, and the yard of yard staff."""

    who: Actor
    office: str
    yard: str | None


@dataclass(frozen=True)
class Synced:
    """What became of a batch's records: their numbers in their cases' chains, or why not.

    `known` were applied before.
    """

    applied: Mapping[UUID, int]
    known: Mapping[UUID, int]
    refused: Mapping[UUID, Refused]


class Rejected(Fact):
    """A refused record as it was sent, and its faults as they were told (wall clock)."""

    id: UUID
    device: str
    sender: str
    record: Any
    problem: Any
    skew_seconds: int
    received_at: datetime


async def sync(
    session: AsyncSession,
    batch: Batch,
    *,
    sender: Sender,
    now: Moment,
    ids: Ids,
    settings: Settings,
) -> Synced:
    """Apply what can be applied. Raises IdTaken, StaleVersion."""
    cases = await store.lock_all(session, {each.case_id for each in batch.sent})
    known, refused = await _known(session, batch.sent)
    new: defaultdict[UUID, list[Sent[What]]] = defaultdict(list)
    for each in batch.sent:
        if each.case_id not in cases:
            refused[each.id] = errors.CaseNotFound(case_id=each.case_id)
        elif each.id not in known and each.id not in refused:
            new[each.case_id].append(each)
    asked = [cases[name] for name, sent in new.items() if _answers(sent)]
    books = await _books(session, asked, sender.who, now=now, settings=settings)
    taker = Taker(sender.who, now, settings.wait, sender.yard, books)
    settled: list[offline.Settled] = []

    def changes() -> Iterator[tuple[Case, Change]]:
        for name, sent in new.items():
            its = offline.apply(
                cases[name],
                sent,
                step=taker.take,
                together=steps.together,
                device=batch.device,
                skew_seconds=batch.skew_seconds,
            )
            settled.append(its)
            if its.applied:
                yield cases[name], its.change

    await commands.keep(session, changes(), who=sender.who, now=now, ids=ids)
    return _together(known, {**batch.unreadable, **refused}, settled)


def _together(
    known: Mapping[UUID, int],
    refused: Mapping[UUID, Refused],
    settled: Iterable[offline.Settled],
) -> Synced:
    of_cases = list(settled)
    return Synced(
        applied={name: seq for each in of_cases for name, seq in each.applied.items()},
        known=known,
        refused={
            **refused,
            **{name: why for each in of_cases for name, why in each.refused.items()},
        },
    )


def _answers(sent: Iterable[Sent[What]]) -> bool:
    return any(isinstance(each.what, Result) for each in sent)


async def _known(
    session: AsyncSession, sent: Sequence[Sent[What]]
) -> tuple[dict[UUID, int], dict[UUID, Refused]]:
    """The records that were applied before, and those that say something else under their ids.

    One without a digest came over the link, whose answer the device may not have got.
    """
    found = await _KNOWN.run(session, {"ids": [each.id for each in sent]})
    digests = {UUID(row["id"]): (row["seq"], row["digest"]) for row in found}
    known: dict[UUID, int] = {}
    refused: dict[UUID, Refused] = {}
    for each in sent:
        seq, digest = digests.get(each.id, (0, None))
        if digest not in (None, each.digest):
            refused[each.id] = IdTaken(id=str(each.id))
        elif seq:
            known[each.id] = seq
    return known, refused


async def _books(
    session: AsyncSession,
    cases: Collection[Case],
    who: Actor,
    *,
    now: Moment,
    settings: Settings,
) -> dict[UUID, Book]:
    """The checklist of an officer's agency in each case, with the answers so far."""
    if not cases or who.agency is None:
        return {}
    found = await checking.of_cases(session, cases, now=now.yard, zone=settings.zone)
    books = {}
    for case in cases:
        section = case.section(who.agency)
        if section is not None:
            books[case.id] = found[case.id].book(case, section)
    return books


async def keep_rejected(
    session: AsyncSession, rejected: Sequence[Rejected], *, office: str
) -> None:
    """Keep what was refused, as it was sent last."""
    if not rejected:
        return
    put = insert(_REJECTED).values([{**each.model_dump(), "office": office} for each in rejected])
    names = ("device", "sender", "record", "problem", "skew_seconds", "received_at")
    await session.execute(
        put.on_conflict_do_update(
            index_elements=["id", "office"], set_={name: put.excluded[name] for name in names}
        )
    )


async def forget(session: AsyncSession, ids: Collection[UUID], *, office: str) -> None:
    """Take off the list what is applied by now."""
    await _FORGET.run(session, {"ids": list(ids), "of": office})


async def rejected(
    reader: store.Reader, *, office: str, device: str | None, after: Key | None, limit: int
) -> list[Rejected]:
    """An office's refused records, the longest waiting first; of one device if it is named."""
    its = _REJECTED.c
    query = select(_REJECTED).where(its.office == office)
    query = query.order_by(its.received_at, its.id).limit(limit)
    if device is not None:
        query = query.where(its.device == device)
    if after is not None:
        query = query.where(tuple_(its.received_at, its.id) > after)
    return [Rejected.model_validate(row) for row in (await reader.execute(query)).mappings()]
