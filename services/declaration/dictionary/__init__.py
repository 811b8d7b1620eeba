"""The data dictionary in force: dated data beside this module, and what reads it.

dictionary.at(day).merged
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.declaration.domain.dictionary import Condition, Dictionary, Field, Item, Limit
from shared.reference import codes

REFORM = date(2018, 8, 1)
"""The day of the reform: the two forms became one."""
FILES = (
    *("header", "parties", "transport", "price", "packing", "goods", "dangerous_goods"),
    *("containers", "licences", "changes", "service"),
)
Entry = TypeVar("Entry", Item, Limit)


class Malformed(ValueError):
    """The dictionary cannot be used as it is; nothing of it is taken."""


def read(content: Mapping[str, Any]) -> tuple[tuple[Item, ...], tuple[Limit, ...]]:
    """All versions of all items and limits. Raises Malformed for the whole, naming the entry."""
    try:
        conditions = TypeAdapter(tuple[Condition, ...]).validate_python(content["conditions"])
        known = {condition.id: condition for condition in conditions}
        written = [_resolved(item, known) for item in content["items"]]
        items = TypeAdapter(tuple[Item, ...]).validate_python(written)
        limits = TypeAdapter(tuple[Limit, ...]).validate_python(content["limits"])
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(str(error)) from error
    for field in _fields(items):
        if field.code_list is not None and field.code_list not in codes.LISTS:
            raise Malformed(f"{field.id}: there is no code list {field.code_list}")
    _no_overlap([(item, _keys(item)) for item in items])
    _no_overlap([(limit, {f"id {limit.id}"}) for limit in limits])
    return items, limits


def _resolved(item: Mapping[str, Any], known: Mapping[str, Condition]) -> dict[str, Any]:
    """The item with its fields' conditions in place of their names."""
    fields = [
        field | {"required_when": [known[name] for name in field.get("required_when", ())]}
        for field in item["fields"]
    ]
    return {**item, "fields": fields}


def _keys(item: Item) -> set[str]:
    """What of an item no other one may have on the same day."""
    keys = {f"id {item.id}", *(f"node {node}" for node in item.nodes)}
    keys |= {f"{name} {value}" for field in item.fields for name, value in _marks(field)}
    return keys if item.number is None else {*keys, f"number {item.number}"}


def _marks(field: Field) -> Iterator[tuple[str, str]]:
    yield "field", field.id
    yield "pointer", field.pointer


def _no_overlap(entries: list[tuple[Entry, set[str]]]) -> None:
    """Entries that have something in common must not be in force on the same day."""
    for index, (one, keys) in enumerate(entries):
        for other, others in entries[index + 1 :]:
            if one.valid_from > other.valid_to or other.valid_from > one.valid_to:
                continue
            if common := keys & others:
                raise Malformed(f"{one.id}, {other.id}: both in force on one day: {sorted(common)}")


@lru_cache(maxsize=32)
def at(day: date) -> Dictionary:
    """The dictionary in force on a day."""
    items, limits = _stored()
    found = [item.on(day) for item in _on(day, items)]
    valid = sorted(found, key=lambda item: item.number or len(items) + 1)
    asked = {field.pointer: field for field in _fields(valid)}
    ever = {field.pointer: field for field in _fields(items)}
    owners = {field.pointer: item for item in (*items, *valid) for field in item.fields}
    return Dictionary(
        day=day,
        items=tuple(asked.values()),
        conditions=tuple((field, each) for field in asked.values() for each in field.required_when),
        not_asked=tuple(field for pointer, field in ever.items() if pointer not in asked),
        limits=MappingProxyType({limit.id: limit.value for limit in _on(day, limits)}),
        merged=tuple(item for item in valid if item.number is not None),
        owners=MappingProxyType(owners),
    )


def _fields(items: tuple[Item, ...] | list[Item]) -> Iterator[Field]:
    return (field for item in items for field in item.fields)


def _on(day: date, entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry.valid_from <= day <= entry.valid_to]


def stored(name: str) -> Any:
    """What one of the files beside this module holds."""
    file = resources.files(__name__).joinpath(f"{name}.json")
    return json.loads(file.read_text(encoding="utf-8"))


def written() -> dict[str, Any]:
    """The whole dictionary as it is written."""
    return {
        "conditions": stored("conditions"),
        "items": [item for file in FILES for item in stored(f"items/{file}")],
        "limits": stored("limits"),
    }


@lru_cache(maxsize=1)
def _stored() -> tuple[tuple[Item, ...], tuple[Limit, ...]]:
    return read(written())
