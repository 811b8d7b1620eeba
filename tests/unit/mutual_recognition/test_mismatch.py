"""What follows from a refused recognition: by the mismatch table, and closed if it fails."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.mutual_recognition.domain import crosscheck
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import decide, mismatch
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.inputs import Mismatch
from shared.contracts.values import Line, Mode, Scope
from tests import factories
from tests.unit.mutual_recognition import builders

WOOD = {"hs_code": "4407110000", "name": "sawn pine 松木板材"}
GROSS = Decimal(1100)
CASE: Case = builders.trusted(builders.wood())


def _line(number: int = 1, **changes: Any) -> Line:
    line = {**factories.line(number, **WOOD), **changes}
    return Line.model_validate({name: line[name] for name in Line.model_fields})


def _known(*found: Line) -> Mismatch:
    """What is known once the wood was compared with what was found."""
    terms = _decided(CASE).terms
    assert terms is not None
    declared = [_line()]
    verdicts = crosscheck.compare(declared, found, terms=terms, on=builders.DAY)
    return mismatch.of(verdicts, declared, gross_kg=GROSS)


def _decided(case: Case) -> Determination:
    return decide.decide(case, agencies=builders.AGENCIES)


@pytest.mark.parametrize(
    ("found", "row", "scope"),
    [
        ((_line(net_kg=Decimal(1040)),), "M-DEFAULT", Scope.UNPACK),
        ((_line(net_kg=Decimal(1500)),), "M-FAR", Scope.SAMPLE),
        ((_line(name="oak 橡木"),), "M-NAME", Scope.SAMPLE),
        ((_line(), _line(2)), "M-UNDECLARED", Scope.SAMPLE),
    ],
)
def test_what_disagrees_decides_how_deep_the_other_agency_looks(
    found: tuple[Line, ...], row: str, scope: Scope
) -> None:
    result = _decided(CASE.refused(_known(*found)))
    assert result.mode is Mode.JOINT
    customs = next(need for need in result.needs if need.agency == "customs")
    assert (customs.scope, result.rows[-1].row) == (scope, row)


def test_a_total_that_disagrees_is_a_weight_and_nothing_undeclared() -> None:
    declared = [_line(number, net_kg=Decimal(1)) for number in (1, 2)]
    found = [_line(number, net_kg=Decimal("0.5")) for number in (1, 2)]
    terms = _decided(CASE).terms
    assert terms is not None
    verdicts = crosscheck.compare(declared, found, terms=terms, on=builders.DAY)
    known = mismatch.of(verdicts, declared, gross_kg=GROSS)
    names = ("weight_disagrees", "undeclared_goods", "not_found", "deviation_percent_max")
    assert [known[name] for name in names] == [True, False, False, Decimal(50)]


def test_a_gross_weight_that_disagrees_is_a_weight_in_percent_of_the_gross_weight() -> None:
    terms = _decided(CASE).terms
    assert terms is not None
    verdict = crosscheck.gross(GROSS, Decimal(550), terms=terms)
    known = mismatch.of([verdict], [_line()], gross_kg=GROSS)
    names = ("weight_disagrees", "undeclared_goods", "deviation_percent_max")
    assert [known[name] for name in names] == [True, False, Decimal(50)]


def test_a_gross_weight_that_is_not_known_whole_is_no_false_weight_and_nothing_missing() -> None:
    terms = _decided(CASE).terms
    assert terms is not None
    known = mismatch.of([crosscheck.gross(GROSS, None, terms=terms)], [_line()], gross_kg=GROSS)
    assert not any(value is True for value in known.values())
    assert _decided(CASE.refused(known)).rows[-1].row == "M-DEFAULT"


def test_after_findings_nothing_was_compared_and_the_other_agency_unpacks() -> None:
    result = _decided(CASE.refused(mismatch.of_findings()))
    assert (result.mode, result.rows[-1].row) == (Mode.JOINT, "M-FINDINGS")


def test_what_is_known_has_the_figures() -> None:
    short = _known(_line(net_kg=Decimal(250)))
    assert (short["weight_disagrees"], short["deviation_percent_max"]) == (True, Decimal(75))
    missing = _known()
    assert (missing["not_found"], missing["deviation_percent_max"]) == (True, Decimal(0))


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"cause": "a hunch"},
        {**mismatch.of_findings(), "deviation_percent_max": "many"},
        {**mismatch.of_findings(), "name_disagrees": None},
    ],
)
def test_where_the_table_cannot_be_asked_the_other_agency_unpacks(known: dict[str, Any]) -> None:
    result = _decided(CASE.refused(known))
    assert result.mode is Mode.JOINT
    assert min(need.scope.depth for need in result.needs) >= Scope.UNPACK.depth
    assert "careful" in result.rows[-1].reason_en


def test_where_there_is_no_table_the_other_agency_unpacks() -> None:
    without = {name: each for name, each in CASE.tables.items() if name != "mismatch"}
    result = _decided(replace(CASE, tables=without).refused(mismatch.of_findings()))
    assert (result.mode, result.rows[-1].row) == (Mode.JOINT, "no-table")


def test_the_other_agency_never_looks_less_deep_than_it_had_selected() -> None:
    table = CASE.tables["selection-customs"].table
    rows = tuple(
        row.model_copy(update={"then": row.then.model_copy(update={"scope": Scope.SAMPLE})})
        if row.then.inspect
        else row
        for row in table.rows
    )
    deep = replace(CASE.tables["selection-customs"], table=table.model_copy(update={"rows": rows}))
    case = replace(CASE, tables={**CASE.tables, "selection-customs": deep})
    result = _decided(case.refused(mismatch.of_findings()))
    assert [need.scope for need in result.needs if need.agency == "customs"] == [Scope.SAMPLE]
