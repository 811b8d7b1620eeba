"""What brokers do: file, ask to amend, ask to withdraw. Never commits; the edge does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import dictionary, store
from services.declaration.domain import checks, numbers
from services.declaration.domain import filing as filings
from services.declaration.domain.checks import amendment, around
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from shared import errors
from shared.ids import Ids


@dataclass(frozen=True)
class Now:
    """The moment of a command: wall and yard time (UTC), and the yard's calendar day."""

    wall: datetime
    yard: datetime
    day: date


async def file(
    session: AsyncSession, content: Content, *, organisation: str, ids: Ids, now: Now
) -> Filing:
    """Accept a filing. Raises Faults with everything that is wrong, or ReferenceTaken."""
    faults = _faults(content, organisation=organisation, now=now)
    if faults:
        raise errors.Faults(*faults)
    number = numbers.receipt_number(
        content, year=now.day.year, sequence=await store.next_number(session)
    )
    step = filings.accept(content, filing_id=ids(), receipt_number=number, now=now.wall)
    return await store.insert_first(session, step, ids=ids, now=now.wall)


async def amend(
    session: AsyncSession,
    filing_id: UUID,
    *,
    content: Content,
    organisation: str,
    ids: Ids,
    now: Now,
) -> Filing:
    """Ask to replace a filing's content. Raises FilingNotFound, NotInThisState, Faults."""
    before = await _own(session, filing_id, organisation=organisation)
    step = filings.ask_amendment(before, content=content, now=now.wall)
    faults = (
        *_faults(content, organisation=organisation, now=now),
        *amendment.faults(before.content, content),
    )
    if faults:
        raise errors.Faults(*faults)
    return await store.save(session, before, step, ids=ids, now=now.wall)


async def withdraw(
    session: AsyncSession,
    filing_id: UUID,
    *,
    reason: str,
    organisation: str,
    ids: Ids,
    now: Now,
) -> Filing:
    """Ask to take a filing back. Raises FilingNotFound, NotInThisState."""
    before = await _own(session, filing_id, organisation=organisation)
    step = filings.ask_withdrawal(before, reason=reason, now=now.wall)
    return await store.save(session, before, step, ids=ids, now=now.wall)


def faults_around(
    document: Mapping[str, Any], *, organisation: str, now: Now
) -> tuple[errors.Fault, ...]:
    """What can be told of a filing with places that could not be read."""
    return around.check(
        document, dictionary=dictionary.at(now.day), organisation=organisation, now=now.yard
    )


async def _own(session: AsyncSession, filing_id: UUID, *, organisation: str) -> Filing:
    filing = await store.locked(session, filing_id)
    if filing.broker != organisation:
        raise store.FilingNotFound(filing_id=filing_id)
    return filing


def _faults(content: Content, *, organisation: str, now: Now) -> tuple[errors.Fault, ...]:
    return checks.check(
        content,
        dictionary=dictionary.at(now.day),
        organisation=organisation,
        now=now.yard,
    )
