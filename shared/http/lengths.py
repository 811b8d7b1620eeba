"""Lists in a body that are longer than their field takes.

Each entry of a list that a model refuses is a finding of its own: of a million empty lines there
would be ten million, and nobody else would be served meanwhile. So what is beyond the limit is
told as that and looked at no further.
"""

from collections.abc import Iterator
from functools import cache
from math import inf
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from shared import errors
from shared.http import faults

FEW = 4096
"""Bytes that hold no list that anybody would wait for."""


def cut(model: type[BaseModel], raw: bytes) -> tuple[bytes, list[errors.Fault]]:
    """JSON text without what lists have beyond their limits, and a fault for each such list.

    For well-formed JSON. What is cut loses its exact numbers: it is refused in any case.
    """
    if len(raw) < FEW:
        return raw, []
    document = from_json(raw)
    found = list(_cut(model, document, ())) if isinstance(document, dict) else []
    return (to_json(document), found) if found else (raw, [])


def _cut(
    model: type[BaseModel], document: dict[str, Any], at: tuple[str | int, ...]
) -> Iterator[errors.Fault]:
    for name in document.keys() & model.model_fields.keys():
        value, here, below = document[name], (*at, name), inner(model, name)
        limit = most(model, name)
        if isinstance(value, list) and len(value) > limit:
            facts = {"max_length": limit, "actual_length": len(value)}
            yield faults.fault(faults.TOO_LONG, pointer=faults.pointer(here), **facts)
            del value[int(limit) :]
        entries = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, entry in entries:
            if below is not None and isinstance(entry, dict):
                yield from _cut(below, entry, here if index is None else (*here, index))


@cache
def most(model: type[BaseModel], name: str) -> float:
    """How many entries a field takes."""
    told = (getattr(each, "max_length", None) for each in model.model_fields[name].metadata)
    return min((each for each in told if each is not None), default=inf)


@cache
def inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of an object in a field, or of each object in its list."""
    annotation: Any = model.model_fields[name].annotation
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
