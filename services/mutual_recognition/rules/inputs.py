"""What a decision table may ask about a filing: a closed set of typed inputs.

Inputs of the filing have one value. Inputs of a line have one value a goods line: a filing meets
a row if some one line meets all that the row asks of a line. A value that is not there, or not of
its kind, is never read as "no": asking for it raises `InputFault`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from shared.contracts.filing import Consignment

Value = bool | str | Decimal | tuple[str, ...]

RATING = "rating_"
SCOPE = "scope_"
UNRATED = "unrated"
NOT_SELECTED = "none"
PAIR_COVERED = "primary_covers"
DRAW = "draw"


class Kind(StrEnum):
    """What sort of value an input has."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    CODES = "codes"


FILING_INPUTS: Mapping[str, Kind] = {
    "direction": Kind.TEXT,
    "transport_mode": Kind.TEXT,
    "country_of_departure": Kind.TEXT,
    "consignee": Kind.TEXT,
    "value": Kind.NUMBER,
    "net_kg": Kind.NUMBER,
    "containers": Kind.NUMBER,
    "duty_percent_max": Kind.NUMBER,
    "wooden_packing": Kind.FLAG,
    "dangerous_goods": Kind.FLAG,
    "perishable": Kind.FLAG,
    "chilled": Kind.FLAG,
    "licences_present": Kind.FLAG,
    "combined_inspection": Kind.FLAG,
    DRAW: Kind.NUMBER,
}
LINE_INPUTS: Mapping[str, Kind] = {
    "hs_code": Kind.TEXT,
    "origin": Kind.TEXT,
    "currency": Kind.TEXT,
    "line_value": Kind.NUMBER,
    "line_net_kg": Kind.NUMBER,
    "duty_percent": Kind.NUMBER,
    "licences": Kind.CODES,
}
PYTHON: Mapping[Kind, type[Any]] = {
    Kind.TEXT: str,
    Kind.NUMBER: Decimal,
    Kind.FLAG: bool,
    Kind.CODES: tuple,
}


class InputFault(Exception):
    """An input that a row asks for is missing or is not of its kind."""


@dataclass(frozen=True)
class Inputs:
    """One filing as the tables see it."""

    filing: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...]

    def also(self, **values: Value) -> "Inputs":
        """The same filing, with more known about it."""
        return Inputs(filing={**self.filing, **values}, lines=self.lines)


def kind_of(name: str, *, agencies: Sequence[str]) -> Kind | None:
    """The kind of an input, None if there is no such input."""
    known = {
        **FILING_INPUTS,
        **LINE_INPUTS,
        **{f"{prefix}{agency}": Kind.TEXT for agency in agencies for prefix in (RATING, SCOPE)},
        PAIR_COVERED: Kind.FLAG,
    }
    return known.get(name)


def read(values: Mapping[str, Value], name: str, kind: Kind) -> Any:
    """The value of an input, of the Python type of its kind. Raises `InputFault`."""
    value = values.get(name)
    if value is None:
        raise InputFault(f"{name} is missing")
    if not isinstance(value, PYTHON[kind]):
        raise InputFault(f"{name} is not a {kind}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise InputFault(f"{name} is not a finite number")
    return value


def of(consignment: Consignment) -> Inputs:
    """What a consignment itself says; ratings, scopes and the draw are added by the caller."""
    lines = consignment.lines
    return Inputs(
        filing={
            "direction": str(consignment.direction),
            "transport_mode": consignment.transport_mode,
            "country_of_departure": consignment.country_of_departure,
            "consignee": consignment.consignee.uscc,
            "value": sum((line.value for line in lines), Decimal(0)),
            "net_kg": consignment.net_kg,
            "containers": Decimal(len(consignment.containers)),
            "duty_percent_max": max((line.duty_percent for line in lines), default=Decimal(0)),
            "wooden_packing": consignment.wooden_packing,
            "dangerous_goods": consignment.dangerous_goods,
            "perishable": consignment.perishable_until is not None,
            "chilled": _chilled(consignment),
            "licences_present": any(line.licences for line in lines),
            "combined_inspection": consignment.combined_inspection,
        },
        lines=tuple(
            {
                "hs_code": line.hs_code,
                "origin": line.origin,
                "currency": line.currency,
                "line_value": line.value,
                "line_net_kg": line.net_kg,
                "duty_percent": line.duty_percent,
                "licences": line.licences,
            }
            for line in lines
        ),
    )


def _chilled(consignment: Consignment) -> bool:
    # ISO 6346: the third character of the size-type code is R for thermal containers.
    reefer = any(each.size_type[2:3].upper() == "R" for each in consignment.containers)
    return reefer or consignment.perishable_until is not None


def dump(inputs: Inputs) -> dict[str, Any]:
    """As JSON, to be stored with the decision; numbers as strings, so that they stay exact."""
    return {"filing": dict(inputs.filing), "lines": [dict(line) for line in inputs.lines]}


def load(stored: Mapping[str, Any], *, agencies: Sequence[str]) -> Inputs:
    """From the JSON that `dump` made."""
    return Inputs(
        filing=_typed(stored["filing"], agencies),
        lines=tuple(_typed(line, agencies) for line in stored["lines"]),
    )


def _typed(values: Mapping[str, Any], agencies: Sequence[str]) -> dict[str, Value]:
    return {name: _value(kind_of(name, agencies=agencies), value) for name, value in values.items()}


def _value(kind: Kind | None, value: Any) -> Any:
    if kind is Kind.NUMBER and isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return tuple(value) if kind is Kind.CODES and isinstance(value, list) else value
