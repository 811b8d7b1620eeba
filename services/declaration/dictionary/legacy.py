"""The two forms of before the reform, from the data beside this module.

legacy.forms().customs
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from services.declaration import dictionary
from services.declaration.dictionary import Malformed
from services.declaration.domain import legacy
from services.declaration.domain.dictionary import Item
from services.declaration.domain.legacy import Conversion, Forms, LegacyItem


def read(content: Mapping[str, Any], *, merged: Iterable[Item]) -> Forms:
    """Both forms. Raises Malformed for the whole, naming what does not add up."""
    try:
        every = TypeAdapter(tuple[Conversion, ...]).validate_python(content["conversions"])
        known = {conversion.id: conversion for conversion in every}
        forms = Forms(
            customs=_form(content["customs"], known),
            inspection=_form(content["inspection"], known),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(str(error)) from error
    if wrong := list(legacy.faults(forms, merged)):
        raise Malformed("; ".join(wrong))
    return forms


def _form(
    entries: Iterable[dict[str, Any]], known: Mapping[str, Conversion]
) -> tuple[LegacyItem, ...]:
    resolved = [
        entry | {"conversions": [known[name] for name in entry.get("conversions", ())]}
        for entry in entries
    ]
    return TypeAdapter(tuple[LegacyItem, ...]).validate_python(resolved)


def written() -> dict[str, Any]:
    """Both forms as they are written."""
    return {
        "conversions": dictionary.stored("conversions"),
        "customs": dictionary.stored("legacy_customs"),
        "inspection": dictionary.stored("legacy_inspection"),
    }


@lru_cache(maxsize=1)
def forms() -> Forms:
    """Both forms as they were until the reform, mapped to the merged items of its day."""
    return read(written(), merged=dictionary.at(dictionary.REFORM).merged)
