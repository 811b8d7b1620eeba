"""Found against declared: exact decimals, tolerances of both kinds, nothing taken on trust."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.domain import crosscheck, names
from services.mutual_recognition.domain.determination import Terms, Tolerance
from services.mutual_recognition.rules import mismatch
from shared.contracts.recognition import TOTAL
from shared.contracts.values import Element, Line
from shared.reference import units
from tests.unit.mutual_recognition import builders

ALL = (Element.NAME, Element.QUANTITY, Element.WEIGHT)
TERMS = Terms(
    elements=ALL,
    tolerances={Element.WEIGHT: Tolerance(percent=Decimal(3), absolute=Decimal("0.5"))},
)


def _line(**changes: Any) -> Line:
    line = {
        "number": 1,
        "hs_code": "4407110000",
        "name": "Sawn Pine 松木",
        "quantity": Decimal(40),
        "unit": "MTQ",
        "net_kg": Decimal(100),
    }
    return Line.model_validate(line | changes)


def _agree(found: list[Line], terms: Terms = TERMS) -> bool:
    return crosscheck.agree(crosscheck.compare([_line()], found, terms=terms, on=builders.DAY))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "ｓａｗｎ  pine 松木"},
        {"net_kg": Decimal(103)},
        {"net_kg": Decimal(97)},
        {"quantity": Decimal("40.0")},
        {"hs_code": "440711"},
        {"hs_code": "44071100"},
        {"quantity": Decimal(40_000), "unit": "LTR"},
        {"quantity": Decimal(40_000_000), "unit": "MLT"},
    ],
)
def test_what_lies_within_the_tolerances_agrees(changes: dict[str, Any]) -> None:
    assert _agree([_line(**changes)])


@pytest.mark.parametrize(
    "found",
    [
        [],
        [_line(name="sawn spruce 云杉")],
        [_line(name="")],
        [_line(net_kg=Decimal("103.00001"))],
        [_line(net_kg=Decimal("96.99999"))],
        [_line(quantity=Decimal("40.00001"))],
        [_line(unit="H87")],
        [_line(hs_code="4407120000")],
        [_line(hs_code="4407110090")],
        [_line(hs_code="440712")],
        [_line(hs_code="4407")],
        [_line(quantity=Decimal("40000.001"), unit="LTR")],
        [_line(name="Sawn Pine")],
        [_line(), _line()],
        [_line(), _line(number=2)],
        [_line(number=2)],
    ],
)
def test_what_differs_is_missing_or_was_not_declared_disagrees(found: list[Line]) -> None:
    assert not _agree(found)


def test_small_lots_may_differ_by_the_absolute_tolerance() -> None:
    declared = [_line(net_kg=Decimal(1))]
    for weight, agrees in ((Decimal("1.5"), True), (Decimal("1.51"), False)):
        verdicts = crosscheck.compare(
            declared, [_line(net_kg=weight)], terms=TERMS, on=builders.DAY
        )
        assert crosscheck.agree(verdicts) is agrees


def test_verdicts_show_the_figures() -> None:
    verdicts = crosscheck.compare(
        [_line()], [_line(net_kg=Decimal("104.5"))], terms=TERMS, on=builders.DAY
    )
    weight = verdicts[-1]
    assert (weight.declared, weight.found) == ("100 KGM", "104.5 KGM")
    assert (weight.difference, weight.tolerance) == (Decimal("4.5"), Decimal(3))
    reason = crosscheck.disagreement(verdicts)
    assert "line 1 weight: declared 100 KGM, found 104.5 KGM" in reason.en
    assert "第 1 项重量：申报 100 KGM，查验 104.5 KGM" in reason.zh


def test_a_name_that_stands_twice_agrees_if_each_does_and_the_false_one_is_told() -> None:
    twice, false = [_line(), _line(unit="H87")], _line(name="oak 橡木")
    name, *figures = crosscheck.compare([_line()], twice, terms=TERMS, on=builders.DAY)
    assert [name.agrees, *(each.agrees for each in figures)] == [True, False, False]
    name, *_ = crosscheck.compare([_line()], [*twice, false], terms=TERMS, on=builders.DAY)
    assert (name.found, name.agrees) == ("oak 橡木", False)


def test_nothing_compared_is_nothing_agreed() -> None:
    assert not crosscheck.agree(crosscheck.compare([], [], terms=TERMS, on=builders.DAY))
    assert not _agree([_line()], Terms(elements=(), tolerances={}))


_WEIGHTS = st.decimals(min_value="0.00001", max_value="1000000", places=5)


@builders.ANY_MACHINE
@given(declared=_WEIGHTS, found=_WEIGHTS)
def test_a_weight_agrees_exactly_within_its_tolerance(declared: Decimal, found: Decimal) -> None:
    verdicts = crosscheck.compare(
        [_line(net_kg=declared)], [_line(net_kg=found)], terms=TERMS, on=builders.DAY
    )
    within = abs(found - declared) <= max(declared * 3 / 100, Decimal("0.5"))
    assert crosscheck.agree(verdicts) is within


@pytest.mark.parametrize(
    ("declared", "found", "same"),
    [
        ("冻去骨牛肉", "Frozen boneless beef", True),
        ("冻去骨牛肉 frozen boneless beef", "ＢＥＥＦ, frozen, boneless", True),
        ("冻去骨牛肉", "冻牛肉", False),
        ("冻去骨牛肉", "冻去骨牛肉 frozen pork", False),
        ("1.5% fat", "15% fat", False),
        ("", "", False),
    ],
)
def test_names_are_the_same_as_written_or_by_synonyms(
    declared: str, found: str, *, same: bool
) -> None:
    assert names.same(declared, found, hs_code="0202300090", on=builders.DAY) is same


def test_synonyms_are_of_a_heading_and_from_a_day_on() -> None:
    beef = ("冻去骨牛肉", "frozen boneless beef")
    assert not names.same(*beef, hs_code="0203290000", on=builders.DAY)
    assert not names.same(*beef, hs_code="0202300090", on=date(2018, 7, 31))


def test_an_hs_code_that_differs_is_told_with_the_names() -> None:
    verdicts = crosscheck.compare(
        [_line()], [_line(hs_code="4407120000")], terms=TERMS, on=builders.DAY
    )
    assert "declared 4407110000 Sawn Pine 松木, found 4407120000" in (
        crosscheck.disagreement(verdicts).en
    )


def test_quantities_in_other_units_are_told_in_the_declared_one() -> None:
    found = _line(quantity=Decimal(41_000), unit="LTR")
    quantity = crosscheck.compare([_line()], [found], terms=TERMS, on=builders.DAY)[1]
    assert (quantity.found, quantity.difference) == ("41000 LTR", Decimal(1))
    other = crosscheck.compare([_line()], [_line(unit="H87")], terms=TERMS, on=builders.DAY)[1]
    assert (other.difference, other.agrees) == (None, False)


@builders.ANY_MACHINE
@given(pounds=st.integers(1, 10**9))
def test_conversion_is_exact_also_where_a_quotient_has_no_end(pounds: int) -> None:
    declared = _line(quantity=Decimal(pounds), unit="LBR")
    kilograms = units.in_base(Decimal(pounds), "LBR")[1]
    for off, agrees in ((Decimal(0), True), (Decimal("0.00000001"), False)):
        found = _line(quantity=kilograms + off, unit="KGM")
        verdicts = crosscheck.compare([declared], [found], terms=TERMS, on=builders.DAY)
        assert crosscheck.agree(verdicts) is agrees


def test_lines_that_are_each_a_little_short_do_not_add_up_to_more_than_the_tolerance() -> None:
    declared = [_line(number=number, net_kg=Decimal(1)) for number in (1, 2, 3)]
    for weight, agrees in (("0.9", True), ("0.5", False)):
        found = [_line(number=number, net_kg=Decimal(weight)) for number in (1, 2, 3)]
        verdicts = crosscheck.compare(declared, found, terms=TERMS, on=builders.DAY)
        assert all(each.agrees for each in verdicts[:-1])
        assert (verdicts[-1].line, verdicts[-1].agrees) == (TOTAL, agrees)
    assert "all lines weight: declared 3 KGM, found 1.5 KGM" in (
        crosscheck.disagreement(verdicts).en
    )


def test_quantities_of_one_unit_do_not_add_up_to_more_than_the_tolerance() -> None:
    within = Tolerance(absolute=Decimal("0.5"))
    terms = Terms(elements=(Element.QUANTITY,), tolerances={Element.QUANTITY: within})
    declared = [_line(number=n, quantity=Decimal(1), unit="MTQ") for n in range(1, 11)]
    for each, agrees in (("0.96", True), ("0.5", False)):
        found = [_line(number=n, quantity=Decimal(each), unit="MTQ") for n in range(1, 11)]
        verdicts = crosscheck.compare(declared, found, terms=terms, on=builders.DAY)
        assert all(one.agrees for one in verdicts[:-1])
        assert (verdicts[-1].line, verdicts[-1].agrees) == (TOTAL, agrees)
    known = mismatch.of(verdicts, declared, gross_kg=Decimal(1))
    assert (known["quantity_disagrees"], known["deviation_percent_max"]) == (True, Decimal(50))
    mixed = [*declared[:9], _line(number=10, quantity=Decimal(1), unit="H87")]
    assert TOTAL not in {
        one.line for one in crosscheck.compare(mixed, mixed, terms=terms, on=builders.DAY)
    }
    uncounted = [*declared[:9], _line(number=10, quantity=Decimal(1), unit="KGM")]
    assert not crosscheck.compare(declared, uncounted, terms=terms, on=builders.DAY)[-1].agrees
