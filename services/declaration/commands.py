"""What brokers do: file, ask to amend, ask to withdraw. Never commits; the edge does."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import accepting, dictionary, store
from services.declaration import papers as keeping
from services.declaration.accepting import Accepted
from services.declaration.domain import checks, numbers
from services.declaration.domain import filing as filings
from services.declaration.domain import sandbox as sandboxes
from services.declaration.domain.checks import amendment, around, naming
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.history import Actor, Deed
from services.declaration.papers import Papers
from shared import errors
from shared.auth.principal import Principal
from shared.contracts.values import Said
from shared.ids import Ids
from shared.messaging import context, outbox

Still = Callable[[Filing], None]
"""Raises if the filing, once locked, is no longer as its client has seen it."""


def always(_: Filing) -> None:
    """The client has named no state."""


@dataclass(frozen=True)
class Now:
    """The moment of a command: wall and yard time (UTC), and the yard's calendar day."""

    wall: datetime
    yard: datetime
    day: date


@dataclass(frozen=True)
class Draft:
    """What somebody wants to file; `context` is that of its request: what it causes is told."""

    content: Content
    who: Principal
    now: Now
    context: Context = field(default_factory=copy_context)


def accept(
    drafts: Sequence[Draft], *, number: Callable[[], int], ids: Ids, sandbox: bool
) -> list[Accepted | errors.Faults]:
    """Accept filings, or tell all that is wrong with each. `number` gives a receipt its own.

    `sandbox`: whether a reference may ask for an outcome.
    """
    return [
        _refused(draft) or draft.context.run(_accepted, draft, number(), ids=ids, sandbox=sandbox)
        for draft in drafts
    ]


async def store_accepted(
    session: AsyncSession, results: Sequence[Accepted | errors.Faults]
) -> list[Filing | errors.Refused]:
    """Store what was accepted. Each filing is stored, or refused: its Faults, ReferenceTaken."""
    accepted = [each for each in results if isinstance(each, Accepted)]
    stored = await accepting.insert(session, accepted) if accepted else set()
    return [
        _stored(each.step.filing, stored) if isinstance(each, Accepted) else each
        for each in results
    ]


def _refused(draft: Draft) -> errors.Faults | None:
    found = faults(draft.content, organisation=draft.who.organisation, now=draft.now)
    return errors.Faults(*found) if found else None


def _accepted(draft: Draft, number: int, *, ids: Ids, sandbox: bool) -> Accepted:
    now = draft.now
    content = sandboxes.mark(draft.content) if sandbox else draft.content
    receipt = numbers.receipt_number(content, year=now.day.year, sequence=number)
    step = filings.accept(content, filing_id=ids(), receipt_number=receipt, now=now.wall)
    (event,) = outbox.rows(step.events, version=1, source=store.SOURCE, ids=ids, now=now.wall)
    return Accepted(step, event, by=draft.who.subject)


def _stored(filing: Filing, stored: Container[UUID]) -> Filing | errors.Refused:
    if filing.id in stored:
        return filing
    return store.ReferenceTaken(pointer="/reference", reference=filing.reference)


async def file_merged(
    session: AsyncSession, draft: Draft, *, papers: Papers, ids: Ids, sandbox: bool
) -> Filing:
    """Accept a filing that was merged, and keep what it was merged from.

    Raises Faults, ReferenceTaken.
    """
    (number,) = await accepting.numbers(session, 1)
    accepted = accept([draft], number=lambda: number, ids=ids, sandbox=sandbox)
    (filed,) = await store_accepted(session, accepted)
    if isinstance(filed, errors.Refused):
        raise filed
    await keeping.keep(session, filed.id, papers, now=draft.now.wall)
    return filed


async def amend(
    session: AsyncSession,
    filing_id: UUID,
    *,
    content: Content,
    who: Principal,
    ids: Ids,
    now: Now,
    sandbox: bool,
    still: Still = always,
) -> Filing:
    """Ask to replace a filing's content. Raises FilingNotFound, NotInThisState, Faults."""
    before = await own(session, filing_id, who=who, still=still)
    content = sandboxes.mark(content) if sandbox else content
    deed = by(who, "ask_amendment")
    step = filings.ask_amendment(before, content=content, by=who.subject, now=now.wall)
    found = (
        *faults(content, organisation=who.organisation, now=now),
        *named(amendment.faults(before.content, content), now=now),
    )
    if found:
        raise errors.Faults(*found)
    return await store.save(session, before, step, deed, ids=ids, now=now.wall)


async def withdraw(
    session: AsyncSession,
    filing_id: UUID,
    *,
    reason: str,
    who: Principal,
    ids: Ids,
    now: Now,
    still: Still = always,
) -> Filing:
    """Ask to take a filing back. Raises FilingNotFound, NotInThisState."""
    before = await own(session, filing_id, who=who, still=still)
    deed = by(who, "ask_withdrawal", reason=Said.as_given(reason))
    step = filings.ask_withdrawal(before, reason=reason, by=who.subject, now=now.wall)
    return await store.save(session, before, step, deed, ids=ids, now=now.wall)


def faults(content: Content, *, organisation: str, now: Now) -> tuple[errors.Fault, ...]:
    """Every fault of a filing's content."""
    return checks.check(
        content,
        dictionary=dictionary.at(now.day),
        organisation=organisation,
        now=now.yard,
    )


def named(found: Iterable[errors.Fault], *, now: Now) -> tuple[errors.Fault, ...]:
    """The faults of a filing's shape, each with the item that it is about."""
    return naming.named(found, dictionary.at(now.day))


def faults_around(
    document: Mapping[str, Any], *, organisation: str, now: Now
) -> tuple[errors.Fault, ...]:
    """What can be told of a filing with places that could not be read."""
    return around.check(
        document, dictionary=dictionary.at(now.day), organisation=organisation, now=now.yard
    )


def by(who: Principal, act: str, *, reason: Said | None = None) -> Deed:
    """What the caller does by the request that is being answered."""
    return Deed(act, Actor.of(who), reason=reason, cause=context.current().id)


async def own(session: AsyncSession, filing_id: UUID, *, who: Principal, still: Still) -> Filing:
    """A company's own filing, for changing it. Raises FilingNotFound, and what `still` does."""
    filing = await store.locked(session, filing_id)
    if filing.broker != who.organisation:
        raise store.FilingNotFound(filing_id=filing_id)
    still(filing)
    return filing
