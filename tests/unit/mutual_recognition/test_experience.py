"""What inspections that ended say, and what tables may ask of a filing by that."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.table import Cell, Operator, Range, Row
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain.determination import Terms
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.risk import experience
from services.mutual_recognition.risk.experience import Kind, Learnt
from services.mutual_recognition.risk.rates import Count
from services.mutual_recognition.rules import decide, dictionaries
from services.mutual_recognition.rules.decide import Case
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Disposal, Element, Finding, Mode, Scope, Verdict
from tests import factories
from tests.unit.mutual_recognition import builders

COMPANY = factories.CONSIGNEE
WOOD, LAPTOPS = "440711", "847130"
MOULD = (Finding(code="mould", text="mould 霉变"),)


def _said(
    verdict: Verdict = Verdict.CONFORM,
    number: int = 1,
    *,
    disposal: Disposal = Disposal.RELEASE,
    findings: tuple[Finding, ...] = (),
) -> Conclusion:
    return Conclusion(
        agency="quarantine",
        number=number,
        revision=1,
        scope=Scope.UNPACK,
        verdict=verdict,
        disposal=disposal,
        findings=findings,
        officer="an officer",
        concluded_at=factories.NOW,
    )


def _refused(*, agrees: bool, **weighed: Any) -> Recognition:
    requirement, _ = builders.requirement()
    expected, _ = recognitions.expect(
        None,
        filing_id=requirement.filing_id,
        primary="quarantine",
        secondary="customs",
        terms=Terms(elements=(Element.WEIGHT,), tolerances={}),
    )
    verdict = ElementVerdict(
        element=Element.WEIGHT, line=1, declared="1000", found="1", agrees=agrees
    ).model_copy(update=weighed)
    refused, _ = recognitions.refuse(expected, verdicts=(verdict,), reason=factories.said("x"))
    return refused


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ((), None),
        ((_said(),), False),
        ((_said(findings=MOULD),), True),
        ((_said(Verdict.MINOR),), True),
        ((_said(Verdict.NONCONFORM),), True),
        ((_said(disposal=Disposal.TREAT),), True),
        ((_said(Verdict.SUSPEND), _said(number=2)), False),
        ((_said(Verdict.MINOR), _said(number=2)), True),
    ],
)
def test_a_finding_is_what_any_conclusion_found(
    said: tuple[Conclusion, ...],
    found: bool | None,  # noqa: FBT001  # a parameter of the test
) -> None:
    assert experience.found(said, None) is found


def test_what_was_not_as_declared_is_a_finding() -> None:
    assert experience.found((_said(),), _refused(agrees=False)) is True
    assert experience.found((_said(),), _refused(agrees=True)) is False
    assert experience.found((_said(),), _refused(agrees=False, found="")) is True
    assert experience.found((_said(),), _refused(agrees=False, gross=True)) is True


def test_a_gross_weight_that_is_not_known_whole_is_no_finding() -> None:
    assert experience.found((_said(),), _refused(agrees=False, found="", gross=True)) is False


def test_a_code_counts_once_however_many_lines_have_it() -> None:
    lines = [
        factories.line(number, hs_code=code)
        for number, code in enumerate(("4407110000", "4407119090", "8471300000"), 1)
    ]
    of = experience.members(builders.consignment(lines=lines))
    assert of == {Kind.COMPANIES: (COMPANY,), Kind.GOODS: (WOOD, LAPTOPS)}


def _learnt(goods: dict[str, Count], companies: dict[str, Count] | None = None) -> Learnt:
    return experience.learnt({Kind.GOODS: goods, Kind.COMPANIES: companies or {}})


def _known(learned: Learnt, *codes: str) -> tuple[Decimal, Decimal]:
    lines = [factories.line(number, hs_code=code) for number, code in enumerate(codes, 1)]
    told = experience.known(learned, builders.consignment(lines=lines))
    company, goods = told[dictionaries.COMPANY_RATE], told[dictionaries.GOODS_RATE]
    assert isinstance(company, Decimal)
    assert isinstance(goods, Decimal)
    return company, goods


def test_before_anything_was_inspected_nearly_every_rate_is_possible() -> None:
    assert all(rate > 99 for rate in _known(_learnt({}), "4407110000"))


def test_the_more_was_clean_the_lower_is_what_may_be() -> None:
    others = {COMPANY: Count(0, 30), factories.uscc(7): Count(10, 10)}
    few = _known(_learnt({WOOD: Count(0, 5)}, {COMPANY: Count(0, 5)}), "4407110000")
    many = _known(_learnt({WOOD: Count(0, 90)}, others), "4407110000")
    assert many[1] < few[1]
    assert many[0] < 50


def test_little_that_was_clean_is_not_taken_for_safe() -> None:
    few = _known(_learnt({WOOD: Count(0, 4)}), "4407110000")[1]
    fresh = _known(_learnt({WOOD: Count(0, 4)}), "4412310000")[1]
    assert few == fresh > 35
    many = {WOOD: Count(0, 4), "440321": Count(0, 600)}
    assert _known(_learnt(many), "4407110000")[1] < 2
    apart = {WOOD: Count(0, 600), "440321": Count(200, 600)}
    assert _known(_learnt(apart), "4407110000")[1] < 2


def test_what_was_counted_of_a_heading_before_codes_had_six_digits_still_counts_for_it() -> None:
    others = {LAPTOPS: Count(300, 600)}
    learned = _learnt(others | {"4407": Count(0, 600)})
    assert _known(learned, "4407110000")[1] < 5 < _known(_learnt(others), "4407110000")[1]


def test_of_several_goods_the_worst_counts() -> None:
    learned = _learnt({WOOD: Count(60, 80), LAPTOPS: Count(0, 80)})
    both = _known(learned, "8471300000", "4407110000")[1]
    assert both == _known(learned, "4407110000")[1] > _known(learned, "8471300000")[1]
    assert both == experience.percents(learned[Kind.GOODS], WOOD).high


def _asking(rate: Decimal | None) -> Case:
    """Wood of a trusted company, where only goods of rates below 5% are recognised."""
    case = builders.trusted(builders.wood())
    known = {} if rate is None else {dictionaries.GOODS_RATE: rate}
    founding = case.tables[kinds.RECOGNITION]
    asks = Cell(input=dictionaries.GOODS_RATE, op=Operator.RANGE, value=Range(below=Decimal(5)))
    rows = tuple(_with(row, asks) if row.then.eligible else row for row in founding.table.rows)
    table = founding.table.model_copy(update={"rows": rows})
    tables = {**case.tables, kinds.RECOGNITION: replace(founding, table=table)}
    return replace(case, tables=tables, inputs=case.inputs.also(**known))


def _with(row: Row, cell: Cell) -> Row:
    return Row.model_validate({**row.model_dump(), "when": [*row.model_dump()["when"], cell]})


@pytest.mark.parametrize(
    ("rate", "mode"),
    [
        (Decimal("4.99"), Mode.RECOGNITION),
        (Decimal(5), Mode.JOINT),
        (None, Mode.JOINT),
    ],
)
def test_a_table_may_ask_for_a_rate_and_without_one_both_inspect(
    rate: Decimal | None, mode: Mode
) -> None:
    assert decide.decide(_asking(rate), agencies=builders.AGENCIES).mode is mode


def test_every_table_may_ask_for_both_rates() -> None:
    for name in kinds.every(builders.AGENCIES):
        asked = dictionaries.of(name, builders.AGENCIES)
        assert {dictionaries.COMPANY_RATE, dictionaries.GOODS_RATE} <= asked.keys()
