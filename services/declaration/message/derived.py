"""What a filing needs and a message says in other words: by stated rules, and told."""

from collections.abc import Mapping
from typing import Any

from services.declaration.domain.dictionary import Dictionary, Kind
from services.declaration.domain.places import Document, Place
from services.declaration.message import layout
from services.declaration.message.spots import Told


def complete(fields: dict[str, Any], told: Told, dictionary: Dictionary) -> None:
    """Add what follows from the rest, where the message does not say it itself."""
    _net_weights(fields, told)
    _flags(fields, told, dictionary)


def _net_weights(fields: dict[str, Any], told: Told) -> None:
    rule = layout.data()["derived"]["/lines/*/net_kg"]
    lines = fields.get("lines", [])
    for index, line in enumerate(lines):
        if "net_kg" in line:
            continue
        found = _weighed(line, rule)
        if found is None and len(lines) == 1:
            found = fields.get(rule["alone"][1:])
        if found is not None:
            line["net_kg"] = found
            told.derived.append((f"/lines/{index}/net_kg", rule["how"]))


def _weighed(line: Mapping[str, Any], rule: Mapping[str, Any]) -> Any:
    for quantity, unit in rule["measures"]:
        if _at(line, unit) == rule["unit"] and _at(line, quantity) is not None:
            return _at(line, quantity)
    return None


def _at(line: Mapping[str, Any], pointer: str) -> Any:
    value: Any = line
    for step in pointer.split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _flags(fields: dict[str, Any], told: Told, dictionary: Dictionary) -> None:
    """A flag without a node of the message that what is declared makes mandatory is set."""
    for field, condition in dictionary.conditional():
        name = field.pointer[1:]
        if field.type is not Kind.FLAG or field.nodes or "/" in name or name in fields:
            continue
        if condition.holds(Document(fields), at=Place(field.pointer, None)):
            fields[name] = True
            told.derived.append((field.pointer, condition.reason.model_dump()))
