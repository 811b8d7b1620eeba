"""Consignments, cases and requirements for tests of the domain."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings

from services.mutual_recognition.decision_tables import files
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain import changes
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.rules import dictionaries, inputs
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.settings import Settings
from shared.contracts.envelope import Event
from shared.contracts.filing import Consignment
from shared.contracts.values import AgencyNeed, Mode, Scope
from tests import factories

DAY = date(2026, 3, 2)
FOUNDING = Path(changes.__file__).parents[1] / "founding"
AGENCIES: Agencies = Settings().agencies()
FILING = UUID("0190b1c2-0000-7000-8000-000000000001")
NEVER_DRAWN = 9_999
UNKNOWN = {
    "rating_customs": "unrated",
    "rating_quarantine": "unrated",
    "pilot_goods_customs": False,
    "pilot_goods_quarantine": False,
}
"""What the registers say of a company and of goods that are in none."""
ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: how long an example takes is no property of the rules."""


def consignment(**changes: Any) -> Consignment:
    """A consignment as an accepted filing carries it."""
    return Consignment.model_validate({"perishable_until": None, **factories.filing(**changes)})


def wood(**changes: Any) -> Consignment:
    """Wood, free of duty: the founding rules of both agencies select it, whatever is drawn."""
    line = factories.line(1, hs_code="4407110000", name="sawn pine 松木板材") | changes
    return consignment(lines=[line], containers=[factories.container(1)])


@cache
def founding() -> dict[str, Version]:
    """The founding tables."""
    return {
        file.stem: Version(
            name=file.stem,
            version=3 if file.stem == "recognition" else 2,
            table=files.read(file.read_bytes()),
            dictionary=dictionaries.of(file.stem, AGENCIES),
        )
        for file in FOUNDING.glob("*.toml")
    }


def case(cargo: Consignment | None = None, *, drawn: int = NEVER_DRAWN, **known: Any) -> Case:
    """A case under the founding rules; `known` adds inputs, such as ratings."""
    tables = founding()
    return Case(
        inputs=inputs.of(cargo or consignment()).also(**{**UNKNOWN, **known}),
        on=DAY,
        tables=tables,
        draws=dict.fromkeys(tables, drawn),
    )


def trusted(cargo: Consignment, *, drawn: int = NEVER_DRAWN) -> Case:
    """A case whose consignee both agencies rate high."""
    return case(cargo, drawn=drawn, rating_customs="high", rating_quarantine="high")


def need(agency: str, scope: Scope = Scope.UNPACK, minutes: int = 60) -> AgencyNeed:
    """What an agency needs."""
    return AgencyNeed(agency=agency, scope=scope, skills=("general",), minutes=minutes)


def joint() -> Determination:
    """Both agencies unpack."""
    return Determination(
        mode=Mode.JOINT,
        primary_agency="quarantine",
        needs=(need("quarantine"), need("customs")),
    )


def requirement(
    determination: Determination | None = None,
) -> tuple[Requirement, tuple[Event, ...]]:
    """A fresh requirement and its events."""
    return changes.determine(
        filing_id=FILING,
        filing_version=1,
        consignment=consignment(),
        determination=determination or joint(),
        decision_id=UUID(int=7),
    )
