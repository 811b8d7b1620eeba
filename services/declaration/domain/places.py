"""Places in a JSON document: JSON pointers with `*` for each entry of a list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Place:
    """One place that a pattern matched: its pointer, the value there (None: nothing)."""

    pointer: str
    value: Any


def find(document: Mapping[str, Any], pattern: str) -> Iterator[Place]:
    """Every place that the pattern names. A field left out is a place with the value None."""
    yield from _walk(document, _segments(pattern), "")


@lru_cache(maxsize=512)
def _segments(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("/")[1:])


def _walk(value: Any, segments: tuple[str, ...], pointer: str) -> Iterator[Place]:
    if not segments:
        yield Place(pointer, value)
        return
    head, rest = segments[0], segments[1:]
    if head == "*":
        for index, entry in enumerate(value or ()):
            yield from _walk(entry, rest, f"{pointer}/{index}")
    elif head.isdigit():
        yield from _walk(value[int(head)], rest, f"{pointer}/{head}")
    elif value is not None:
        yield from _walk(value.get(head), rest, f"{pointer}/{head}")


def bind(pattern: str, *, at: Place) -> str:
    """The pattern, with its `*` taken to be the list entry that `at` is part of, if it is."""
    bound: list[str] = []
    steps = at.pointer.split("/")
    inside = True
    for index, segment in enumerate(pattern.split("/")):
        here = steps[index] if index < len(steps) else None
        if segment == "*" and inside and here is not None and here.isdigit():
            bound.append(here)
        else:
            inside = inside and segment == here
            bound.append(segment)
    return "/".join(bound)
