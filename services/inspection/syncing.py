"""What devices recorded without a link: applied once each, refused ones kept to be sent again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import attending, checking, coding, commands, presence, store
from services.inspection.domain import answered, errors, finding_codes, offline, results, steps
from services.inspection.domain.case import Case, Change
from services.inspection.domain.offline import Name, Sent
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.results import Book, IdTaken, Result
from services.inspection.domain.steps import Came, Codes, Found, Taker, What
from services.inspection.settings import Settings
from shared.errors import Refused
from shared.ids import Ids
from shared.prepared import Row, Statement

_payload = store.entries.c.payload
_KNOWN = Statement(
    select(
        _payload["id"].astext.label("id"),
        store.entries.c.case_id,
        store.entries.c.seq,
        store.entries.c.kind,
        _payload,
    ).where(
        _payload["id"].astext == func.any(cast(bindparam("ids", type_=ARRAY(Uuid)), ARRAY(Text))),
        store.HAS_ID,
    )
)


@dataclass(frozen=True)
class Batch:
    """What a device sent together, when by its clock, and how far that was ahead (seconds).

    `unreadable` says of some records why they could not even be read.
    """

    device: str
    sent_at: datetime
    skew_seconds: int
    sent: tuple[Sent[What], ...]
    unreadable: Mapping[Name, Refused]


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

    applied: Mapping[Name, int]
    known: Mapping[Name, int]
    refused: Mapping[Name, Refused]


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
    officers = _coming(batch.sent, sender.who)
    there = await presence.claim(session, sender.who.agency or "", officers)
    cases = await store.lock_all(session, {each.case_id for each in batch.sent} | there)
    known, refused = await _known(session, batch.sent)
    new = _new(batch, cases, known, refused)
    asked = [cases[name] for name, sent in new.items() if _answers(sent)]
    taker = await _taker(session, batch, asked, sender=sender, now=now, settings=settings)
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

    kept = await commands.keep(session, changes(), who=sender.who, now=now, ids=ids)
    cases |= {each.id: each for each in kept}
    await attending.settle(session, cases.values(), officers, who=sender.who, now=now, ids=ids)
    names = {each.id: each.name for its in new.values() for each in its}
    applied = {names[id_]: seq for each in settled for id_, seq in each.applied.items()}
    refused |= {names[id_]: why for each in settled for id_, why in each.refused.items()}
    return Synced(applied, known, {**batch.unreadable, **refused})


async def _taker(
    session: AsyncSession,
    batch: Batch,
    asked: Collection[Case],
    *,
    sender: Sender,
    now: Moment,
    settings: Settings,
) -> Taker:
    """Who takes the batch's steps; `asked` are the cases whose checklists are answered."""
    books = await _books(session, asked, sender.who, now=now, settings=settings)
    skew = timedelta(seconds=batch.skew_seconds)
    codes = await _codes(session, batch.sent, sender.who, settings.zone)
    return Taker(sender.who, now, settings.wait, sender.yard, books, skew, codes)


def _new(
    batch: Batch,
    cases: Collection[UUID],
    known: Mapping[Name, int],
    refused: dict[Name, Refused],
) -> dict[UUID, list[Sent[What]]]:
    """What is to be tried, by its case; what cannot be even before that is refused."""
    new: defaultdict[UUID, list[Sent[What]]] = defaultdict(list)
    first: dict[UUID, Sent[What]] = {}
    for each in batch.sent:
        if each.name in known or each.name in refused:
            continue
        if first.setdefault(each.id, each) is not each:
            refused[each.name] = _taken(each)
        elif why := _refusal(each, cases, batch.sent_at):
            refused[each.name] = why
        else:
            new[each.case_id].append(each)
    return new


def _refusal(each: Sent[What], cases: Collection[UUID], sent_at: datetime) -> Refused | None:
    if each.case_id not in cases:
        return errors.CaseNotFound(pointer="/case_id", case_id=each.case_id)
    if each.made_after(sent_at):
        return offline.MadeAfterSending(pointer="/at", sent_at=sent_at.isoformat())
    return None


def _taken(each: Sent[What]) -> IdTaken:
    return IdTaken(pointer="/id", id=str(each.id))


async def _codes(
    session: AsyncSession, sent: Iterable[Sent[What]], who: Actor, zone: ZoneInfo
) -> Codes | None:
    """How the codes of findings are asked for, if there are any in what was sent."""
    if not any(isinstance(each.what, Found) for each in sent):
        return None
    editions = await coding.editions(session)

    def known(*moments: datetime) -> finding_codes.Known:
        days = {each.astimezone(zone).date() for each in moments}
        return finding_codes.known(editions, agency=who.agency or "", days=sorted(days))

    return known


def _coming(sent: Iterable[Sent[What]], who: Actor) -> set[str]:
    """The officers that came to a container by what was sent."""
    passings = [each.what for each in sent if isinstance(each.what, Came)]
    return {name for each in passings for name in each.officers or (who.subject,)}


def _answers(sent: Iterable[Sent[What]]) -> bool:
    return any(isinstance(each.what, Result) for each in sent)


async def _known(
    session: AsyncSession, sent: Sequence[Sent[What]]
) -> tuple[dict[Name, int], dict[Name, Refused]]:
    """The records that were applied before, and those that say something else under their ids."""
    found = await _KNOWN.run(session, {"ids": [each.id for each in sent]})
    there = {UUID(row["id"]): row for row in found}
    known: dict[Name, int] = {}
    refused: dict[Name, Refused] = {}
    for each in sent:
        row = there.get(each.id)
        if row is not None and _same(each, row):
            known[each.name] = row["seq"]
        elif row is not None:
            refused[each.name] = _taken(each)
    return known, refused


def _same(each: Sent[What], row: Row) -> bool:
    """One without a device came over the link, whose answer the device may not have got."""
    payload = row["payload"]
    if "device" in payload:
        return bool(payload["device"]["digest"] == each.digest)
    is_answer = row["kind"] == results.KIND and row["case_id"] == each.case_id
    return is_answer and answered.result(payload) == each.what


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
