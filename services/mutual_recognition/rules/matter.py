"""A matter: all that is decided of one filing, and what a change of it tells the others."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.mutual_recognition.domain import changes
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Pending, Requirement
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import decide
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from shared.contracts.envelope import Event
from shared.contracts.filing import FilingAccepted
from shared.contracts.requirement import Cause
from shared.contracts.values import Mode, Said
from shared.ids import Ids

REVISED = Said(en="the requirement was revised", zh="查验要求已修订")


@dataclass(frozen=True)
class Decision:
    """A case under an id, what its draws hang on, and what it led to."""

    id: UUID
    case: Case
    ticket: Ticket
    outcome: Determination


@dataclass(frozen=True)
class Matter:
    """The requirement, the decision it stands on, its recognition, and what was concluded."""

    requirement: Requirement
    decision: Decision
    recognition: Recognition | None = None
    conclusions: tuple[Conclusion, ...] = ()


@dataclass(frozen=True)
class Change:
    """A matter after something happened to it, and what that tells, in the order it happened.

    `cause` says why there is a new decision, None if there is none.
    """

    matter: Matter
    events: tuple[Event, ...] = ()
    cause: str | None = None

    def required(self, changed: changes.Changed) -> "Change":
        """Also this change of the requirement."""
        after, told = changed
        matter = replace(self.matter, requirement=after)
        return replace(self, matter=matter, events=(*self.events, *told))

    def recognised(self, changed: recognitions.Changed) -> "Change":
        """Also this change of the recognition."""
        after, told = changed
        matter = replace(self.matter, recognition=after)
        return replace(self, matter=matter, events=(*self.events, *told))


def decided(decision_id: UUID, case: Case, *, ticket: Ticket, agencies: Agencies) -> Decision:
    """Decide a case."""
    outcome = decide.decide(case, agencies=agencies)
    return Decision(id=decision_id, case=case, ticket=ticket, outcome=outcome)


def begin(
    event: FilingAccepted, case: Case, *, ticket: Ticket, agencies: Agencies, ids: Ids
) -> Change:
    """Select for each agency, merge, and say what is required of a new filing."""
    decision = decided(ids(), case, ticket=ticket, agencies=agencies)
    fresh, told = changes.determine(
        filing_id=event.filing_id,
        filing_version=event.filing_version,
        consignment=event.consignment,
        determination=decision.outcome,
        decision_id=decision.id,
    )
    matter = Matter(requirement=fresh, decision=decision)
    return _follow(Change(matter, events=told, cause="accepted"))


def revise(
    change: Change,
    case: Case,
    *,
    cause: Cause,
    reason: Said,
    agencies: Agencies,
    ids: Ids,
    pending: Pending | None = None,
    ticket: Ticket | None = None,
) -> Change:
    """Decide the case, make it the requirement's next revision, let the recognition follow.

    The draws are those of the decision before, unless another `ticket` is given.
    """
    before = change.matter
    ticket = ticket or before.decision.ticket
    decision = decided(ids(), case, ticket=ticket, agencies=agencies)
    revised = changes.revise(
        before.requirement,
        decision.outcome,
        cause=cause,
        reason=reason,
        decision_id=decision.id,
        pending=pending,
    )
    anew = replace(change, matter=replace(before, decision=decision), cause=cause)
    return _follow(anew.required(revised))


def lapse(change: Change, *, reason: Said) -> Change:
    """It does not come to the recognition that was expected, if one was."""
    found = change.matter.recognition
    if found is None or found.status is not RecognitionStatus.EXPECTED:
        return change
    return change.recognised(recognitions.lapse(found, reason=reason))


def _follow(change: Change) -> Change:
    """Let the recognition be what the requirement's mode says: expected, or lapsed."""
    found, result = change.matter.recognition, change.matter.requirement.determination
    wanted = result.mode is Mode.RECOGNITION
    if found and found.status is RecognitionStatus.EXPECTED:
        if wanted and found.terms == result.terms:
            return change
        change = lapse(change, reason=REVISED)
    if wanted and result.terms is not None and result.recognising is not None:
        expected = recognitions.expect(
            change.matter.recognition,
            filing_id=change.matter.requirement.filing_id,
            primary=result.needs[0].agency,
            secondary=result.recognising.agency,
            terms=result.terms,
            awaited_from=change.matter.requirement.awaited_from,
        )
        change = change.recognised(expected)
    return change
