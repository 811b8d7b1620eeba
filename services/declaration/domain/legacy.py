"""The two forms of before the reform as values: what became of each of their items, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pydantic
from pydantic import model_validator

from services.declaration.domain.dictionary import Item, Origin, Strict, Words


class Fate(StrEnum):
    """What became of an item: it stood on both forms, on this one alone, or is asked no more."""

    SHARED = "shared"
    KEPT = "kept"
    DROPPED = "dropped"


class Level(StrEnum):
    """Where on the form an item stood."""

    HEADER = "header"
    LINE = "line"
    CONTAINER = "container"


class Change(StrEnum):
    """In what an item of a form differs from the merged one."""

    LIST = "list"
    LENGTH = "length"
    LEVEL = "level"
    UNIT = "unit"
    SHAPE = "shape"


class Because(StrEnum):
    """Why an item is asked no more: it named the other form, nobody needs it, other facts tell it,
    or it is a part of another item now.
    """

    CROSS_REFERENCE = "cross_reference"
    OBSOLETE = "obsolete"
    DERIVED = "derived"
    FOLDED = "folded"


class Source(StrEnum):
    """Where a fact that is asked no more comes from."""

    ITEM = "item"
    SYSTEM = "system"
    REGISTER = "register"
    MANIFEST = "manifest"
    TARIFF = "tariff"
    NOBODY = "nobody"


class Example(Strict):
    """A value of a form, and what it becomes."""

    before: Any
    after: Any


class Conversion(Strict):
    """How a value of a form becomes one of the merged declaration.

    `table` gives what each code becomes; what is in `ask` has no one answer: the broker is asked.
    """

    id: str
    kind: Change
    how: Words
    example: Example
    table: Mapping[str, str] = {}
    ask: tuple[str, ...] = ()


class LegacyItem(Strict):
    """One item of one of the two forms; `item` names the merged one that has its fact now.

    `list` names the code list it had, `columns` the columns of public tables that show it
    (none: the merged message alone does). A dropped one has a reason.
    """

    id: str = pydantic.Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    zh: str
    en: str
    level: Level
    length: int | None = None
    list: str | None = None
    fate: Fate
    item: str | None = None
    conversions: tuple[Conversion, ...] = ()
    columns: tuple[str, ...] = ()
    because: Because | None = None
    now_from: Source | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _says_what_became_of_it(self) -> "LegacyItem":
        why = (self.because, self.now_from, self.reason)
        dropped = self.fate is Fate.DROPPED
        if any((each is not None) != dropped for each in why):
            raise ValueError(f"{self.id}: a dropped item says why, and no other does")
        if self.item is None and (not dropped or self.now_from is Source.ITEM):
            raise ValueError(f"{self.id}: no item is named")
        return self


@dataclass(frozen=True)
class Forms:
    """The two forms, each with all its items."""

    customs: tuple[LegacyItem, ...]
    inspection: tuple[LegacyItem, ...]

    @property
    def dropped(self) -> int:
        """How many items of both are asked no more."""
        both = (*self.customs, *self.inspection)
        return sum(legacy.fate is Fate.DROPPED for legacy in both)


def faults(forms: Forms, merged: Iterable[Item]) -> Iterator[str]:
    """What is wrong with the counting of items, which is: every merged item is named by one item of
    each form that it stood on, a shared one so by two, and only dropped items name one beside them.
    """
    items = {item.id: item for item in merged}
    for name, form in ((Origin.CUSTOMS, forms.customs), (Origin.INSPECTION, forms.inspection)):
        twice = [id_ for id_, times in Counter(legacy.id for legacy in form).items() if times > 1]
        yield from (f"{name}: {id_} stands there twice" for id_ in twice)
        unknown = {legacy.item for legacy in form if legacy.item} - set(items)
        yield from (f"{name}: there is no item {id_}" for id_ in sorted(unknown))
        for fate, origin in ((Fate.SHARED, Origin.SHARED), (Fate.KEPT, name)):
            named = Counter(str(legacy.item) for legacy in form if legacy.fate is fate)
            expected = Counter(item.id for item in items.values() if item.origin is origin)
            for id_ in sorted({*named, *expected}):
                if named[id_] != expected[id_]:
                    yield f"{name}: {id_} is named {named[id_]} times as {fate}"
