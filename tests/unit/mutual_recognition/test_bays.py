"""A selection's row can ask for a kind of bay; what the cargo itself needs comes first."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.mutual_recognition.decision_tables.table import Row
from services.mutual_recognition.domain import changes
from services.mutual_recognition.domain.requirement import Pending
from services.mutual_recognition.rules import answering, decide, matter
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Matter
from shared.contracts.values import BayKind, Mode, Purpose
from tests import factories
from tests.unit.mutual_recognition import builders

QUARANTINE = "selection-quarantine"
TICKET = Ticket("founding", "a filing")


def _asking(case: Case, name: str, **says: Any) -> Case:
    """The case with every row that inspects, of one table, saying this too."""
    version = case.tables[name]
    rows = [each.model_dump(exclude_unset=True) for each in version.table.rows]
    for row in rows:
        row["then"] |= says if row["then"]["inspect"] else {}
    table = version.table.model_copy(update={"rows": tuple(map(Row.model_validate, rows))})
    return replace(case, tables={**case.tables, name: replace(version, table=table)})


def _bay(case: Case) -> BayKind:
    return decide.decide(case, agencies=builders.AGENCIES).bay_kind


@pytest.mark.parametrize("kind", [BayKind.PLAIN, BayKind.REEFER, BayKind.DANGEROUS])
def test_a_row_asks_for_a_kind_of_bay(kind: BayKind) -> None:
    assert _bay(_asking(builders.case(builders.wood()), QUARANTINE, bay=kind)) is kind


def test_no_row_takes_dangerous_goods_elsewhere() -> None:
    cargo = builders.wood().model_copy(update={"dangerous_goods": True})
    case = _asking(builders.case(cargo), QUARANTINE, bay=BayKind.REEFER)
    assert _bay(case) is BayKind.DANGEROUS


def test_a_scanner_that_is_asked_for_is_given_only_where_nobody_unpacks() -> None:
    unpacking = _asking(builders.case(builders.wood()), QUARANTINE, bay=BayKind.SCAN)
    assert _bay(unpacking) is BayKind.PLAIN
    looking = _asking(unpacking, "selection-customs", scope="documents")
    assert _bay(_asking(looking, QUARANTINE, scope="documents")) is BayKind.SCAN


def test_who_only_recognises_asks_for_no_bay() -> None:
    case = builders.trusted(builders.wood())
    asking = _asking(case, "selection-customs", bay=BayKind.REEFER)
    assert decide.decide(asking, agencies=builders.AGENCIES).mode is Mode.RECOGNITION
    assert _bay(asking) is BayKind.PLAIN
    refused = replace(asking, recognition_refused=True)
    assert _bay(refused) is BayKind.REEFER


def _determined(case: Case) -> Matter:
    decision = matter.decided(builders.FILING, case, ticket=TICKET, agencies=builders.AGENCIES)
    required, _ = changes.determine(
        filing_id=builders.FILING,
        filing_version=1,
        consignment=builders.wood(),
        determination=decision.outcome,
        decision_id=decision.id,
    )
    return Matter(requirement=required, decision=decision)


def test_an_amendment_keeps_the_bay_that_a_row_asked_for_before() -> None:
    """However often it is amended, and though no row asks for it any more."""
    case = builders.case(builders.wood())
    current = _determined(_asking(case, QUARANTINE, bay=BayKind.REEFER))
    for version in (2, 3):
        amended = Pending(
            purpose=Purpose.AMEND, filing_version=version, consignment=builders.wood()
        )
        current = answering.amend(
            current,
            amended,
            case,
            ticket=TICKET,
            agencies=builders.AGENCIES,
            ids=uuid4,
            now=factories.NOW,
        ).matter
        assert current.requirement.determination.bay_kind is BayKind.REEFER
