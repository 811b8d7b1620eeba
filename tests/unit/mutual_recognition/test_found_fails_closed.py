"""No mutation of what was found is recognised, unless it is what was declared."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.mutual_recognition.domain import crosscheck
from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts.values import Element, Line
from tests.unit.mutual_recognition import builders

DECLARED = Line(
    number=1, hs_code="4407110000", name="sawn pine", quantity=Decimal(500), unit="PCE",
    net_kg=Decimal(1000),
)  # fmt: skip
TERMS = Terms(
    elements=tuple(Element),
    tolerances={Element.WEIGHT: Tolerance(percent=Decimal(3), absolute=Decimal("0.5"))},
)
_CODES = ["4407110000", "44071100", "440711", "4407", "", "440712", "44071190", "4407110090"]
"""The declared one, its leading digits, too few of them, and others."""
_FIGURES = [Decimal(each) for each in ("0", "-1", "499", "500", "970", "1000", "1030", "1E+20")]
_OTHERWISE: Mapping[str, list[Any]] = {
    "number": [1, 2],
    "hs_code": _CODES,
    "name": ["sawn pine", "ＳＡＷＮ  Pine", "sawn pin", ""],
    "quantity": [*_FIGURES, Decimal("500.00")],
    "unit": ["PCE", "pce", "KGM", "TNE", ""],
    "net_kg": _FIGURES,
}
_ONE = st.sampled_from([(name, each) for name, some in _OTHERWISE.items() for each in some])


@builders.ANY_MACHINE
@given(found=st.lists(st.lists(_ONE, max_size=3), min_size=1, max_size=2))
@example(found=[])
@example(found=[[("hs_code", "4407")]])
@example(found=[[("hs_code", "44071200")]])
@example(found=[[("quantity", Decimal(499))]])
def test_what_was_found_is_only_recognised_if_it_is_what_was_declared(
    found: list[list[tuple[str, Any]]],
) -> None:
    lines = [DECLARED.model_copy(update=dict(changes)) for changes in found]
    if crosscheck.agree(crosscheck.compare([DECLARED], lines, terms=TERMS, on=builders.DAY)):
        (line,) = lines
        assert (line.number, line.quantity, line.unit) == (1, Decimal(500), "PCE")
        assert line.hs_code in _CODES[:3]
        assert line.name in {"sawn pine", "ＳＡＷＮ  Pine"}
        assert 970 <= line.net_kg <= 1030
