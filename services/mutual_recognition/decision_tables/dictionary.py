"""What tables may ask about: a closed set of typed inputs, each with its name in both languages.

Inputs of the filing have one value. Inputs of a line have one value a goods line: a filing meets
a row if some one line meets all that the row asks of a line. A value that is not there, or not of
its kind, is never read as "no": asking for it raises `InputFault`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from typing import Any

from shared.contracts.values import Said

Value = bool | str | Decimal | date | tuple[str, ...]


class Kind(StrEnum):
    """What sort of value an input has."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"
    CODES = "codes"


PYTHON: Mapping[Kind, type[Any]] = {
    Kind.TEXT: str,
    Kind.CODE: str,
    Kind.NUMBER: Decimal,
    Kind.DAY: date,
    Kind.FLAG: bool,
    Kind.CODES: tuple,
}


class InputFault(Exception):
    """An input that a row asks for is missing or is not of its kind."""


@dataclass(frozen=True)
class Input:
    """One thing that tables may ask about.

    `words`: the only values it can have; none: any. `derived`: it follows from other tables, so
    nobody can change it by itself.
    """

    name: str
    kind: Kind
    said: Said
    of_a_line: bool = False
    words: frozenset[str] = frozenset()
    derived: bool = False

    @cached_property
    def python(self) -> type[Any]:
        """The type of its values."""
        return PYTHON[self.kind]

    def read(self, values: Mapping[str, Value]) -> Any:
        """Its value, of the Python type of its kind. Raises `InputFault`."""
        value = values.get(self.name)
        if value is None:
            raise InputFault(f"{self.name} is missing")
        if not isinstance(value, self.python) or isinstance(value, datetime):
            raise InputFault(f"{self.name} is not a {self.kind}")
        if isinstance(value, tuple) and not all(isinstance(each, str) for each in value):
            raise InputFault(f"{self.name} is not a {self.kind}")
        if isinstance(value, Decimal) and not value.is_finite():
            raise InputFault(f"{self.name} is not a finite number")
        if isinstance(value, Decimal) and value < 0:
            raise InputFault(f"{self.name} is below zero")
        if self.words and value not in self.words:
            raise InputFault(f"{self.name} is none of {', '.join(sorted(self.words))}")
        return value

    def typed(self, plain: Any) -> Any:
        """A value out of JSON or TOML with the type of its kind; as it is if it cannot have it."""
        try:
            if self.kind is Kind.NUMBER and isinstance(plain, str):
                return Decimal(plain)
            if self.kind is Kind.DAY and isinstance(plain, str):
                return date.fromisoformat(plain)
        except (InvalidOperation, ValueError):
            return plain
        return tuple(plain) if self.kind is Kind.CODES and isinstance(plain, list) else plain


class Dictionary(dict[str, Input]):
    """The inputs by name."""

    @classmethod
    def of(cls, inputs: Iterable[Input]) -> "Dictionary":
        """Of these inputs."""
        return cls({each.name: each for each in inputs})

    def typed(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Values out of JSON or TOML; what no input is named after stays as it is."""
        return {
            name: self[name].typed(plain) if name in self else plain
            for name, plain in values.items()
        }


@dataclass(frozen=True)
class Inputs:
    """One filing as the tables see it."""

    filing: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...]
    columns: dict[tuple[str, type], tuple[Any, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def also(self, **values: Value) -> "Inputs":
        """The same filing, with more known about it."""
        known = Inputs(filing={**self.filing, **values}, lines=self.lines)
        known.__dict__["columns"] = self.columns
        return known

    def column(self, name: str, python: type[Any]) -> tuple[Any, ...]:
        """One input of all lines, kept: each table asks. Raises `TypeError` if not all have it."""
        values = self.columns.get((name, python))
        if values is None:
            values = tuple([line.get(name) for line in self.lines])
            if set(map(type, values)) != {python}:
                raise TypeError(f"not every line has {name}")
            self.columns[name, python] = values
        return values
