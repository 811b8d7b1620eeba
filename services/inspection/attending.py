"""Officers sign in and out, each at one container at a time. None commits."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, presence, store
from services.inspection.domain import attendance, attended, errors
from services.inspection.domain.attendance import Passing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from shared.ids import Ids


async def come(
    session: AsyncSession, case_id: UUID, passing: Passing, *, who: Actor, now: Moment, ids: Ids
) -> Case:
    """Officers of the own agency came to a container, and are at no other then.

    Raises CaseNotFound, and what `attendance.come` raises.
    """
    officers = set(passing.of(who))
    there = await presence.claim(session, who.agency or "", officers)
    cases = await store.lock_all(session, {case_id} | there)
    if case_id not in cases:
        raise errors.CaseNotFound(case_id=case_id)
    change = attendance.come(cases[case_id], passing, who=who, now=now.yard)
    (cases[case_id],) = await commands.keep(
        session, [(cases[case_id], change)], who=who, now=now, ids=ids
    )
    newest = [cases.pop(case_id)]
    await settle(session, [*cases.values(), *newest], officers, who=who, now=now, ids=ids)
    return newest[0]


async def settle(
    session: AsyncSession,
    cases: Iterable[Case],
    officers: Collection[str],
    *,
    who: Actor,
    now: Moment,
    ids: Ids,
) -> None:
    """Sign claimed officers out of where they are still signed in and came elsewhere since.

    Of locked cases where one came at the same moment it is the last in their order.
    """
    agency, befores = who.agency or "", {each.id: each for each in cases}
    changes = {each.id: Change(each) for each in befores.values()}
    for officer, stays in sorted(_stays(befores.values(), agency, set(officers)).items()):
        for (_, there, left), (at, _, _) in pairwise(sorted(stays, key=lambda stay: stay[0])):
            if there:
                changes[left] = attended.moved(changes[left], agency, officer, at=at)
    moved = [(befores[name], each) for name, each in changes.items() if each.notes]
    if moved:
        await commands.keep(session, moved, who=who, now=now, ids=ids)


def _stays(
    cases: Iterable[Case], agency: str, officers: Collection[str]
) -> dict[str, list[tuple[datetime, bool, UUID]]]:
    """Of each of these officers when they came, whether they are still there, and to which case."""
    found: defaultdict[str, list[tuple[datetime, bool, UUID]]] = defaultdict(list)
    for case in cases:
        section = case.section(agency)
        for stay in section.attendance if section else ():
            if stay.officer in officers:
                found[stay.officer].append((stay.came_at, stay.left_at is None, case.id))
    return found
