"""The data dictionary in force: dated data beside this module, and what reads it.

dictionary.at(day).items
"""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.declaration.domain.dictionary import Dated, Dictionary, Item, Limit
from shared.reference import codes

Entry = TypeVar("Entry", Item, Limit)


class Malformed(ValueError):
    """The dictionary cannot be used as it is; nothing of it is taken."""


def read(content: dict[str, Any]) -> tuple[tuple[Item, ...], tuple[Limit, ...]]:
    """All versions of all items and limits. Raises Malformed for the whole, naming the entry."""
    try:
        items = TypeAdapter(tuple[Item, ...]).validate_python(content["items"])
        limits = TypeAdapter(tuple[Limit, ...]).validate_python(content["limits"])
    except (KeyError, ValueError) as error:
        raise Malformed(str(error)) from error
    for item in items:
        if item.code_list is not None and item.code_list not in codes.LISTS:
            raise Malformed(f"{item.id}: there is no code list {item.code_list}")
    _no_overlap(items)
    _no_overlap(limits)
    return items, limits


def _no_overlap(entries: Sequence[Dated]) -> None:
    """Two versions of one entry, or two items of one number, must not be valid on the same day."""
    for index, one in enumerate(entries):
        for other in entries[index + 1 :]:
            same = one.id == other.id or (
                isinstance(one, Item) and isinstance(other, Item) and one.number == other.number
            )
            if same and one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                raise Malformed(f"{one.id} and {other.id} are both in force on one day")


@lru_cache(maxsize=32)
def at(day: date) -> Dictionary:
    """The dictionary in force on a day."""
    items, limits = _stored()
    return Dictionary(
        day=day,
        items=tuple(sorted(_on(day, items), key=lambda item: item.number)),
        limits=MappingProxyType({limit.id: limit.value for limit in _on(day, limits)}),
    )


def _on(day: date, entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry.valid_from <= day <= entry.valid_to]


@lru_cache(maxsize=1)
def _stored() -> tuple[tuple[Item, ...], tuple[Limit, ...]]:
    file = resources.files(__name__) / "items.json"
    return read(json.loads(file.read_text(encoding="utf-8")))
