"""A declaration of every item, made of the dictionary's own examples."""

from datetime import date
from typing import Any

from services.declaration import dictionary
from services.declaration.domain.dictionary import Field, Kind


def declaration(day: date) -> dict[str, Any]:
    """A filing of one goods line that declares every field of the dictionary of a day."""
    body: dict[str, Any] = {}
    for field in dictionary.at(day).items:
        if field.example is not None:
            put(body, field.pointer, _example(field))
        elif field.type is Kind.LIST and field.pointer.endswith("/lines"):
            put(body, field.pointer, [1])
    return body


def put(body: dict[str, Any], pointer: str, value: Any) -> None:
    """Set the value at a pointer; `*` is the first entry of a list, made if there is none."""
    *before, last = pointer.split("/")[1:]
    at: Any = body
    for segment, following in zip(before, [*before, last][1:], strict=True):
        at = _entry(at, segment, [] if following == "*" else {})
    if last == "*":
        at[:] = [value]
    else:
        at[last] = value


def _example(field: Field) -> Any:
    return [field.example] if field.type is Kind.LIST else field.example


def _entry(at: Any, segment: str, empty: Any) -> Any:
    if segment != "*":
        return at.setdefault(segment, empty)
    if not at:
        at.append(empty)
    return at[0]
