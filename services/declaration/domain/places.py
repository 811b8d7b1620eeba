"""Places in a JSON document: JSON pointers with `*` for each entry of a list."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple


class Place(NamedTuple):
    """One place that a pattern matched: its pointer, the value there (None: nothing)."""

    pointer: str
    value: Any


ANYWHERE = Place("", None)
"""The whole document: what is bound to it means any entry of each list."""


class Document:
    """A JSON document in which patterns are looked up; each part of a pattern only once.

    Where only values are asked for, their pointers are not made.
    """

    def __init__(self, root: Any) -> None:
        self._found: dict[str, Sequence[Place]] = {"": (Place("", root),)}
        self._values: dict[str, Sequence[Any]] = {"": (root,)}

    def values(self, pattern: str) -> Sequence[Any]:
        """The values of the places that `find` finds, in the same order."""
        found = self._values.get(pattern)
        if found is None:
            before, segment = _split(pattern)
            found = self._values[pattern] = _values(self.values(before), segment)
        return found

    def holders(self, pattern: str) -> Iterator[Any]:
        """The objects and lists among the values, for reading what is in them."""
        return filter(None, self.values(pattern))

    def find(self, pattern: str) -> Sequence[Place]:
        """Every place that the pattern names. A field left out is a place with the value None."""
        found = self._found.get(pattern)
        if found is None:
            before, segment = _split(pattern)
            found = self._found[pattern] = _step(self.find(before), segment)
        return found


@lru_cache(maxsize=10_000)  # the patterns of the dictionaries in use, and those bound to a place
def _split(pattern: str) -> tuple[str, str | int]:
    """What comes before the last segment, and that segment: a name, `*` or a number."""
    before, _, segment = pattern.rpartition("/")
    return before, int(segment) if segment.isdigit() else segment


def _values(values: Sequence[Any], segment: str | int) -> Sequence[Any]:
    if segment == "*":
        return [entry for value in values for entry in value or ()]
    if isinstance(segment, int):
        return [value[segment] for value in values]
    return [value.get(segment) for value in values if value is not None]


def _step(places: Sequence[Place], segment: str | int) -> Sequence[Place]:
    if segment == "*":
        return [
            Place(f"{pointer}/{index}", entry)
            for pointer, value in places
            for index, entry in enumerate(value or ())
        ]
    if isinstance(segment, int):
        return [Place(f"{pointer}/{segment}", value[segment]) for pointer, value in places]
    return [
        Place(f"{pointer}/{segment}", value.get(segment))
        for pointer, value in places
        if value is not None
    ]


def bind(pattern: str, *, at: Place) -> str:
    """The pattern, with its `*` taken to be the list entry that `at` is part of, if it is."""
    if at is ANYWHERE or "*" not in pattern:
        return pattern
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
