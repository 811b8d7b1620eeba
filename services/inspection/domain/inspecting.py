"""What officers do at the container. Each writes its own agency's section alone and reads both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.inspection.domain import alarms, containers, errors, moves, standing, waiting
from services.inspection.domain.case import Case, Change, Opening, Section
from services.inspection.domain.moves import Act, Status
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.replacing import replace
from shared.contracts.case import CaseEscalationRequested, CaseJoined, CaseOpened
from shared.contracts.values import Finding, Said, Scope
from shared.errors import Fault, Faults

EARLY = timedelta(minutes=15)
MOST_NOTED = 50
"""With those of the conclusion itself, one event carries them all: it has to fit the broker."""

AFTER_THE_WAIT = Said(en="the second agency came after the wait", zh="第二查验单位在等待期后到场")


def may_open_from(case: Case) -> datetime | None:
    """From when (yard clock, UTC) the container may be opened; None while it may not at all."""
    ready = case.status is Status.PLANNED and not case.gaps and case.leave is None
    return case.slot.starts - EARLY if ready and case.slot else None


def open_container(
    case: Case, *, who: Actor, present: Sequence[str], reason: str | None, now: Moment
) -> Change:
    """Open the container in its slot; only the opener's agency is there until another joins.

    `present` may name the opener's agency and no other. Raises CaseMoveNotAllowed, CaseNotReady,
    CaseFrozen, TooEarly, AgencyNotNeeded, OthersJoinThemselves (in Faults), ReasonMissing.
    """
    moves.after(case.status, Act.OPEN)
    if case.required is None or case.slot is None:
        raise errors.CaseNotReady(gaps=case.gaps)
    if case.leave is not None:
        raise errors.CaseFrozen(purpose=case.leave.value)
    own = standing.needed_section(case, who).agency
    _check_present(own, present)
    if now.yard < case.slot.starts - EARLY:
        raise errors.TooEarly(opens_from=case.slot.starts - EARLY, now=now.yard)
    opening = Opening(
        number=len(case.openings) + 1,
        opened_at=now.yard,
        present=(own,),
        slot=case.slot,
        reason=_reason(case, own, given=reason),
        came={own: now.yard},
    )
    return Change(opened(case, opening)).told(
        CaseOpened,
        opening=opening.number,
        opened_at=now.yard,
        present=opening.present,
        reason=opening.reason,
    )


def opened(case: Case, opening: Opening) -> Case:
    """The case with another opening, at which whoever opened it is alone."""
    after = replace(case.with_opening(opening), status=moves.after(case.status, Act.OPEN))
    return after.with_sections(
        replace(each, joined_at=opening.came.get(each.agency)) for each in after.sections
    )


def _check_present(own: str, present: Sequence[str]) -> None:
    others = [
        errors.fault(errors.OthersJoinThemselves(pointer=f"/present/{index}", agency=own))
        for index, agency in enumerate(present)
        if agency != own
    ]
    if others:
        raise Faults(*others)


def _reason(case: Case, own: str, *, given: str | None) -> Said | None:
    """A second opening has a reason; that an agency comes after the wait is one by itself."""
    if given:
        return Said.as_given(given)
    if not case.openings:
        return None
    if own in case.missing:
        return AFTER_THE_WAIT
    raise errors.ReasonMissing(pointer="/reason")


def join(case: Case, *, who: Actor, now: Moment, wait: waiting.Wait) -> Change:
    """Another needed agency comes to the open container.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, AlreadyJoined.
    """
    moves.after(case.status, Act.JOIN)
    opening, section = standing.at_work(case, who)
    if section.agency in opening.present:
        raise errors.AlreadyJoined(opening=opening.number)
    change = Change(joined(case, opening, section, at=now.yard)).told(
        CaseJoined,
        opening=opening.number,
        agency=section.agency,
        joined_at=now.yard,
    )
    return waiting.begin(change, now=now, wait=wait)


def joined(case: Case, opening: Opening, section: Section, *, at: datetime) -> Case:
    """The case after an agency came to the opening (yard clock)."""
    present = tuple(sorted({*opening.present, section.agency}))
    come = case.with_section(replace(section, joined_at=at))
    shared = replace(opening, present=present, came={**opening.came, section.agency: at})
    return replace(come.with_opening(shared), status=moves.after(case.status, Act.JOIN))


def find(
    case: Case, finding: Finding, *, who: Actor, now: Moment, beside: Iterable[Fault] = ()
) -> Change:
    """Note a finding in one's own section, before its conclusion, and raise an alarm.

    Faults of its code are told `beside` those of its container.
    Raises CaseMoveNotAllowed, AgencyNotNeeded, SectionConcluded, NotAtContainer,
    ContainerDecided, TooManyFindings, Faults.
    """
    status = moves.after(case.status, Act.FIND)
    section = standing.writable(case, who)
    _check_container(case, section, finding.container, beside=beside)
    if len(section.findings) >= MOST_NOTED:
        raise errors.TooManyFindings(most=MOST_NOTED)
    noted = replace(section, findings=(*section.findings, finding))
    changed = replace(case.with_section(noted), status=status)
    change = Change(changed).noted("finding", **finding.model_dump(exclude_none=True))
    return alarms.raised(change, (finding,), agency=section.agency, now=now)


def _check_container(
    case: Case, section: Section, container: str | None, *, beside: Iterable[Fault]
) -> None:
    """A conclusion on it is still to come. Raises Faults, ContainerDecided, SectionConcluded,
    NotAtContainer.
    """
    pointer = "/container"
    named = [] if container is None else [container]
    wrong = [
        *beside,
        *containers.faults(named, of=case.containers, pointer=lambda _: pointer),
    ]
    if wrong:
        raise Faults(*wrong)
    if container is None:
        return
    if container in case.decided:
        raise containers.ContainerDecided(pointer=pointer, container=container)
    if not section.may_conclude_on(container):
        raise errors.SectionConcluded(
            pointer=pointer, agency=section.agency, containers=[container]
        )
    standing.at_container(case, section, [container])


@dataclass(frozen=True)
class Escalation:
    """A deeper look of one's own agency, or the other agency called in."""

    agency: str
    scope: Scope
    reason: str


def escalate(case: Case, asked: Escalation, *, who: Actor, agencies: Sequence[str]) -> Change:
    """Ask for more; mutual recognition answers with a revision.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, AgencyUnknown, EscalationIdle.
    """
    status = moves.after(case.status, Act.ESCALATE)
    _, own = standing.at_work(case, who)
    if asked.agency not in agencies:
        raise errors.AgencyUnknown(pointer="/agency", agencies=agencies)
    other = case.section(asked.agency)
    deeper = asked.agency == own.agency and asked.scope.depth > own.scope.depth
    called_in = asked.agency != own.agency and not (other and other.needed)
    if not (deeper or called_in):
        raise errors.EscalationIdle(agency=asked.agency, scope=asked.scope.value)
    return Change(replace(case, status=status)).told(
        CaseEscalationRequested,
        requested_by=own.agency,
        agency=asked.agency,
        scope=asked.scope,
        reason=asked.reason,
        officer=who.subject,
    )
