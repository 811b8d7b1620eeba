"""Where several seeds draw for a cargo, the most careful of what they lead to counts."""

from dataclasses import replace

import pytest

from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import decide, explain
from services.mutual_recognition.rules.decide import Case
from shared.contracts.values import Mode
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


def test_what_was_selected_by_a_further_draw_is_explained_by_it() -> None:
    case = _drawn(builders.trusted(builders.wood()), NEVER, ALWAYS)
    told = explain.explain(case, _decided(case), agencies=builders.AGENCIES)
    assert "Drawn for a random re-check: both agencies inspect." in told.verdict.en
    spared = [each for each in told.what_if if each.mode is Mode.RECOGNITION]
    assert any(other.table == "recognition" for each in spared for other in each.changes)
