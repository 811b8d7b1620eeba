"""What happens to a case that two agencies inspect, by the service's own rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from services.cli import people
from services.cli.benching.chained import Happened, Pen
from services.inspection.domain import (
    alarms,
    concluding,
    ending,
    gates,
    handling,
    inspecting,
    planning,
    verdicts,
)
from services.inspection.domain.alarms import Alarm
from services.inspection.domain.case import Case, Change
from services.inspection.domain.evidence import KIND as EVIDENCE
from services.inspection.domain.facts import Seal
from services.inspection.domain.handling import Box, Handling, Step
from services.inspection.domain.records import Actor, Moment
from shared.contracts import derived
from shared.contracts.requirement import RequirementDetermined
from shared.contracts.values import (
    AgencyNeed,
    Container,
    Disposal,
    Finding,
    Line,
    Mode,
    Outcome,
    Said,
    Scope,
    Slot,
    TeamPlace,
    Verdict,
)

AGENCIES = ("customs", "quarantine")
ANSWERS, PHOTOS = 25, 10
"""Of each case, as in the shift that devices are tried with."""
WAIT = timedelta(hours=3)
BOX, SEAL = "OSTU0000010", "S0001"
SERVICE = Actor("mutual_recognition", "service")
YARD_STAFF = Actor("demo-yard", "yard")
FOUND = Finding(code="label", text="label torn 标签破损")


class _Course:
    """A case as it goes on, and what is recorded of it."""

    def __init__(self, began: datetime) -> None:
        self.now = began
        self.happened: list[Happened] = []
        filing = uuid4()
        requirement = derived.requirement_id(filing)
        self.case = Case(
            id=derived.case_id(requirement),
            filing_id=filing,
            requirement_id=requirement,
            created_at=began,
        )

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.now)

    def go(self, change: Change | None, who: Actor = SERVICE) -> None:
        """On to what this makes of it, and a minute more."""
        if change is None:
            raise ValueError("nothing happened")
        self.happened += [Happened(each, who, self.moment) for each in change.notes]
        self.case = change.case
        self.now += timedelta(minutes=1)


def life(began: datetime, pens: Sequence[Pen]) -> list[Happened]:
    """What happens to a case from its requirement to its end; 50 records."""
    course = _Course(began)
    customs, quarantine = (pen.who for pen in pens)
    course.go(
        planning.require(course.case, _determined(course.case, began), now=course.moment, wait=WAIT)
    )
    course.go(planning.assign(course.case, _slot(began)))
    sealed = (Seal(container=BOX, seal=SEAL),)
    course.go(gates.gate_in(course.case, sealed, now=course.moment), YARD_STAFF)
    opened = inspecting.open_container(
        course.case, who=customs, present=(), reason=None, now=course.moment
    )
    course.go(opened, customs)
    course.go(
        inspecting.join(course.case, who=quarantine, now=course.moment, wait=WAIT), quarantine
    )
    for step, seal in ((Step.SEAL_REMOVED, SEAL), (Step.OPENED, None), (Step.UNPACKED, None)):
        course.go(handling.handle(course.case, Handling(step, (Box(BOX, seal),))), YARD_STAFF)
    for number in range(ANSWERS):
        course.go(Change(course.case).noted("result", **_answer(number)), customs)
    for _ in range(PHOTOS):
        course.go(Change(course.case).noted(EVIDENCE, **_photo()), quarantine)
    course.go(inspecting.find(course.case, FOUND, who=customs, now=course.moment), customs)
    _conclude(course, customs, quarantine)
    return course.happened


def _conclude(course: _Course, customs: Actor, quarantine: Actor) -> None:
    said = Said(en="all concluded", zh="均已作出结论")
    for who, verdict in ((customs, Verdict.MINOR), (quarantine, Verdict.CONFORM)):
        report = verdicts.Report(verdict, Disposal.RELEASE)
        change = concluding.conclude(course.case, report, who=who, now=course.moment, wait=WAIT)
        course.go(change, who)
    course.go(ending.meet(course.case, Outcome.RELEASED, reason=said, now=course.moment))
    (alarm,) = [
        seq for seq, each in enumerate(course.happened, 1) if each.note.kind == alarms.RAISED
    ]
    raised = Alarm(alarm, "customs", (FOUND,), course.now, course.now)
    seen = alarms.acknowledge(course.case, raised, agency="customs", agencies=("customs",))
    course.go(seen, replace(customs, role="supervisor"))


def _answer(number: int) -> dict[str, Any]:
    return {
        "id": "",
        "item": "weight",
        "outcome": "conform",
        "line": 1 + number % 2,
        "figure": f"{1000 + number}.5",
        "note": "抽查过磅 weighed by sample",
    }


def _photo() -> dict[str, Any]:
    sort = {"sort": "photo", "media_type": "image/jpeg", "positions": False}
    return {"id": "", "sha256": "", "sent": "0" * 64, "bytes": 1, **sort}


def _slot(now: datetime) -> Slot:
    teams = tuple(TeamPlace(agency=each, team=each[0].upper()) for each in AGENCIES)
    return Slot(yard="Y1", bay="B1", teams=teams, starts=now, ends=now + timedelta(hours=1))


def _determined(case: Case, now: datetime) -> RequirementDetermined:
    line = Line(
        number=1,
        hs_code="0202300090",
        name="冻去骨牛肉",
        quantity=Decimal(18000),
        unit="KGM",
        net_kg=Decimal(18000),
    )
    return RequirementDetermined(
        filing_id=case.filing_id,
        requirement_id=case.requirement_id,
        filing_version=1,
        revision=1,
        mode=Mode.JOINT,
        needs=tuple(AgencyNeed(agency=each, scope=Scope.UNPACK, minutes=60) for each in AGENCIES),
        containers=(Container(number=BOX, size_type="45G1", lines=(1, 2)),),
        lines=(line, line.model_copy(update={"number": 2})),
        terminal="CNTAO-T1",
        arrival=now,
        broker=people.DEMO_BROKER,
    )
