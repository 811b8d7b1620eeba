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
NEW = ("requirement", "recognition")


@dataclass(frozen=True)
class Desk:
    """The rules, fresh ids, wall time `now`, and of the yards' clock the time and legal day `on`.

    `sandbox`: a filing's reference may decide in place of the tables.
    """

    book: Rulebook
    ids: Ids
    now: datetime
    yard_now: datetime
    on: date
    sandbox: bool


def at(kit: Kit, book: Rulebook) -> Desk:
    """The desk at this moment."""
    yard_now = kit.clock.yard()
    return Desk(
        book=book,
        ids=kit.ids,
        now=kit.clock.wall(),
        yard_now=yard_now,
        on=book.day(yard_now),
        sandbox=kit.sandbox,
    )


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


@dataclass(frozen=True)
class Begun:
    """A new matter, and the outbox's rows of what it tells."""

    change: Change
    events: list[dict[str, object]]

    @property
    def required(self) -> Requirement:
        """Its requirement."""
        return self.change.matter.requirement


def begun(change: Change, *, desk: Desk) -> Begun:
    """A new matter, which what is being done now caused."""
    return Begun(change, _told(change.events, versions=dict.fromkeys(NEW, 0), desk=desk))


async def begin(session: AsyncSession, fresh: Sequence[Begun], *, desk: Desk) -> None:
    """Save new matters with their events."""
    await store.add(session, [each.required for each in fresh], now=desk.now)
    for each in fresh:
        recognition = each.change.matter.recognition
        if recognition is not None:
            await store.save_recognition(session, recognition, expected=0, now=desk.now)
    made = [_made(each.change) for each in fresh]
    await decisions.add(session, [each for each in made if each is not None], now=desk.now)
    await outbox.append_rows(session, [row for each in fresh for row in each.events])


async def save(session: AsyncSession, before: Matter, change: Change, *, desk: Desk) -> Requirement:
    """Save a changed matter with its events. Raises `StaleVersion`."""
    after, required = change.matter, change.matter.requirement
    known = before.recognition
    expected = {
        "requirement": before.requirement.version,
        "recognition": known.version if known else 0,
    }
    if required != before.requirement:
        await store.save(session, required, expected=expected["requirement"], now=desk.now)
    if after.recognition is not None and after.recognition != known:
        await store.save_recognition(
            session, after.recognition, expected=expected["recognition"], now=desk.now
        )
    for conclusion in after.conclusions[len(before.conclusions) :]:
        await store.add_conclusion(session, required.id, conclusion, now=desk.now)
    made = _made(change)
    if made is not None:
        await decisions.add(session, [made], now=desk.now)
    told = _told(change.events, versions=expected, desk=desk)
    await outbox.append_rows(session, told)
    return required


def _made(change: Change) -> decisions.Made | None:
    if change.cause is None:
        return None
    matter = change.matter
    return decisions.Made(matter.decision, of=matter.requirement, cause=change.cause)


def _told(
    events: Sequence[Event], *, versions: dict[str, int], desk: Desk
) -> list[dict[str, object]]:
    """The outbox's rows of events as they happened; `versions` are those before them."""
    rows: list[dict[str, object]] = []
    for aggregate, some in groupby(events, key=lambda event: event.aggregate):
        run = tuple(some)
        versions[aggregate] += len(run)
        rows += outbox.rows(
            run, version=versions[aggregate], source=SOURCE, ids=desk.ids, now=desk.now
        )
    return rows
