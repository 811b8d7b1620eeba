"""What the functions that convert values share."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import Conversion, LegacyItem
from services.declaration.merging.values import Several, tidy


class Asked(Exception):
    """Nothing says what the value becomes, or only that it is one of several."""

    def __init__(self, several: Several | None = None) -> None:
        """`several` is what it may be."""
        super().__init__()
        self.several = several


class Around(NamedTuple):
    """What a value stands in: its item, and the line or header as it was written."""

    item: LegacyItem
    part: Mapping[str, Any]


Convert = Callable[[Any, Conversion, Around], Any]

_MAY_BE = {
    ("customs_package", "3"): Several(frozenset({"32", "33", "39"})),
    ("customs_package", "5"): Several(frozenset({"92", "93"})),
    ("inspection_package", "4F"): Several(frozenset({"22", "23"})),
    ("inspection_trade_mode", "进料加工"): Several(frozenset({"0615", "0654", "0715"})),
    ("inspection_trade_mode", "样品"): Several(frozenset({"3010", "3039"})),
    ("inspection_trade_mode", "展览品"): Several(frozenset({"2700"})),
}


def looked_up(said: str, conversion: Conversion) -> str:
    """By the conversion's table; what is a code of the merged list already stays."""
    said = tidy(said)
    if said in conversion.table:
        return conversion.table[said]
    if said in conversion.table.values() and said not in conversion.ask:
        return said
    raise Asked(_MAY_BE.get((conversion.id, said)))


@lru_cache(maxsize=1)
def every() -> Mapping[str, Conversion]:
    """All conversions by their ids."""
    both = (*legacy.forms().customs, *legacy.forms().inspection)
    return {each.id: each for item in both for each in item.conversions}
