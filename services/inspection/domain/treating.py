"""What becomes of an ordered treatment: told as done or failed, overdue, or not needed any more.

A treatment that is done concludes nothing by itself: the agency concludes anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from services.inspection.domain import alarms, errors, moves, standing
from services.inspection.domain.case import LOOSE, Case, Change, Section
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Moment, Record
from services.inspection.domain.treatments import Treated, Treatment, kinds
from shared import errors as refusals
from shared.contracts.values import Finding, Verdict
from shared.errors import Fault, Faults

REPORTED = "treatment_reported"
OVERDUE, CANCELLED = "treatment_overdue", "treatment_cancelled"
FAILED = "treatment_failed"
"""The code of what an alarm tells of a treatment that came to nothing; of a late one, `OVERDUE`."""


class TreatmentUnknown(refusals.NotFound):
    """Your section has ordered no such treatment."""

    zh = "本单位部分没有该处理。"
    mend = "Use a number of the section's `treatments`."
    mend_zh = "请使用 treatments 所列的序号。"


class TreatmentSettled(refusals.Conflict):
    """This treatment has its result, or is not to be made any more."""

    zh = "该处理已有结果，或已不再需要。"
    mend = "Conclude anew with the disposal `treat` to have another made."
    mend_zh = "如需再次处理，请重新作出处置为处理的结论。"


class TreatmentFigureMissing(refusals.Invalid):
    """A treatment of this kind is judged by this figure."""

    zh = "该处理方式须填写此项数值。"
    mend = "Give the figure, in the unit named."
    mend_zh = "请按所示单位填写数值。"


class TreatmentCertificateMissing(refusals.Invalid):
    """Whoever makes a treatment of this kind gives a certificate of it."""

    zh = "该处理方式须填写处理证书编号。"
    mend = "Give the certificate's number."
    mend_zh = "请填写证书编号。"


@dataclass(frozen=True)
class Result:
    """What became of the treatment `number` of a section."""

    number: int
    done: bool
    text: str
    certificate: str | None = None
    dose: Decimal | None = None
    hours: Decimal | None = None
    celsius: Decimal | None = None


def tell(case: Case, result: Result, *, who: Actor, now: Moment) -> Change:
    """A treatment's result, once; one that failed raises an alarm. What follows is concluded anew.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, TreatmentUnknown, TreatmentSettled, Faults.
    """
    status = moves.after(case.status, Act.TREAT)
    section = standing.needed_section(case, who)
    order = _numbered(section, result.number)
    if not order.open:
        raise TreatmentSettled(number=result.number)
    wrong = list(_lacking(order, result))
    if wrong:
        raise Faults(*wrong)
    said = {name: value for name, value in vars(result).items() if name != "number"}
    treated = Treated(**said, officer=who.subject, at=now.yard)
    kept = with_treatment(case, section, order.model_copy(update={"result": treated}))
    facts = treated.model_dump(mode="json", exclude_none=True)
    change = Change(replace(kept, status=status)).noted(REPORTED, number=order.number, **facts)
    bad = () if treated.done else _findings(order, FAILED, treated.text)
    return alarms.raised(change, bad, agency=section.agency, now=now)


def lapse(case: Case, agency: str, number: int, *, now: Moment) -> Change | None:
    """It was not told until its time was over, once: an alarm. None if it was, or is known."""
    section = case.section(agency)
    if section is None or case.status in moves.ENDED:
        return None
    late = _numbered(section, number)
    if not late.open or late.overdue_at is not None or now.yard < late.due:
        return None
    kept = with_treatment(case, section, late.model_copy(update={"overdue_at": now.yard}))
    change = Change(kept).noted(OVERDUE, agency=agency, number=number)
    said = kinds()[late.kind].said if late.kind in kinds() else None
    text = f"{said.zh} {said.en}" if said else late.kind
    findings = _findings(late, OVERDUE, f"{text}: {late.by}")
    return alarms.raised(change, findings, agency=section.agency, now=now)


def corrected(case: Case, record: Record, facts: Mapping[str, str]) -> Case:
    """The case with a result as it was corrected."""
    section, number = case.section(record.actor.agency), record.payload["number"]
    for each in section.treatments if section else ():
        if section and each.number == number and each.result:
            right = each.result.model_copy(update=dict(facts))
            return with_treatment(case, section, each.model_copy(update={"result": right}))
    return case


def settled(change: Change, *, now: datetime) -> Change:
    """Also give up what there is nothing left of to be treated, after this change."""
    for section in change.case.sections:
        for each in section.treatments:
            if each.open and _given_up(change.case, section, each):
                change = _cancelled(change, section.agency, each, now=now)
    return change


def _given_up(case: Case, section: Section, treatment: Treatment) -> bool:
    """The case has ended, or what was to be treated is decided or may not come in."""
    parts = [each for each in case.containers or (LOOSE,) if treatment.covers(each)]
    left = [each for each in parts if each not in case.decided]
    last = [section.last(each) for each in left]
    refused = all(each is not None and each.verdict is Verdict.NONCONFORM for each in last)
    return case.status in moves.ENDED or refused


def _cancelled(change: Change, agency: str, treatment: Treatment, *, now: datetime) -> Change:
    section = change.case.section(agency)
    if section is None:
        return change
    given_up = treatment.model_copy(update={"cancelled_at": now})
    kept = replace(change, case=with_treatment(change.case, section, given_up))
    return kept.noted(CANCELLED, agency=agency, number=treatment.number)


def _numbered(section: Section, number: int) -> Treatment:
    if not 1 <= number <= len(section.treatments):
        raise TreatmentUnknown(number=number)
    return section.treatments[number - 1]


def _lacking(order: Treatment, result: Result) -> Iterator[Fault]:
    """What a treatment that was made is judged by and is not told."""
    kind = kinds().get(order.kind)
    if not result.done or kind is None:
        return
    if kind.certificate and result.certificate is None:
        yield errors.fault(TreatmentCertificateMissing(pointer="/certificate"))
    for name, unit in kind.figures.items():
        if getattr(result, name) is None:
            yield errors.fault(TreatmentFigureMissing(pointer=f"/{name}", unit=unit))


def _findings(treatment: Treatment, code: str, text: str) -> tuple[Finding, ...]:
    """What an alarm tells: of each container, or of all the cargo."""
    containers = treatment.containers or (None,)
    return tuple(Finding(code=code, text=text, container=each) for each in containers)


def with_treatment(case: Case, section: Section, treatment: Treatment) -> Case:
    """The case with a treatment of a section as it is now."""
    before = section.treatments[: treatment.number - 1]
    after = section.treatments[treatment.number :]
    return case.with_section(replace(section, treatments=(*before, treatment, *after)))
