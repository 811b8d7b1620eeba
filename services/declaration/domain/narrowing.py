"""The part of a dictionary that can matter to a filing, by which fields the filing has.

Most filings leave most fields out, and many leave out the same ones: for those the rules look at
no other fields. No rule finds more or less for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from services.declaration.domain.dictionary import Condition, Dictionary, Test

KEPT = 64
"""How many shapes of filings are remembered: brokers fill in forms alike."""


class Shape(NamedTuple):
    """Which fields a filing has: of its header, of any of its lines, of any of its containers."""

    header: frozenset[str]
    lines: frozenset[str]
    containers: frozenset[str]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Shape":
        """The shape of a filing as plain values."""
        entries = (frozenset().union(*document[name]) for name in ("lines", "containers"))
        return cls(frozenset(document), *entries)

    def has(self, pattern: str) -> bool:
        """Whether such a filing can have a value there."""
        _, name, *inner = pattern.split("/")
        if name in ("lines", "containers") and len(inner) > 1:
            return inner[1] in getattr(self, name)
        return name in self.header


def narrowed(dictionary: Dictionary, document: Mapping[str, Any]) -> Dictionary:
    """What of the dictionary can matter to a filing as plain values."""
    return _narrowed(dictionary, Shape.of(document))


@lru_cache(maxsize=KEPT)
def _narrowed(dictionary: Dictionary, shape: Shape) -> Dictionary:
    return replace(
        dictionary,
        items=tuple(field for field in dictionary.items if shape.has(field.pointer)),
        not_asked=tuple(field for field in dictionary.not_asked if shape.has(field.pointer)),
        conditions=tuple(
            (field, condition)
            for field, condition in dictionary.conditions
            if _can_hold(condition, shape)
        ),
    )


def _can_hold(condition: Condition, shape: Shape) -> bool:
    each = all(_can_be_met(test, shape) for test in condition.all)
    return each and (not condition.any or any(_can_be_met(test, shape) for test in condition.any))


def _can_be_met(test: Test, shape: Shape) -> bool:
    """What is left out is only met by `not_in`."""
    return bool(test.not_in) or shape.has(test.item)
