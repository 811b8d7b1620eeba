"""What officers do in the model town."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from services.inspection.domain import (
    concluding,
    consent,
    inspecting,
    standing,
    treating,
    treatments,
)
from services.inspection.domain.case import Case
from services.inspection.domain.records import Actor
from services.inspection.domain.verdicts import Found, Report
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.rules import closing
from shared.contracts import derived
from shared.contracts.values import Disposal, Finding, Ground, Scope, Verdict
from tests.model.town import Town
from tests.unit.mutual_recognition import builders

PEST = Finding(code="pest", text="live insects 活虫")
PAPERS = Ground(code="papers_awaited", text="certificate awaited 待补证书")
CONFORMS = (Verdict.CONFORM, Disposal.RELEASE)
REPORTS = {
    "conforms": CONFORMS,
    "minor": (Verdict.MINOR, Disposal.RELEASE),
    "treat": (Verdict.MINOR, Disposal.TREAT),
    "nonconforming": (Verdict.NONCONFORM, Disposal.RETURN),
    "suspended": (Verdict.SUSPEND, Disposal.DETAIN),
}


def officer(agency: str) -> Actor:
    """An officer of an agency."""
    return Actor(f"o.{agency}", "officer", agency)


def order(town: Town, filing_id: UUID, *, agency: str, scope: Scope) -> None:
    """An officer orders a late selection."""
    current = town.recognising.matters.get(derived.requirement_id(filing_id))
    if current is None:
        return
    given = Order(
        id=town.ids(),
        cause="late_selection",
        agency=agency,
        scope=scope,
        reason="a hint",
        given_by=f"o.{agency}",
        given_at=town.clock.wall(),
    )
    ordered = closing.order(current, given, agencies=builders.AGENCIES, ids=town.ids)
    town.tell(town.recognising.keep(ordered))


def open_container(town: Town, case: Case, agency: str, reason: str | None = None) -> None:
    """An officer opens the container."""
    now = town.inspection.now()
    change = inspecting.open_container(
        case, who=officer(agency), present=(), reason=reason, now=now
    )
    town.tell(town.inspection.keep(change, who=officer(agency)))


def join(town: Town, case: Case, agency: str) -> None:
    """An officer comes to the open container."""
    now, wait = town.inspection.now(), town.inspection.settings.wait
    change = inspecting.join(case, who=officer(agency), now=now, wait=wait)
    town.tell(town.inspection.keep(change, who=officer(agency)))


def answer(town: Town, case: Case, agency: str, *, consents: bool) -> None:
    """An officer consents to an amendment after the opening, or does not."""
    reason = None if consents else "it is being weighed"
    change = consent.answer(case, consents=consents, reason=reason, who=officer(agency))
    town.tell(town.inspection.keep(change, who=officer(agency)))


def find(town: Town, case: Case, agency: str, *, pick: int = 0) -> None:
    """An officer notes a finding, perhaps in one container."""
    container = next(iter(picked(case, pick)), None)
    finding = PEST.model_copy(update={"container": container})
    change = inspecting.find(case, finding, who=officer(agency), now=town.inspection.now())
    town.tell(town.inspection.keep(change, who=officer(agency)))


def picked(case: Case, pick: int) -> tuple[str, ...]:
    """Some of the consignment's containers: a bit for each; none of them for 0."""
    return tuple(each for bit, each in enumerate(case.containers) if pick >> bit & 1)


def conclude(
    town: Town,
    case: Case,
    agency: str,
    *,
    said: str = "conforms",
    share: str = "1",
    pick: int = 0,
) -> None:
    """An officer concludes, perhaps on some containers; `share` is how much of it was found."""
    verdict, disposal = REPORTS[said]
    case = _treated(town, case, agency)
    section, named = case.section(agency), picked(case, pick)
    covered = named or (standing.unsaid(case, section) if section else ())
    noted = [] if section is None else section.findings
    if said == "conforms" and any(each.container in (None, *covered) for each in noted):
        verdict, disposal = REPORTS["minor"]
    findings = (PEST,) if said in {"minor", "treat", "nonconforming"} else ()
    ground = PAPERS if said == "suspended" else None
    found = tuple(_found(case, covered, share))
    due = town.clock.yard() + timedelta(days=1)
    treatment = treatments.Order("cleaning", "C1", due) if said == "treat" else None
    change = concluding.conclude(
        case,
        Report(verdict, disposal, findings, found, named, ground=ground, treatment=treatment),
        who=officer(agency),
        now=town.inspection.now(),
        wait=town.inspection.settings.wait,
    )
    town.tell(town.inspection.keep(change, who=officer(agency)))


def _treated(town: Town, case: Case, agency: str) -> Case:
    """What was ordered is done before the agency says anything else; the case as it is then."""
    section = case.section(agency)
    for each in section.treatments if section else ():
        if each.open:
            done = treating.Result(each.number, done=True, text="clean")
            change = treating.tell(case, done, who=officer(agency), now=town.inspection.now())
            town.tell(town.inspection.keep(change, who=officer(agency)))
            case = town.inspection.cases[case.requirement_id]
    return case


def _found(case: Case, covered: Sequence[str], share: str) -> Iterator[Found]:
    """That share of what is in these containers: of a line in several, as much in each."""
    required = case.required
    for line in required.lines if required else ():
        boxes = required.containers if required else ()
        carriers = [each.number for each in boxes if line.number in each.lines]
        here = Decimal(sum(each in covered for each in carriers)) / len(carriers)
        if here:
            yield Found(
                number=line.number,
                name=line.name,
                quantity=line.quantity * Decimal(share) * here,
                unit=line.unit,
                net_kg=line.net_kg * Decimal(share) * here,
            )


def escalate(town: Town, case: Case, agency: str, *, calls: str, scope: Scope) -> None:
    """An officer asks for a deeper look, or for the other agency."""
    asked = inspecting.Escalation(agency=calls, scope=scope, reason="something is odd")
    agencies = town.inspection.settings.agencies
    change = inspecting.escalate(case, asked, who=officer(agency), agencies=agencies)
    town.tell(town.inspection.keep(change, who=officer(agency)))
