"""Cases at their different stages, for tests."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.inspection.domain import concluding, inspecting, planning, verdicts
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.treatments import Order
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined, RequirementRevised
from shared.contracts.values import (
    AgencyNeed,
    Container,
    Disposal,
    Finding,
    Ground,
    Line,
    Mode,
    Scope,
    Slot,
    TeamPlace,
    Verdict,
)
from tests import factories
from tests.factories import BROKER, NOW, container_number

FILING = UUID(int=1)
REQUIREMENT = derived.requirement_id(FILING)
CASE = derived.case_id(REQUIREMENT)
WAIT = timedelta(minutes=180)
YARD = "CNTAO-Y1"

CUSTOMS = Actor("o.customs", "officer", "customs")
QUARANTINE = Actor("o.quarantine", "officer", "quarantine")

FOUND_PEST = Finding(code="pest", text="live insects 活虫")
CONFORM = verdicts.Report(Verdict.CONFORM, Disposal.RELEASE)
NONCONFORM = verdicts.Report(Verdict.NONCONFORM, Disposal.RETURN, (FOUND_PEST,))
AWAITED = Ground(code="papers_awaited", text="original certificate awaited 待补证书正本")
TREAT = verdicts.Report(
    Verdict.MINOR,
    Disposal.TREAT,
    (FOUND_PEST,),
    treatment=Order("cleaning", "CNTAO-T1", NOW + timedelta(days=2)),
)
SUSPEND = verdicts.Report(Verdict.SUSPEND, Disposal.DETAIN, ground=AWAITED)


def at(minutes: float = 0, *, start: datetime = NOW) -> Moment:
    """This many minutes after the slot begins, on both clocks."""
    moment = start + timedelta(minutes=minutes)
    return Moment(wall=moment, yard=moment)


def need(agency: str = "customs", scope: Scope = Scope.UNPACK) -> AgencyNeed:
    """An agency's need of an hour."""
    return AgencyNeed(agency=agency, scope=scope, minutes=60)


JOINT = (need("customs"), need("quarantine", Scope.SAMPLE))


def line(number: int = 1) -> Line:
    """A declared goods line."""
    return Line(
        number=number,
        hs_code="0810500000",
        name="kiwifruit 猕猴桃",
        quantity=Decimal("120.50"),
        unit="KGM",
        net_kg=Decimal("120.50"),
    )


def slot(starts: datetime = NOW, *, bay: str = "P1", yard: str = YARD) -> Slot:
    """A slot of an hour with both agencies' teams."""
    teams = (TeamPlace(agency="customs", team="C1"), TeamPlace(agency="quarantine", team="Q1"))
    ends = starts + timedelta(hours=1)
    return Slot(yard=yard, bay=bay, teams=teams, starts=starts, ends=ends)


def _facts(**changes: Any) -> dict[str, Any]:
    return {
        "filing_id": FILING,
        "requirement_id": REQUIREMENT,
        "filing_version": 1,
        "revision": 1,
        "mode": Mode.JOINT,
        "needs": JOINT,
        "containers": (Container(number=container_number(1), size_type="45G1", lines=(1, 2)),),
        "lines": (line(1), line(2)),
        "terminal": "CNTAO-T1",
        "arrival": NOW,
        "broker": BROKER,
    } | changes


def determined(**changes: Any) -> RequirementDetermined:
    """A joint requirement, with changes."""
    return RequirementDetermined(**_facts(**changes))


def revised(cause: str = "escalation", **changes: Any) -> RequirementRevised:
    """A joint requirement in its second revision, with changes."""
    return RequirementRevised(
        **({"revision": 2} | _facts(**({"revision": 2} | changes))),
        cause=cause,
        reason=factories.said("why"),
    )


def single(agency: str = "customs", scope: Scope = Scope.UNPACK) -> dict[str, Any]:
    """What makes a requirement single."""
    return {"mode": Mode.SINGLE, "needs": (need(agency, scope),)}


def recognition() -> dict[str, Any]:
    """What makes a requirement one that customs may recognise."""
    return {
        "mode": Mode.RECOGNITION,
        "needs": (need("quarantine"),),
        "recognising": need("customs"),
        "primary_agency": "quarantine",
    }


def new() -> Case:
    """A case of which nothing is known."""
    return Case(id=CASE, filing_id=FILING, requirement_id=REQUIREMENT, created_at=NOW)


def kept(change: Change | None) -> Case:
    """The case after a change that must have happened."""
    assert change is not None
    return change.case


def planned(**changes: Any) -> Case:
    """A case with its slot and a requirement with these changes."""
    case = kept(planning.require(new(), determined(**changes), now=at(-600), wait=WAIT))
    return kept(planning.assign(case, slot()))


def opened(*present: str, **changes: Any) -> Case:
    """A case that the first of these agencies has opened when the slot began; the others joined."""
    case = planned(**changes)
    present = present or tuple(section.agency for section in case.needed)
    who = Actor(f"o.{present[0]}", "officer", present[0])
    case = inspecting.open_container(case, who=who, present=(), reason=None, now=at()).case
    for agency in present[1:]:
        case = joined(case, Actor(f"o.{agency}", "officer", agency), minutes=0).case
    return case


def concluded(
    case: Case, who: Actor, report: verdicts.Report = CONFORM, *, minutes: float = 50
) -> Change:
    """The change that this conclusion makes."""
    return concluding.conclude(case, report, who=who, now=at(minutes), wait=WAIT)


def joined(case: Case, who: Actor, *, minutes: float = 60) -> Change:
    """The change that this agency's coming makes."""
    return inspecting.join(case, who=who, now=at(minutes), wait=WAIT)


def require(case: Case, event: Any, *, minutes: float = 55) -> Change | None:
    """The change that a determination or revision makes."""
    return planning.require(case, event, now=at(minutes), wait=WAIT)


def names(change: Change | None) -> list[str]:
    """The names of the events that a change tells."""
    return [] if change is None else [event.name for event in change.events]


def without_slot(case: Case) -> Case:
    """The case after its slot was lost."""
    return replace(case, slot=None)
