"""What an avoided move and unpacking is worth, and what area a bay takes: dated data.

Each figure has its source beside it, in `data/worth.json`; what of it is ours says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "worth.json"


@dataclass(frozen=True)
class Worth:
    """What holds on one day: CNY for each TEU of an avoided move and unpacking; a bay in m²."""

    move: Decimal
    unpacking: Decimal
    bay: Decimal


@dataclass(frozen=True)
class Figure:
    """One figure from a day on."""

    name: str
    value: Decimal
    valid_from: date
    source: str


@dataclass(frozen=True)
class History:
    """All figures that ever held."""

    figures: tuple[Figure, ...]

    def at(self, day: date) -> Worth | None:
        """What holds on a day: of each figure the newest by then; None before the first of one."""
        found = {name: self._at(name, day) for name in ("move", "unpacking", "bay")}
        known = {name: value for name, value in found.items() if value is not None}
        return Worth(**known) if len(known) == len(found) else None

    def _at(self, name: str, day: date) -> Decimal | None:
        valid = [each for each in self.figures if each.name == name and each.valid_from <= day]
        return max(valid, key=lambda each: each.valid_from).value if valid else None


def history(document: Mapping[str, Any]) -> History:
    """The figures of a document. Raises KeyError, ValueError or ArithmeticError if it is none."""
    return History(
        tuple(
            Figure(
                name=each["name"],
                value=Decimal(each["value"]),
                valid_from=date.fromisoformat(each["valid_from"]),
                source=each["source"],
            )
            for each in document["figures"]
        )
    )


@lru_cache(maxsize=1)
def published() -> History:
    """The figures that come with the program."""
    return history(json.loads(DATA.read_text(encoding="utf-8")))
