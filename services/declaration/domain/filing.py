"""A filing and its steps: each gives the filing after it, its events and its receipts.

`version` counts the filing's events, `filing_version` its accepted contents, `receipts` its
receipts, `acts` what was done to it by whomever; all from 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.declaration.domain import boxes, moves, sandbox
from services.declaration.domain.content import Content
from services.declaration.domain.moves import Act, Status
from services.declaration.domain.receipts import Kind, Note
from shared.contracts import filing as contract
from shared.contracts.values import Mode, Outcome, Purpose, Said


@dataclass(frozen=True)
class Pending:
    """A change that was asked for and not answered yet; `asked_by` is the subject of a token."""

    purpose: Purpose
    filing_version: int
    asked_at: datetime
    content: Content | None = None
    reason: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True)
class Requirement:
    """What the agencies require of it, as last heard."""

    mode: Mode
    revision: int


@dataclass(frozen=True)
class Filing:
    """One merged declaration. `accepted_at` and `changed_at` are wall time (UTC).

    `opened`: its inspection has begun. `told` are the containers of which more is known than of
    the whole.

    `questions` counts what was asked about it; `open_questions` are the numbers of those that
    wait for an answer.
    """

    id: UUID
    broker: str
    reference: str
    receipt_number: str
    status: Status
    version: int
    filing_version: int
    receipts: int
    content: Content
    accepted_at: datetime
    changed_at: datetime
    pending: Pending | None = None
    reason: Said | None = None
    requirement: Requirement | None = None
    acts: int = 1
    questions: int = 0
    open_questions: tuple[int, ...] = ()
    opened: bool = False
    told: Mapping[str, boxes.Told] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What a step leads to: the filing after it, with its new events and receipts."""

    filing: Filing
    events: tuple[contract.FilingEvent, ...] = ()
    notes: tuple[Note, ...] = ()


def accept(content: Content, *, filing_id: UUID, receipt_number: str, now: datetime) -> Step:
    """Take a content that passed every check."""
    filing = Filing(
        id=filing_id,
        broker=content.broker.uscc,
        reference=content.reference,
        receipt_number=receipt_number,
        status=Status.ACCEPTED,
        version=0,
        filing_version=1,
        receipts=0,
        content=content,
        accepted_at=now,
        changed_at=now,
    )
    accepted = contract.FilingAccepted(
        filing_id=filing_id,
        filing_version=1,
        receipt_number=receipt_number,
        consignment=content.consignment(),
    )
    return _step(filing, [accepted], [Note(Kind.ACCEPTED, {"receipt_number": receipt_number})])


def ask_amendment(filing: Filing, *, content: Content, by: str, now: datetime) -> Step:
    """Ask to replace the content. Raises NotInThisState."""
    status = moves.after(filing.status, Act.ASK_AMENDMENT)
    wanted = filing.filing_version + 1
    asked = contract.AmendmentRequested(
        filing_id=filing.id, filing_version=wanted, consignment=content.consignment()
    )
    pending = Pending(Purpose.AMEND, wanted, asked_at=now, content=content, asked_by=by)
    changed = replace(filing, status=status, pending=pending, reason=None, changed_at=now)
    return _step(changed, [asked], [Note(Kind.AMENDMENT_ASKED, {"filing_version": wanted})])


def ask_withdrawal(filing: Filing, *, reason: str, by: str, now: datetime) -> Step:
    """Ask to take the filing back. Raises NotInThisState."""
    status = moves.after(filing.status, Act.ASK_WITHDRAWAL)
    current = filing.filing_version
    asked = contract.WithdrawalRequested(filing_id=filing.id, filing_version=current, reason=reason)
    pending = Pending(Purpose.WITHDRAW, current, asked_at=now, reason=reason, asked_by=by)
    changed = replace(filing, status=status, pending=pending, reason=None, changed_at=now)
    return _step(changed, [asked], [Note(Kind.WITHDRAWAL_ASKED, {"reason": reason})])


def amend(filing: Filing, *, content: Content, now: datetime) -> Step:
    """The pending content becomes the content."""
    version = filing.filing_version + 1
    changed = replace(
        filing,
        status=moves.after(filing.status, Act.AMEND),
        filing_version=version,
        content=content,
        pending=None,
        changed_at=now,
    )
    amended = contract.FilingAmended(filing_id=filing.id, filing_version=version)
    return _step(changed, [amended], [Note(Kind.AMENDED, {"filing_version": version})])


