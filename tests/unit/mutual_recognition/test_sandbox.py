"""A sandbox reference decides who selects and who may recognise; nothing else is forced."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.mutual_recognition.domain.determination import Determination, Order
from services.mutual_recognition.rules import decide, inputs, sandbox
from services.mutual_recognition.rules.decide import Case
from shared.contracts.values import Mode, Sandbox, Scope
from tests import factories
from tests.unit.mutual_recognition import builders

LAPTOPS = builders.consignment(lines=[factories.line(1)])
"""What no table selects."""


def _case(asked: Sandbox | None) -> Case:
    return builders.case(LAPTOPS, drawn=builders.NEVER_DRAWN, **sandbox.told(asked))


def _decide(case: Case) -> Determination:
    return decide.decide(case, agencies=builders.AGENCIES)


@pytest.mark.parametrize(
    ("asked", "mode"),
    [
        (Sandbox.JOINT, Mode.JOINT),
        (Sandbox.RECOGNISED, Mode.RECOGNITION),
        (Sandbox.HELD, Mode.SINGLE),
        (Sandbox.REFUSED, Mode.SINGLE),
    ],
)
def test_it_decides_in_place_of_the_tables_and_its_row_says_so(asked: Sandbox, mode: Mode) -> None:
    result = _decide(_case(asked))
    assert (result.mode, result.sandbox) == (mode, asked)
    assert {(row.table, row.row) for row in result.rows} == {("sandbox", asked.value)}


@pytest.mark.parametrize("asked", [Sandbox.TIMEOUT, None])
def test_the_tables_decide_where_no_selection_is_asked_for(asked: Sandbox | None) -> None:
    result = _decide(_case(asked))
    assert (result.mode, result.sandbox) == (Mode.NONE, None)
    assert result.rows[0].table == "selection-quarantine"


def test_a_refused_recognition_and_an_officer_s_order_weigh_more_than_the_reference() -> None:
    case = _case(Sandbox.RECOGNISED)
    order = Order(
        id=UUID(int=9),
        cause="late_selection",
        agency="customs",
        scope=Scope.SAMPLE,
        reason="a tip 举报",
        given_by="officer",
        given_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert _decide(replace(case, recognition_refused=True)).mode is Mode.JOINT
    assert _decide(case.ordered(order)).mode is Mode.JOINT


def test_what_was_decided_by_a_reference_is_recomputed_from_what_is_stored() -> None:
    case = _case(Sandbox.RECOGNISED)
    agencies = builders.AGENCIES
    stored = replace(case, inputs=inputs.load(inputs.dump(case.inputs), agencies=agencies))
    assert _decide(stored) == _decide(case)
