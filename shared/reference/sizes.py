"""How much containers hold, by the size code of ISO 6346."""

from collections.abc import Iterable
from decimal import Decimal

_BY_LENGTH = {"1": Decimal(1), "2": Decimal(1), "L": Decimal("2.25")}
_OTHERS = Decimal(2)


def teu(size_types: Iterable[str]) -> Decimal:
    """Twenty-foot units by the first character of each size-type code (ISO 6346), its length.

    Of 20 feet and below it is one, of 45 feet two and a quarter, of all others two.
    """
    return sum((_BY_LENGTH.get(each[:1], _OTHERS) for each in size_types), Decimal(0))
