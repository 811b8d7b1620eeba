"""What every command works with: the desk, and a matter that is loaded, changed and saved whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import decisions, store
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.envelope import Event
from shared.ids import Ids
from shared.kit import Kit
from shared.messaging import outbox

SOURCE = "mutual_recognition"


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


async def locked(session: AsyncSession, requirement_id: UUID, *, desk: Desk) -> Matter:
    """The matter of a requirement, locked until the transaction ends.

    Raises `NoSuchRequirement`.
    """
    found = await store.lock(session, requirement_id)
    if found is None:
        raise refusals.NoSuchRequirement(requirement=requirement_id)
    return Matter(
        requirement=found,
        decision=await decisions.get(session, found.decision_id, book=desk.book),
        recognition=await store.recognition(session, requirement_id),
        conclusions=await store.conclusions(session, requirement_id),
    )


async def save(
    session: AsyncSession, before: Matter | None, change: Change, *, desk: Desk
) -> Requirement:
    """Save a changed matter (or a new one) with its events. Raises `StaleVersion`."""
    after, required = change.matter, change.matter.requirement
    known = before.recognition if before else None
    expected = {
        "requirement": before.requirement.version if before else 0,
        "recognition": known.version if known else 0,
    }
    if before is None:
        await store.add(session, required, now=desk.now)
    elif required != before.requirement:
        await store.save(session, required, expected=expected["requirement"], now=desk.now)
    if after.recognition is not None and after.recognition != known:
        await store.save_recognition(
            session, after.recognition, expected=expected["recognition"], now=desk.now
        )
    for conclusion in after.conclusions[len(before.conclusions) if before else 0 :]:
        await store.add_conclusion(session, required.id, conclusion, now=desk.now)
    if change.cause is not None:
        await decisions.add(session, after.decision, of=required, cause=change.cause, now=desk.now)
    await _tell(session, change.events, versions=expected, desk=desk)
    return required


async def _tell(
    session: AsyncSession, events: Sequence[Event], *, versions: dict[str, int], desk: Desk
) -> None:
    """Write the events in the order they happened; `versions` are those before them."""
    for aggregate, some in groupby(events, key=lambda event: event.aggregate):
        run = tuple(some)
        versions[aggregate] += len(run)
        await outbox.append(
            session, run, version=versions[aggregate], source=SOURCE, ids=desk.ids, now=desk.now
        )
