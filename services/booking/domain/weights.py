"""What waiting, lateness, decay, moves, overtime and changes of plan cost: dated data, in CNY.

The planner and the offers price by the same figures. Each figure has its source beside it, in
`data/weights.json`; most are ours, because no port publishes its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.contracts.values import BayKind

DATA = Path(__file__).parents[1] / "data" / "weights.json"
HOUR = Decimal(3600)
SECOND = timedelta(seconds=1)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Weights:
    """What holds on one day, in CNY.

    `wait` is by kind of bay and, as `late` and `decay`, for each TEU and hour; `move` for each
    consignment in another than its home yard; `overtime` for each team and hour outside its
    shift; `change` for each confirmed slot that is changed.
    """

    wait: Mapping[BayKind, Decimal]
    late: Decimal
    decay: Decimal
    move: Decimal
    overtime: Decimal
    change: Decimal

    def waiting(self, kind: BayKind, span: timedelta, *, teu: Decimal, perishable: bool) -> Decimal:
        """What it costs to let cargo wait, with its decay if it perishes; nothing if negative."""
        rate = self.wait[kind] + (self.decay if perishable else 0)
        return rate * teu * hours(span)

    def lateness(self, span: timedelta, *, teu: Decimal) -> Decimal:
        """What it costs to end so long after free time; nothing if negative."""
        return self.late * teu * hours(span)


@dataclass(frozen=True)
class Weight:
    """One figure from a day on."""

    name: str
    cny: Decimal
    valid_from: date
    source: str


@dataclass(frozen=True)
class History:
    """All figures that ever held."""

    weights: tuple[Weight, ...]

    def at(self, day: date) -> Weights:
        """What holds on a day: of each figure the last one that is valid by then.

        Raises LookupError, with the figure's name, if one is not valid yet.
        """
        return Weights(
            wait={kind: self._at(f"wait.{kind}", day) for kind in BayKind},
            late=self._at("late", day),
            decay=self._at("decay", day),
            move=self._at("move", day),
            overtime=self._at("overtime", day),
            change=self._at("change", day),
        )

    def _at(self, name: str, day: date) -> Decimal:
        valid = [each for each in self.weights if each.name == name and each.valid_from <= day]
        if not valid:
            raise LookupError(f"no weight {name} on {day}")
        return max(valid, key=lambda each: each.valid_from).cny


def history(document: Mapping[str, Any]) -> History:
    """The figures of a document. Raises KeyError, ValueError or ArithmeticError if it is none."""
    return History(
        tuple(
            Weight(
                name=each["name"],
                cny=Decimal(each["cny"]),
                valid_from=date.fromisoformat(each["valid_from"]),
                source=each["source"],
            )
            for each in document["weights"]
        )
    )


@lru_cache(maxsize=1)
def published() -> History:
    """The figures that come with the program."""
    return history(json.loads(DATA.read_text(encoding="utf-8")))


@lru_cache(maxsize=256)
def at(day: date) -> Weights:
    """What holds on a day, by the figures that come with the program. Raises LookupError."""
    return published().at(day)


def hours(span: timedelta) -> Decimal:
    """A span in hours; 0 if it is negative."""
    seconds = span // SECOND
    return Decimal(seconds) / HOUR if seconds > 0 else NOTHING
