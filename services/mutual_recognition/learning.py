"""What inspections found is counted once each, and rates are learnt from all that was counted."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import store
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.experience_tables import InspectionFindingRow
from services.mutual_recognition.risk import experience
from services.mutual_recognition.risk.experience import Kind, Learnt
from services.mutual_recognition.risk.rates import Count
from services.mutual_recognition.rulebook import Reading, Rulebook
from services.mutual_recognition.store import requirements
from services.mutual_recognition.tables import TO_COUNT
from shared.database import table_of

findings = table_of(InspectionFindingRow)
AT_ONCE = 200


async def count(session: AsyncSession) -> int:
    """Count inspections that have ended, at most `AT_ONCE`; how many there were.

    An end is for good, and who counts holds the requirement's lock: so each is counted once, by
    whichever process. What is no real cargo says nothing.
    """
    wanted = select(requirements).where(text(TO_COUNT)).order_by(requirements.c.id).limit(AT_ONCE)
    found = await session.execute(wanted.with_for_update(skip_locked=True))
    ended = [store.requirement_of(row) for row in found.mappings().all()]
    rows = [row for each in ended for row in await _said(session, each)]
    if rows:
        await session.execute(insert(findings), rows)
    of_them = requirements.c.id.in_([each.id for each in ended])
    await session.execute(update(requirements).where(of_them).values(counted=True))
    return len(ended)


async def _said(session: AsyncSession, required: Requirement) -> Sequence[dict[str, object]]:
    """The rows of one inspection."""
    conclusions = await store.conclusions(session, required.id)
    found = experience.found(conclusions, await store.recognition(session, required.id))
    if found is None or required.consignment.sandbox is not None:
        return ()
    return [
        {"requirement_id": required.id, "kind": kind, "member": member, "found": found}
        for kind, members in experience.members(required.consignment).items()
        for member in members
    ]


async def learn(reading: Reading, book: Rulebook) -> Learnt:
    """Learn all rates anew from what is counted by now, for whatever is decided from here on."""
    columns = findings.c
    wanted = select(
        columns.kind,
        columns.member,
        func.count().filter(columns.found).label("found"),
        func.count().label("inspected"),
    ).group_by(columns.kind, columns.member)
    counts: defaultdict[Kind, dict[str, Count]] = defaultdict(dict)
    for row in (await reading.execute(wanted)).mappings():
        counts[Kind(row["kind"])][row["member"]] = Count(row["found"], row["inspected"])
    every = {kind: counts[kind] for kind in Kind}
    book.learnt.update(await asyncio.to_thread(experience.learnt, every))
    return book.learnt


async def learnt(reading: Reading, book: Rulebook) -> Learnt:
    """The rates as they were learnt last, by this process."""
    return book.learnt or await learn(reading, book)
