"""Where several seeds draw for a cargo, the most careful of what they lead to counts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.mutual_recognition.decision_tables.table import Cell, Operator, Range, Row, Then
from services.mutual_recognition.domain.determination import Determination, Tolerance
from services.mutual_recognition.domain.recognition import RESULT_WITHIN_HOURS
from services.mutual_recognition.rules import decide, explain
from services.mutual_recognition.rules.decide import Case
from shared.contracts.values import Element, Mode
from tests import factories
from tests.unit.mutual_recognition import builders

NEVER, ALWAYS = builders.NEVER_DRAWN, 0
LAPTOPS = builders.consignment(lines=[factories.line(1)])


def _drawn(case: Case, *numbers: int) -> Case:
    first, *others = (dict.fromkeys(case.draws, number) for number in numbers)
    return replace(case, draws=first, further=tuple(others))


def _decided(case: Case) -> Determination:
    return decide.decide(case, agencies=builders.AGENCIES)


@pytest.mark.parametrize(
    ("numbers", "is_selected"),
    [
        ((NEVER, NEVER), False),
        ((ALWAYS, NEVER), True),
        ((NEVER, ALWAYS), True),
        ((NEVER, ALWAYS, NEVER), True),
    ],
)
def test_cargo_is_selected_if_any_draw_selects_it(
    numbers: tuple[int, ...], *, is_selected: bool
) -> None:
    result = _decided(_drawn(builders.case(LAPTOPS), *numbers))
    assert bool(result.needs) is is_selected
    assert len({(row.table, row.row) for row in result.rows}) == len(result.rows)


@pytest.mark.parametrize(
    ("numbers", "mode"),
    [
        ((NEVER, NEVER), Mode.RECOGNITION),
        ((ALWAYS, NEVER), Mode.JOINT),
        ((NEVER, ALWAYS), Mode.JOINT),
    ],
)
def test_a_result_is_recognised_only_if_no_draw_asks_for_a_second_look(
    numbers: tuple[int, ...], mode: Mode
) -> None:
    result = _decided(_drawn(builders.trusted(builders.wood()), *numbers))
    assert result.mode is mode
    assert result.rows[-1].row == ("R-RECOGNISE" if mode is Mode.RECOGNITION else "R-RECHECK")


ROW = next(row for row in builders.founding()["recognition"].table.rows if row.id == "R-RECOGNISE")


def _with_a_row(case: Case, **then: Any) -> Case:
    """The founding rules recognise on these other terms below a draw of 5,000."""
    founding = builders.founding()["recognition"]
    drawn = Cell(
        input="draw", op=Operator.RANGE, value=Range(min=Decimal(500), below=Decimal(5000))
    )
    row = Row(
        id="R-DRAWN",
        when=(*ROW.when, drawn),
        then=Then.model_validate({"eligible": True, **then}),
        reason=ROW.reason,
        source=ROW.source,
        valid_from=ROW.valid_from,
    )
    table = founding.table.model_copy(update={"rows": (row, *founding.table.rows)})
    return replace(case, tables={**case.tables, "recognition": replace(founding, table=table)})


@pytest.mark.parametrize("numbers", [(4000, 6000), (6000, 4000)])
def test_of_all_draws_that_recognise_the_strictest_terms_count(numbers: tuple[int, int]) -> None:
    """One row looks at the weight alone, exactly and for two hours; the other at all, for a day."""
    strict = _with_a_row(
        builders.trusted(builders.wood()), elements=["weight"], result_within_hours=2
    )
    result = _decided(_drawn(strict, *numbers))
    assert result.terms is not None
    assert result.terms.elements == (Element.NAME, Element.QUANTITY, Element.WEIGHT)
    assert result.terms.tolerances[Element.WEIGHT] == Tolerance()
    assert result.terms.result_within_hours == 2
    assert {row.row for row in result.rows if row.table == "recognition"} == {
        "R-DRAWN",
        "R-RECOGNISE",
    }


def test_terms_without_a_time_wait_for_a_day_at_most() -> None:
    longer = _with_a_row(
        builders.trusted(builders.wood()), elements=["name"], result_within_hours=48
    )
    result = _decided(_drawn(longer, 4000, 6000))
    assert result.terms is not None
    assert result.terms.result_within_hours == RESULT_WITHIN_HOURS
    assert result.terms.tolerances[Element.WEIGHT] == ROW.then.terms.tolerances[Element.WEIGHT]


def test_what_was_selected_by_a_further_draw_is_explained_by_it() -> None:
    case = _drawn(builders.trusted(builders.wood()), NEVER, ALWAYS)
    told = explain.explain(case, _decided(case), agencies=builders.AGENCIES)
    assert "Drawn for a random re-check: both agencies inspect." in told.verdict.en
    spared = [each for each in told.what_if if each.mode is Mode.RECOGNITION]
    assert any(other.table == "recognition" for each in spared for other in each.changes)
