"""Filings and events of other services for the tests of this one."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.declaration.domain import filing as filings
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.forms import FilingIn
from shared.contracts import booking, case, derived, recognition, requirement
from shared.contracts.values import (
    CUSTOMS,
    QUARANTINE,
    AgencyNeed,
    Disposal,
    Mode,
    Outcome,
    Purpose,
    Scope,
    Slot,
    TeamPlace,
    Verdict,
)
from tests import factories
from tests.factories import NOW
from tests.factories import filing as body

FILING = UUID(int=7)
RECEIPT = "421820261000000001"
LATER = NOW + timedelta(hours=1)
SLOT = Slot(
    yard="CNTAO-Y1",
    bay="P01",
    teams=(TeamPlace(agency=QUARANTINE, team="Q1"),),
    starts=NOW + timedelta(hours=3),
    ends=NOW + timedelta(hours=4),
)


def content(**changes: Any) -> Content:
    """The content of a valid filing."""
    return FilingIn.model_validate_json(json.dumps(body() | changes)).content()


def accepted() -> Filing:
    """A filing as it stands after its acceptance."""
    step = filings.accept(content(), filing_id=FILING, receipt_number=RECEIPT, now=NOW)
    return step.filing


def amending() -> Filing:
    """A filing whose amendment is asked for."""
    return filings.ask_amendment(
        accepted(), content=content(packages=41), by="a broker", now=NOW
    ).filing


def withdrawing() -> Filing:
    """A filing whose withdrawal is asked for."""
    return filings.ask_withdrawal(
        accepted(), reason="sold elsewhere", by="a broker", now=NOW
    ).filing


class Told:
    """The events of other services about one filing."""

    def __init__(self, filing: UUID = FILING) -> None:
        self.filing = filing
        self.requirement = derived.requirement_id(filing)

    def _of_requirement(self, version: int, revision: int) -> dict[str, Any]:
        return {
            "filing_id": self.filing,
            "requirement_id": self.requirement,
            "filing_version": version,
            "revision": revision,
        }

    def _determination(self, mode: Mode, version: int, revision: int) -> dict[str, Any]:
        agencies = {Mode.NONE: [], Mode.SINGLE: [CUSTOMS], Mode.JOINT: [CUSTOMS, QUARANTINE]}
        needs = [
            AgencyNeed(agency=agency, scope=Scope.UNPACK, minutes=60)
            for agency in agencies.get(mode, [QUARANTINE])
        ]
        recognising = AgencyNeed(agency=CUSTOMS, scope=Scope.UNPACK, minutes=60)
        return self._of_requirement(version, revision) | {
            "mode": mode,
            "needs": tuple(needs),
            "recognising": recognising if mode is Mode.RECOGNITION else None,
            "lines": (),
            "terminal": "CNTAO-T1",
            "arrival": NOW,
            "broker": "x",
        }

    def determined(self, mode: Mode = Mode.JOINT) -> requirement.RequirementDetermined:
        return requirement.RequirementDetermined(**self._determination(mode, 1, 1))

    def revised(
        self, *, version: int, revision: int = 2, mode: Mode = Mode.JOINT, cause: str = "amendment"
    ) -> requirement.RequirementRevised:
        facts = self._determination(mode, version, revision)
        return requirement.RequirementRevised(
            **facts, cause=cause, reason=factories.said("because")
        )

    def noted(self, *, version: int) -> requirement.AmendmentNoted:
        return requirement.AmendmentNoted(**self._of_requirement(version, 1))

    def change_refused(self, purpose: Purpose) -> requirement.ChangeRefused:
        facts = self._of_requirement(1, 1)
        return requirement.ChangeRefused(
            **facts, purpose=purpose, reason=factories.said("opened already")
        )

    def voided(self) -> requirement.RequirementVoided:
        return requirement.RequirementVoided(
            **self._of_requirement(1, 1), reason=factories.said("withdrawn")
        )

    def met(
        self, outcome: Outcome = Outcome.RELEASED, *containers: str, version: int = 1
    ) -> requirement.RequirementMet:
        facts = self._of_requirement(version, 1) | {"containers": containers}
        return requirement.RequirementMet(
            **facts, outcome=outcome, reason=factories.said("all concluded")
        )

    def partly_met(
        self, *containers: str, outcome: Outcome = Outcome.RELEASED, version: int = 1
    ) -> requirement.RequirementPartlyMet:
        facts = self._of_requirement(version, 1) | {"containers": containers}
        return requirement.RequirementPartlyMet(
            **facts, outcome=outcome, reason=factories.said("concluded on them")
        )

    def company_suspended(self) -> requirement.CompanySuspended:
        return requirement.CompanySuspended(
            **self._of_requirement(1, 1),
            suspension_id=UUID(int=1),
            company=factories.CONSIGNEE,
            agency=CUSTOMS,
            reason=factories.said("other goods than declared"),
            way_back=factories.said("an audit"),
            liftable_from=date(2026, 8, 30),
        )

    def granted(self) -> recognition.RecognitionGranted:
        return recognition.RecognitionGranted(**self._recognition(), verdicts=())

    def recognition_refused(self) -> recognition.RecognitionRefused:
        facts = self._recognition()
        return recognition.RecognitionRefused(
            **facts, verdicts=(), reason=factories.said("weights differ")
        )

    def _recognition(self) -> dict[str, Any]:
        return {
            "filing_id": self.filing,
            "requirement_id": self.requirement,
            "recognition_id": derived.recognition_id(self.requirement),
            "primary_agency": QUARANTINE,
            "recognising_agency": CUSTOMS,
        }

    def _booking(self) -> dict[str, Any]:
        return {
            "filing_id": self.filing,
            "requirement_id": self.requirement,
            "booking_id": derived.booking_id(self.requirement),
            "revision": 1,
        }

    def confirmed(self) -> booking.BookingConfirmed:
        return booking.BookingConfirmed(**self._booking(), slot=SLOT)

    def rescheduled(self) -> booking.BookingRescheduled:
        return booking.BookingRescheduled(
            **self._booking(),
            slot=SLOT,
            previous=SLOT,
            reason=factories.said("a longer inspection before"),
        )

    def cancelled(self) -> booking.BookingCancelled:
        return booking.BookingCancelled(
            **self._booking(), reason=factories.said("no lorry"), rebookable=True
        )

    def missed(self) -> booking.BookingMissed:
        return booking.BookingMissed(**self._booking(), missed_at=NOW)

    def _case(self) -> dict[str, Any]:
        return {
            "filing_id": self.filing,
            "requirement_id": self.requirement,
            "case_id": derived.case_id(self.requirement),
            "revision": 1,
        }

    def opened(self) -> case.CaseOpened:
        present = (CUSTOMS, QUARANTINE)
        return case.CaseOpened(**self._case(), opening=1, opened_at=NOW, present=present)

    def concluded(self, agency: str = CUSTOMS) -> case.SectionConcluded:
        return case.SectionConcluded(
            **self._case(),
            agency=agency,
            conclusion=1,
            scope=Scope.UNPACK,
            verdict=Verdict.CONFORM,
            disposal=Disposal.RELEASE,
            concluded_at=NOW,
            officer="officer 1",
        )

    def partly_concluded(self, *containers: str) -> case.SectionPartlyConcluded:
        facts = self.concluded().model_dump()
        return case.SectionPartlyConcluded(**facts, containers=containers)

    def waiting(self) -> case.CaseWaiting:
        return case.CaseWaiting(**self._case(), waits_for="quarantine", until=LATER)
