"""A row as it is stored, held against what the records say: each difference by row and column."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import JSON, Table

from services.inspection.verifying.lists import UNTOLD
from shared.prepared import Row

Values = Mapping[str, Any]
MOST = 200
"""Characters of a value in what is told."""
EMPTY: tuple[Any, ...] = (None, [], {}, False, 0, "")
"""What a document says that does not name a field."""


class OrNone(NamedTuple):
    """A value that records of before leave open: it, or none."""

    value: Any


class OrLess(NamedTuple):
    """A document that has these fields or not: rows of before may lack them."""

    value: Values
    fields: frozenset[str]

    def of(self, stored: Values) -> Values:
        """What it must say where this is stored."""
        kept = self.value.keys() - (self.fields - stored.keys())
        return {name: self.value[name] for name in kept}


class Comparing:
    """The rows of a table against what they must be."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        untold = {column for name, column in UNTOLD if name == table.name}
        self._columns = [
            (each.name, isinstance(each.type, JSON))
            for each in table.columns
            if each.name not in untold
        ]
        self._key = [each.name for each in table.primary_key.columns]

    def differences(self, stored: Sequence[Row], told: Sequence[Values]) -> Iterator[str]:
        """What differs."""
        left = {self._place(row): row for row in stored}
        for values in told:
            place = self._place(values)
            row = left.pop(place, None)
            if row is None:
                yield f"{self._named(place)}: is missing; the records say {_short(values)}"
                continue
            for column, is_json in self._columns:
                is_, says = row[column], values[column]
                if is_ == says or (isinstance(says, OrNone) and is_ in (None, says.value)):
                    continue
                if is_json and is_ is not None and _fits(from_json(is_), says):
                    continue
                differs = f"is {_short(is_)}; the records say {_short(says)}"
                yield f"{self._named(place)}.{column}: {differs}"
        for place in left:
            yield f"{self._named(place)}: no record tells of it"

    def _place(self, row: Values) -> tuple[Any, ...]:
        return tuple([row[each] for each in self._key])

    def _named(self, place: tuple[Any, ...]) -> str:
        return f"{self.name}({', '.join(map(str, place))})"


def _fits(is_: Any, says: Any) -> bool:
    """Whether a document says the same; one of before may lack what was added since and is empty.

    A time may be spelled in another way.
    """
    if isinstance(says, OrLess):
        return isinstance(is_, dict) and _fits(is_, says.of(is_))
    if is_ == says:
        return True
    if isinstance(is_, dict) and isinstance(says, dict):
        known = all(name in says and _fits(is_[name], says[name]) for name in is_)
        return known and all(says[name] in EMPTY for name in says if name not in is_)
    if isinstance(is_, list) and isinstance(says, list):
        return len(is_) == len(says) and all(map(_fits, is_, says))
    return isinstance(is_, str) and isinstance(says, str) and _same_time(is_, says)


def _same_time(one: str, other: str) -> bool:
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return False
    return None not in (first.tzinfo, second.tzinfo) and first == second


def _short(value: Any) -> str:
    told = str(value)
    return told if len(told) <= MOST else f"{told[:MOST]}…"
