"""What was counted is held against what was declared, whatever the mode of the inspection."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.mutual_recognition.decision_tables.table import Then
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import counted, matter
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.inputs import Mismatch
from shared.contracts.filing import Consignment, FilingAccepted
from shared.contracts.values import Disposal, Element, Line, Scope, Verdict
from shared.ids import uuid7
from tests import factories
from tests.unit.mutual_recognition import builders

WOOD = {"hs_code": "4407110000", "name": "sawn pine 松木板材"}
A, B = (factories.container_number(serial) for serial in (1, 2))


def _cargo(*loads: list[int]) -> Consignment:
    numbers = sorted({number for load in loads for number in load})
    boxes = [factories.container(serial, lines=load) for serial, load in enumerate(loads, 1)]
    lines = [factories.line(number, **WOOD) for number in numbers]
    return builders.consignment(lines=lines, containers=boxes)


def _line(number: int = 1, **changes: Any) -> Line:
    line = {**factories.line(number, **WOOD), **changes}
    return Line.model_validate({name: line[name] for name in Line.model_fields})


def _said(
    *found: Line,
    at: tuple[str, ...] = (),
    agency: str = "customs",
    gross_kg: Decimal | None = None,
) -> Conclusion:
    return Conclusion(
        agency=agency,
        number=1,
        revision=1,
        scope=Scope.UNPACK,
        verdict=Verdict.CONFORM,
        disposal=Disposal.RELEASE,
        found=found,
        gross_kg=gross_kg,
        officer="officer",
        concluded_at=datetime(2026, 3, 2, tzinfo=UTC),
        containers=at,
    )


def _compared(cargo: Consignment, *said: Conclusion, case: Case | None = None) -> Mismatch | None:
    """After these conclusions on a filing of a company that nobody rates."""
    accepted = FilingAccepted(
        filing_id=builders.FILING, filing_version=1, receipt_number="R1", consignment=cargo
    )
    begun = matter.begin(
        accepted,
        case or builders.case(cargo),
        ticket=Ticket("founding", "a filing"),
        agencies=builders.AGENCIES,
        ids=uuid7,
    )
    numbered = [each.model_copy(update={"number": n}) for n, each in enumerate(said, 1)]
    return counted.compare(replace(begun.matter, conclusions=tuple(numbered)))


def _apart(known: Mismatch | None) -> set[str]:
    assert known is not None
    return {name for name, value in known.items() if value is True}


@pytest.mark.parametrize(
    ("found", "apart", "percent"),
    [
        (_line(), set(), 0),
        (_line(net_kg="970"), set(), 0),
        (_line(net_kg="800"), {"weight_disagrees"}, 20),
        (_line(quantity="400"), {"quantity_disagrees"}, 20),
        (_line(name="oak 橡木"), {"name_disagrees"}, 0),
    ],
)
def test_each_element_is_compared_within_the_tolerances_of_the_recognition_table(
    found: Line, apart: set[str], percent: int
) -> None:
    known = _compared(_cargo([1]), _said(found))
    assert _apart(known) == apart
    assert known is not None
    assert known["deviation_percent_max"] == percent


def test_without_a_recognition_table_nothing_is_tolerated() -> None:
    case = builders.case(_cargo([1]))
    tables = {name: each for name, each in case.tables.items() if name != "recognition"}
    known = _compared(_cargo([1]), _said(_line(net_kg="999.99")), case=replace(case, tables=tables))
    assert _apart(known) == {"weight_disagrees"}


def _recognising(*elements: Element, eligible: bool = True) -> Case:
    """A case under a recognition table whose rows look at these elements alone."""
    case, founding = builders.case(_cargo([1])), builders.founding()["recognition"]
    then = Then(eligible=eligible, elements=elements)
    rows = tuple(
        row.model_copy(update={"then": then}) if row.then.eligible else row
        for row in founding.table.rows
    )
    version = replace(founding, table=founding.table.model_copy(update={"rows": rows}))
    return replace(case, tables={**case.tables, "recognition": version})


@pytest.mark.parametrize(
    ("case", "apart"),
    [
        (_recognising(Element.NAME), {"name_disagrees"}),
        (_recognising(Element.WEIGHT), {"weight_disagrees"}),
        (_recognising(eligible=False), {"name_disagrees", "weight_disagrees"}),
    ],
)
def test_what_a_row_recognises_without_looking_at_it_is_not_false(
    case: Case, apart: set[str]
) -> None:
    said = _said(_line(name="oak 橡木", net_kg="800"), gross_kg=Decimal(1))
    known = _compared(_cargo([1]), said, case=case)
    assert _apart(known) == apart


def test_where_nothing_was_counted_nothing_is_compared() -> None:
    assert _compared(_cargo([1]), _said()) is None
    assert _compared(_cargo([1]), _said(_line(net_kg="1"), agency="quarantine"), _said()) is None


def test_a_line_that_was_not_counted_is_not_found_but_has_no_name_or_weight_that_is_false() -> None:
    known = _compared(_cargo([1, 2]), _said(_line(1)))
    assert _apart(known) == {"not_found"}


def test_goods_that_nobody_declared_are_told() -> None:
    assert _apart(_compared(_cargo([1]), _said(_line(1), _line(2)))) == {"undeclared_goods"}


def test_lines_that_are_each_a_little_short_are_compared_together_too() -> None:
    cargo = _cargo([1, 2])
    light = [line.model_copy(update={"net_kg": Decimal(1)}) for line in cargo.lines]
    short = [_line(number, net_kg="0.5") for number in (1, 2)]
    known = _compared(cargo.model_copy(update={"lines": tuple(light)}), _said(*short))
    assert _apart(known) == {"weight_disagrees"}


def test_the_gross_weight_is_compared_once_all_was_weighed() -> None:
    cargo = _cargo([1], [2]).model_copy(update={"gross_kg": Decimal(1000)})
    one, other = (_said(at=(part,), gross_kg=Decimal(400)) for part in (A, B))
    assert _compared(cargo, one) is None
    known = _compared(cargo, one, other)
    assert _apart(known) == {"weight_disagrees"}
    assert known is not None
    assert known["deviation_percent_max"] == 20
    assert _compared(cargo, _said(_line(1), at=(A,)), other) is None


def test_a_line_in_two_containers_has_its_figures_once_both_were_counted_its_name_at_once() -> None:
    cargo = _cargo([1], [1])
    half: dict[str, Any] = {"quantity": "250", "net_kg": "500"}
    one, other = _said(_line(**half), at=(A,)), _said(_line(**half), at=(B,))
    assert _apart(_compared(cargo, one)) == set()
    assert _apart(_compared(cargo, one, other)) == set()
    short = _said(_line(quantity="250", net_kg="100"), at=(B,))
    assert _apart(_compared(cargo, one, short)) == {"weight_disagrees"}
    false = _said(_line(**half, name="oak 橡木"), at=(A,))
    assert _apart(_compared(cargo, false)) == {"name_disagrees"}
    uncounted = _said(at=(B,))
    assert _apart(_compared(cargo, false, uncounted)) == {"name_disagrees"}
    later = _said(at=(A,))
    assert _apart(_compared(cargo, one, other, later)) == set()


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ({"name": "松木板材"}, set()),
        ({"name": "松木板材", "unit": "KGM"}, {"quantity_disagrees", "weight_disagrees"}),
        (
            {"name": "oak 橡木"},
            {"name_disagrees", "quantity_disagrees", "weight_disagrees"},
        ),
    ],
)
def test_of_a_line_in_two_containers_each_name_is_held_against_the_declared_one(
    other: dict[str, str], apart: set[str]
) -> None:
    half: dict[str, Any] = {"quantity": "250", "net_kg": "500"}
    one = _said(_line(**half, name="sawn pine"), at=(A,))
    known = _compared(_cargo([1], [1]), one, _said(_line(**half | other), at=(B,)))
    assert _apart(known) == apart


def test_what_another_container_was_found_to_hold_is_not_told_again() -> None:
    cargo = _cargo([1], [2])
    false = _said(_line(1, name="oak 橡木"), at=(A,))
    assert _apart(_compared(cargo, false, _said(_line(2), at=(B,)))) == set()