def refuse_change(filing: Filing, *, purpose: Purpose, reason: Said, now: datetime) -> Step:
    """The change that was asked for is refused; the filing is as it was before."""
    refused = contract.FilingChangeRefused(
        filing_id=filing.id, filing_version=filing.filing_version, purpose=purpose, reason=reason
    )
    changed = replace(
        filing,
        status=moves.after(filing.status, Act.REFUSE_CHANGE),
        pending=None,
        reason=reason,
        changed_at=now,
    )
    note = Note(Kind.CHANGE_REFUSED, {"purpose": purpose.value, "reason": reason.model_dump()})
    return _step(changed, [refused], [note])


def withdraw(filing: Filing, *, now: datetime) -> Step:
    """The filing ends: the broker took it back."""
    own_words = filing.pending.reason if filing.pending else None
    changed = replace(
        filing,
        status=moves.after(filing.status, Act.WITHDRAW),
        pending=None,
        reason=None if own_words is None else Said.as_given(own_words),
        changed_at=now,
    )
    withdrawn = contract.FilingWithdrawn(filing_id=filing.id, filing_version=filing.filing_version)
    return _step(changed, [withdrawn], [Note(Kind.WITHDRAWN, {})])


def decide_part(
    filing: Filing, *, containers: Sequence[str], outcome: Outcome, reason: Said, now: datetime
) -> Step | None:
    """Some containers have their outcome; the filing goes on. None if they had theirs before."""
    new = [each for each in containers if each not in boxes.closed(filing.told)]
    if not new:
        return None
    told = dict.fromkeys(new, boxes.Told(outcome, reason))
    changed = replace(
        filing,
        status=moves.after(filing.status, Act.DECIDE_PART),
        told={**filing.told, **told},
        changed_at=now,
    )
    event = contract.FilingPartlyDecided(
        filing_id=filing.id,
        filing_version=filing.filing_version,
        containers=tuple(new),
        outcome=outcome,
        reason=reason,
    )
    facts = {"containers": new, "reason": reason.model_dump()}
    return _step(changed, [event], [Note(Kind(f"partly_{outcome}"), facts)])


def conclude(filing: Filing, *, outcome: Outcome, reason: Said, now: datetime) -> Step:
    """The requirement is met: the filing is released, refused entry or held.

    A change still pending is refused first: it came too late.
    """
    if filing.pending is not None:
        first = refuse_change(filing, purpose=filing.pending.purpose, reason=reason, now=now)
        then = conclude(first.filing, outcome=outcome, reason=reason, now=now)
        return Step(then.filing, first.events + then.events, first.notes + then.notes)
    act, kind = _ENDS[outcome]
    changed = replace(
        filing,
        status=moves.after(filing.status, act),
        reason=reason,
        told=boxes.closed(filing.told),
        changed_at=now,
    )
    event = _outcome_event(filing, outcome=outcome, reason=reason)
    return _step(changed, [event], [Note(kind, {"reason": reason.model_dump()})])


_ENDS = {
    Outcome.RELEASED: (Act.RELEASE, Kind.RELEASED),
    Outcome.REFUSED_ENTRY: (Act.REFUSE_ENTRY, Kind.REFUSED_ENTRY),
    Outcome.HELD: (Act.HOLD, Kind.HELD),
}


def _outcome_event(filing: Filing, *, outcome: Outcome, reason: Said) -> contract.FilingEvent:
    version = filing.filing_version
    if outcome is Outcome.RELEASED:
        return contract.FilingReleased(filing_id=filing.id, filing_version=version)
    if outcome is Outcome.HELD:
        return contract.FilingHeld(filing_id=filing.id, filing_version=version, reason=reason)
    return contract.FilingRefusedEntry(filing_id=filing.id, filing_version=version, reason=reason)


def note(filing: Filing, *notes: Note) -> Step:
    """Only tell the broker something; the filing itself does not change."""
    return _step(filing, [], notes)


def _step(filing: Filing, happened: Sequence[contract.FilingEvent], notes: Sequence[Note]) -> Step:
    counted = replace(
        filing,
        version=filing.version + len(happened),
        receipts=filing.receipts + len(notes),
    )
    stated = tuple(sandbox.marked(each, filing.content, state=filing.status) for each in notes)
    return Step(counted, tuple(happened), stated)
