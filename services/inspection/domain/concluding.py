"""An agency concludes its section: on the whole consignment, or on some containers of it."""

from collections.abc import Callable, Collection, Iterable, Sequence

from services.inspection.domain import (
    alarms,
    answered,
    consent,
    errors,
    moves,
    ordering,
    sampling,
    standing,
    verdicts,
    waiting,
)
from services.inspection.domain.case import LOOSE, Case, Change, Section
from services.inspection.domain.containers import ContainerDecided
from services.inspection.domain.facts import Conclusion
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.replacing import replace
from shared.contracts.case import SectionConcluded, SectionPartlyConcluded
from shared.contracts.values import Finding, Mode, Verdict
from shared.errors import Fault

Checklist = Callable[[Section, Collection[str]], answered.Left]
"""What is left of a section's checklist before a conclusion on these containers."""


AS_REPORTED = ("verdict", "disposal", "gross_kg", "ground")
"""What a conclusion says as the officer reported it."""


def no_checklist(_section: Section, _covered: Collection[str]) -> answered.Left:
    """Where nothing is asked of anybody."""
    return answered.NOTHING


def conclude(
    case: Case,
    report: verdicts.Report,
    *,
    who: Actor,
    now: Moment,
    wait: waiting.Wait,
    checklist: Checklist = no_checklist,
    beside: Iterable[Fault] = (),
) -> Change:
    """Conclude one's own section; on each container once, unless it is held or looked at deeper.

    Without named containers it is about all that is still to be concluded on, and about what is
    suspended or to be treated only where nothing else is left. Faults of codes are told `beside`.
    Raises CaseMoveNotAllowed, AgencyNotNeeded, SectionConcluded, NotAtContainer, AmendmentAwaited,
    ContainerDecided, Faults, and what `_check_awaited` does.
    """
    section, covered = _at_hand(case, report, who)
    noted = [each for each in section.findings if each.container in (None, *covered)]
    wrong = [*beside, *ordering.faults(report, now=now.yard)]
    findings, found = verdicts.check(
        report, noted=noted, required=case.required, covered=covered, beside=wrong
    )
    _check_open(case, section, report)
    _check_awaited(section, report, covered=covered, checklist=checklist)
    conclusion = Conclusion(
        number=len(section.conclusions) + 1,
        scope=section.scope,
        findings=findings,
        found=found,
        concluded_at=now.yard,
        officer=who.subject,
        containers=_named(case, covered),
        **{name: getattr(report, name) for name in AS_REPORTED},
    )
    written = written_into(section, conclusion, covered=covered)
    written = ordering.ordered(written, report, who=who, now=now)
    told = _told(case, written, new=report.findings, now=now)
    return waiting.begin(consent.lapse(told), now=now, wait=wait)


def written_into(section: Section, conclusion: Conclusion, *, covered: Collection[str]) -> Section:
    """The section with a conclusion on these containers, which takes in what was found there."""
    later = tuple(each for each in section.findings if each.container not in (None, *covered))
    return replace(section, findings=later, conclusions=(*section.conclusions, conclusion))


def _at_hand(case: Case, report: verdicts.Report, who: Actor) -> tuple[Section, tuple[str, ...]]:
    """The section that is concluded, and the containers that it is concluded on."""
    moves.after(case.status, Act.CONCLUDE)
    _, section = standing.at_work(case, who)
    covered = report.containers or standing.unsaid(case, section)
    standing.at_container(case, section, covered)
    consent.not_given(case)
    return section, covered


def _named(case: Case, covered: tuple[str, ...]) -> tuple[str, ...]:
    """The containers of a conclusion, as it names them: all of them are the consignment."""
    whole = set(covered) == set(case.containers or (LOOSE,))
    return () if whole else covered


def _check_open(case: Case, section: Section, report: verdicts.Report) -> None:
    """Raises ContainerDecided, SectionConcluded."""
    decided = [each for each in report.containers if each in case.decided]
    if decided:
        outcomes = {each: case.decided[each].outcome.value for each in decided}
        raise ContainerDecided(pointer="/containers", containers=outcomes)
    done = [each for each in report.containers if not section.may_conclude_on(each)]
    if done:
        raise errors.SectionConcluded(pointer="/containers", agency=section.agency, containers=done)


def _check_awaited(
    section: Section, report: verdicts.Report, *, covered: Collection[str], checklist: Checklist
) -> None:
    """Raises TreatmentAwaited, TreatmentFailed, TooManyTreatments, LaboratoryAwaited,
    LaboratoryFound, ChecklistOpen.
    """
    ordering.check(section, report, covered=covered)
    sampling.check(section, report.verdict, covered=covered)
    if report.verdict is not Verdict.SUSPEND:
        checklist(section, covered).check()


def _told(case: Case, written: Section, *, new: Sequence[Finding], now: Moment) -> Change:
    """The case with the section's new conclusion; its event, and that of its `new` findings."""
    conclusion, change = written.conclusions[-1], Change(with_conclusion(case, written))
    facts = conclusion.model_dump(exclude={"number", "containers"})
    facts |= {"agency": written.agency, "conclusion": conclusion.number}
    if conclusion.containers:
        told = change.told(SectionPartlyConcluded, **facts, containers=conclusion.containers)
    else:
        told = change.told(SectionConcluded, **facts)
    told = ordering.noted(told, written, conclusion)
    return alarms.raised(told, new, agency=written.agency, now=now)


def with_conclusion(case: Case, written: Section) -> Case:
    """The case with the section that has another conclusion."""
    after = case.with_section(written)
    primary = _awaits_recognition(case) and after.concluded(written)
    act = Act.CONCLUDE_PRIMARY if primary else Act.CONCLUDE
    return replace(after, status=moves.after(case.status, act))


def _awaits_recognition(case: Case) -> bool:
    decided = case.recognition is not None and case.recognition.status != "expected"
    expected = case.required is not None and case.required.mode is Mode.RECOGNITION
    return expected and not decided
