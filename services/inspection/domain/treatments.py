"""What may be done to cargo so that it conforms: kinds as dated data, orders, and their results.

The kinds are in `data/treatments.json`, each with its day, its source, the figures that it is
judged by with their units, and whether whoever made it gives a certificate.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from shared.contracts.envelope import Fact
from shared.contracts.values import Instant, Said

DATA = Path(__file__).parents[1] / "data" / "treatments.json"


@dataclass(frozen=True)
class Kind:
    """A kind of treatment from a day on; `figures` are those that it is judged by, each its unit.

    `valid_until` is its last day, None while there is none.
    """

    code: str
    said: Said
    valid_from: date
    valid_until: date | None
    certificate: bool
    figures: Mapping[str, str]

    def on(self, day: date) -> bool:
        """Whether it may be ordered on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Order:
    """What a conclusion wants done: by whom, until when (yard clock, UTC)."""

    kind: str
    by: str
    due: datetime
    text: str | None = None


class Treated(Fact):
    """What became of a treatment, as an officer recorded it (yard clock, UTC).

    `dose` is in its kind's unit, `hours` how long it took, `celsius` at which temperature.
    """

    done: bool
    text: str
    certificate: str | None = None
    dose: Decimal | None = None
    hours: Decimal | None = None
    celsius: Decimal | None = None
    officer: str
    at: Instant


class Treatment(Fact):
    """A treatment that a conclusion of the section ordered; `number` counts them from 1.

    It is `by` somebody, of these `containers` (empty: of the whole consignment), until `due`
    (yard clock, UTC). `overdue_at`: it was not told until then. `cancelled_at`: there is nothing
    left to be treated.
    """

    number: int
    conclusion: int
    kind: str
    by: str
    due: Instant
    text: str | None = None
    containers: tuple[str, ...] = ()
    officer: str
    ordered_at: Instant
    overdue_at: Instant | None = None
    cancelled_at: Instant | None = None
    result: Treated | None = None

    @property
    def open(self) -> bool:
        """Whether its result is still to come."""
        return self.result is None and self.cancelled_at is None

    def covers(self, part: str) -> bool:
        """Whether it is of this container, or of loose cargo."""
        return not self.containers or part in self.containers


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """Every kind that comes with the program, by its code."""
    document = json.loads(DATA.read_text(encoding="utf-8"))
    found = {
        each["code"]: Kind(
            code=each["code"],
            said=Said(en=each["en"], zh=each["zh"]),
            valid_from=date.fromisoformat(each["valid_from"]),
            valid_until=date.fromisoformat(until) if (until := each.get("valid_until")) else None,
            certificate=each["certificate"],
            figures=MappingProxyType(each["figures"]),
        )
        for each in document["kinds"]
    }
    return MappingProxyType(found)
