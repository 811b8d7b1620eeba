"""Found against declared: exact decimals, tolerances of both kinds, nothing taken on trust."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.domain import crosscheck
from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts.values import Element, Line

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
    return crosscheck.agree(crosscheck.compare([_line()], found, terms=terms))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "ｓａｗｎ  pine 松木"},
        {"net_kg": Decimal(103)},
        {"net_kg": Decimal(97)},
        {"quantity": Decimal("40.0")},
        {"hs_code": "4407120000"},
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
        verdicts = crosscheck.compare(declared, [_line(net_kg=weight)], terms=TERMS)
        assert crosscheck.agree(verdicts) is agrees


def test_verdicts_show_the_figures() -> None:
    verdicts = crosscheck.compare([_line()], [_line(net_kg=Decimal("104.5"))], terms=TERMS)
    weight = verdicts[-1]
    assert (weight.declared, weight.found) == ("100 KGM", "104.5 KGM")
    assert (weight.difference, weight.tolerance) == (Decimal("4.5"), Decimal(3))
    reason = crosscheck.disagreement(verdicts)
    assert "line 1 weight: declared 100 KGM, found 104.5 KGM" in reason.en
    assert "第 1 项重量：申报 100 KGM，查验 104.5 KGM" in reason.zh


def test_nothing_compared_is_nothing_agreed() -> None:
    assert not crosscheck.agree(crosscheck.compare([], [], terms=TERMS))
    assert not _agree([_line()], Terms(elements=(), tolerances={}))


_WEIGHTS = st.decimals(min_value="0.00001", max_value="1000000", places=5)


@given(declared=_WEIGHTS, found=_WEIGHTS)
def test_a_weight_agrees_exactly_within_its_tolerance(declared: Decimal, found: Decimal) -> None:
    verdicts = crosscheck.compare([_line(net_kg=declared)], [_line(net_kg=found)], terms=TERMS)
    within = abs(found - declared) <= max(declared * 3 / 100, Decimal("0.5"))
    assert crosscheck.agree(verdicts) is within
