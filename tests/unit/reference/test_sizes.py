"""How much containers hold, by the length in their size code."""

from decimal import Decimal

import pytest

from shared.reference import sizes


@pytest.mark.parametrize(
    ("size_types", "teu"),
    [
        (["22G1"], "1"),
        (["45G1"], "2"),
        (["L5G1"], "2.25"),
        (["22G1", "42R1", "12G1"], "4"),
        ([], "0"),
    ],
)
def test_twenty_foot_units_go_by_the_length(size_types: list[str], teu: str) -> None:
    assert sizes.teu(size_types) == Decimal(teu)
