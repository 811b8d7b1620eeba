"""A full declaration, made of the dictionary's own examples, with seams to break."""

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.declaration import dictionary
from services.declaration.dictionary import examples
from services.declaration.dictionary.examples import put
from services.declaration.domain.dictionary import Dictionary, Field, Kind
from tests.factories import NOW, Body

__all__ = ["drop", "first", "full", "laid_over", "leaves", "put"]

TODAY = dictionary.at(NOW.date())


def full(day: date | None = None) -> Body:
    """A filing that declares every field of the dictionary of a day (else of the tests' day)."""
    return examples.declaration(day or TODAY.day)


def drop(body: Body, pointer: str) -> None:
    """Leave out the value at a pointer; `*` is the first entry of a list."""
    *before, last = pointer.split("/")[1:]
    at: Any = body
    for segment in before:
        at = at[0] if segment == "*" else at[segment]
    if last == "*":
        at.clear()
    else:
        at.pop(last, None)


def laid_over(body: Body, parts: Mapping[str, Any]) -> Body:
    """The filing with the parts of another laid over it, entry by entry."""
    laid = copy.deepcopy(body)
    for name, value in parts.items():
        laid[name] = _laid(laid.get(name), value)
    return laid


def _laid(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, Mapping):
        return laid_over(under, over)
    if isinstance(under, list) and under and over and isinstance(over[0], Mapping):
        return [_laid(under[0], over[0]), *under[1:]]
    return over


def first(pointer: str) -> str:
    """The pointer to the first entry of every list."""
    return pointer.replace("*", "0")


def leaves(asked: Dictionary) -> Iterator[Field]:
    """The fields that hold a value of their own."""
    return (field for field in asked.items if field.type is not Kind.OBJECT)
