"""A filing's values for what the tables ask, and how they are stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Inputs, Value
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.rules import dictionaries
from shared.contracts.filing import Consignment, GoodsLine

Mismatch = Mapping[str, Value]
"""What is known of a recognition that was refused, beside the filing."""


MAY_BE_UNTOLD = {
    "wooden_packing": ("wooden_packing",),
    "dangerous_goods": ("dangerous_goods",),
    "perishable": ("perishable_until",),
    "chilled": ("perishable_until", "containers"),
    "containers": ("containers",),
    "combined_inspection": ("combined_inspection",),
}
"""Inputs by what of a consignment they are about; a reader has a default where it is not told."""


def of(consignment: Consignment) -> Inputs:
    """What a consignment itself says; ratings, scopes, days and draws are added by the caller.

    What it does not say is not known: a default for readers is no "no" for a rule.
    """
    lines = consignment.lines
    untold = Consignment.model_fields.keys() - consignment.model_fields_set
    known: dict[str, Value] = {
        "direction": str(consignment.direction),
        "transport_mode": consignment.transport_mode,
        "country_of_departure": consignment.country_of_departure,
        "consignee": consignment.consignee.uscc,
        "net_kg": consignment.net_kg,
        "containers": Decimal(len(consignment.containers)),
        "duty_percent_max": max((line.duty_percent for line in lines), default=Decimal(0)),
        "wooden_packing": consignment.wooden_packing,
        "dangerous_goods": consignment.dangerous_goods,
        "perishable": consignment.perishable_until is not None,
        "chilled": _chilled(consignment),
        "combined_inspection": consignment.combined_inspection,
    }
    filing = {
        name: value
        for name, value in known.items()
        if untold.isdisjoint(MAY_BE_UNTOLD.get(name, ()))
    }
    return Inputs(
        filing={**filing, **_value(lines), **_licences(lines)}, lines=tuple(map(_line, lines))
    )


def _licences(lines: Sequence[GoodsLine]) -> dict[str, bool]:
    if any(line.licences for line in lines):
        return {dictionaries.LICENCES_PRESENT: True}
    told = all("licences" in line.model_fields_set for line in lines)
    return {dictionaries.LICENCES_PRESENT: False} if told else {}


def _value(lines: Sequence[GoodsLine]) -> dict[str, Decimal]:
    """Yuan and dollars have no sum: of several currencies it is not known."""
    if len({line.currency for line in lines}) > 1:
        return {}
    return {"value": sum((line.value for line in lines), Decimal(0))}


def _line(line: GoodsLine) -> dict[str, Value]:
    known: dict[str, Value] = {
        "hs_code": line.hs_code,
        "origin": line.origin,
        "currency": line.currency,
        "line_value": line.value,
        "line_net_kg": line.net_kg,
        "duty_percent": line.duty_percent,
    }
    return {**known, "licences": line.licences} if "licences" in line.model_fields_set else known


def _chilled(consignment: Consignment) -> bool:
    # ISO 6346: the third character of the size-type code is R for thermal containers.
    reefer = any(each.size_type[2:3].upper() == "R" for each in consignment.containers)
    return reefer or consignment.perishable_until is not None


def dump(inputs: Inputs) -> dict[str, Any]:
    """As JSON, to be stored with the decision; numbers and days as strings: they stay exact."""
    return {"filing": plain(inputs.filing), "lines": [plain(line) for line in inputs.lines]}


def plain(values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as JSON; what `dump` and `load_mismatch` are about."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def load(
    stored: Mapping[str, Any], *, agencies: Agencies, table: str = kinds.RECOGNITION
) -> Inputs:
    """From the JSON that `dump` made of what a table is asked."""
    known = dictionaries.of(table, agencies)
    return Inputs(
        filing=known.typed(stored["filing"]),
        lines=tuple(known.typed(line) for line in stored["lines"]),
    )


def load_mismatch(stored: Mapping[str, Any] | None, *, agencies: Agencies) -> Mismatch | None:
    """From the JSON in which a mismatch was stored."""
    return None if stored is None else dictionaries.of(kinds.MISMATCH, agencies).typed(stored)
