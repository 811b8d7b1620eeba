"""What every command works with, and how a changed value is saved together with its events."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import decisions, store
from services.mutual_recognition.domain import changes, refusals
from services.mutual_recognition.domain import recognition as recognition_moves
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Pending, Requirement
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules.decide import Case
from shared.contracts.requirement import Cause
from shared.contracts.values import Mode, Said
from shared.ids import Ids
from shared.kit import Kit
from shared.messaging import outbox

SOURCE = "mutual_recognition"

BEGUN = Said(en="the inspection has begun", zh="查验已开始")
REVISED = Said(en="the requirement was revised", zh="查验要求已修订")


@dataclass(frozen=True)
class Desk:
    """The rules, fresh ids, wall time `now` (UTC) and the legal day `on` of the yards' clock."""

    book: Rulebook
    ids: Ids
    now: datetime
    on: date


def at(kit: Kit, book: Rulebook) -> Desk:
    """The desk at this moment."""
    return Desk(book=book, ids=kit.ids, now=kit.clock.wall(), on=book.day(kit.clock.yard()))


async def locked(session: AsyncSession, requirement_id: UUID) -> Requirement:
    """The requirement, locked until the transaction ends. Raises `NoSuchRequirement`."""
    found = await store.lock(session, requirement_id)
    if found is None:
        raise refusals.NoSuchRequirement(requirement=requirement_id)
    return found


async def save(
    session: AsyncSession,
    before: Requirement | None,
    changed: changes.Changed,
    *,
    desk: Desk,
) -> Requirement:
    """Save a changed requirement (or a new one) with its events."""
    after, events = changed
    if before is None:
        await store.add(session, after, now=desk.now)
    else:
        await store.save(session, after, expected=before.version, now=desk.now)
    await outbox.append(
        session, events, version=after.version, source=SOURCE, ids=desk.ids, now=desk.now
    )
    return after


async def save_recognition(
    session: AsyncSession,
    before: Recognition | None,
    changed: recognition_moves.Changed,
    *,
    desk: Desk,
) -> Recognition:
    """Save a changed recognition (or a new one) with its events."""
    after, events = changed
    expected = 0 if before is None else before.version
    await store.save_recognition(session, after, expected=expected, now=desk.now)
    await outbox.append(
        session, events, version=after.version, source=SOURCE, ids=desk.ids, now=desk.now
    )
    return after


async def revise(
    session: AsyncSession,
    before: Requirement,
    case: Case,
    *,
    cause: Cause,
    reason: Said,
    seed_id: str,
    desk: Desk,
    pending: Pending | None = None,
) -> Requirement:
    """Decide the case, make it the requirement's next revision, let the recognition follow.

    `seed_id` is that of the case's draws: a revision never draws again.
    """
    decision = decisions.make(desk.ids(), case, seed_id=seed_id, book=desk.book)
    changed = changes.revise(
        before,
        decision.outcome,
        cause=cause,
        reason=reason,
        decision_id=decision.id,
        pending=pending,
    )
    after = await save(session, before, changed, desk=desk)
    await decisions.add(session, decision, of=after, cause=cause, now=desk.now)
    await follow(session, after, desk=desk)
    return after


async def follow(session: AsyncSession, current: Requirement, *, desk: Desk) -> None:
    """Let the recognition be what the requirement's mode says: expected, or lapsed."""
    found = await store.recognition(session, current.id)
    terms = current.determination.terms
    recognising = current.determination.recognising
    wanted = current.determination.mode is Mode.RECOGNITION
    if found and found.status is RecognitionStatus.EXPECTED:
        if wanted and found.terms == terms:
            return
        lapsed = recognition_moves.lapse(found, reason=REVISED)
        found = await save_recognition(session, found, lapsed, desk=desk)
    if wanted and terms is not None and recognising is not None:
        expected = recognition_moves.expect(
            found,
            filing_id=current.filing_id,
            primary=current.determination.needs[0].agency,
            secondary=recognising.agency,
            terms=terms,
        )
        await save_recognition(session, found, expected, desk=desk)
