"""The data dictionary as values: what a filing declares, and what is asked of each item.

A broker knows an item as one thing (a party, a freight, a container's number); in the filing it has
one or several fields, each at a `pointer`: a JSON pointer with `*` for each entry of a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, model_validator

from services.declaration.domain import places
from shared.reference import codes


class Strict(BaseModel):
    """Part of the dictionary: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Obligation(StrEnum):
    """Whether an item must be declared."""

    MANDATORY = "mandatory"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


class Kind(StrEnum):
    """The type of a field's value. Fields below a list or an object have pointers below its own."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"
    FLAG = "flag"
    LIST = "list"
    OBJECT = "object"


class Origin(StrEnum):
    """Where an item stood before the reform, if it did; `service`: this system alone asks it."""

    SHARED = "shared"
    CUSTOMS = "customs"
    INSPECTION = "inspection"
    ADDED = "added"
    SERVICE = "service"


class Words(Strict):
    """One text in both languages."""

    en: str
    zh: str


class Test(Strict):
    """One comparison: the field at `item` is one of `is_in`, is none of `not_in`, starts with one
    of `starts`, or is `given`: neither left out nor false nor empty. `in_list` names a code list
    of which it is one: `on` a day it is that list's codes.

    A field in a list that the place is not part of is met by any entry.
    """

    item: str
    is_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    in_list: str = ""
    given: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> "Test":
        operators = (self.is_in, self.not_in, self.starts, self.in_list, self.given)
        if sum(map(bool, operators)) != 1:
            raise ValueError("a test has exactly one of is_in, not_in, starts, in_list, given")
        if self.in_list and self.in_list not in codes.LISTS:
            raise ValueError(f"there is no code list {self.in_list}")
        return self

    def on(self, day: date) -> "Test":
        """The test as it is on a day."""
        if not self.in_list:
            return self
        return self.model_copy(update={"is_in": tuple(codes.known(self.in_list, on=day))})

    def holds(self, document: places.Document, *, at: places.Place) -> bool:
        """Whether it holds for the place in the document."""
        pattern = places.bind(self.item, at=at)
        return any(map(self._fits, document.values(pattern)))

    def _fits(self, value: object) -> bool:
        if self.given:
            return bool(value)
        said = str(value)
        if self.is_in or self.in_list:
            return said in self.is_in
        if self.not_in:
            return said not in self.not_in
        return said.startswith(self.starts)


class Condition(Strict):
    """When a field must be declared: `all` tests hold, and one of `any` if there are any.

    `reason` is told to whoever left it out. `met_by` and `unmet_by` are the parts of two filings,
    one that meets the condition and one that does not.
    """

    id: str
    reason: Words
    all: tuple[Test, ...] = pydantic.Field(min_length=1)
    any: tuple[Test, ...] = ()
    met_by: Mapping[str, Any]
    unmet_by: Mapping[str, Any]

    def on(self, day: date) -> "Condition":
        """The condition as it is on a day."""
        tests = {name: tuple(t.on(day) for t in getattr(self, name)) for name in ("all", "any")}
        return self.model_copy(update=tests)

    def holds(self, document: places.Document, *, at: places.Place) -> bool:
        """Whether the field at this place must be declared."""
        if not all(test.holds(document, at=at) for test in self.all):
            return False
        return not self.any or any(test.holds(document, at=at) for test in self.any)


class Field(Strict):
    """One field of an item: one place of the filing's JSON.

    `length` counts characters, or the digits of a number, of which `precision` after the point.
    Any one of the conditions `required_when` makes it mandatory. `nodes` are those of the message
    DecMessage that carry it. `example` obeys all that is asked of it.
    """

    id: str = pydantic.Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    pointer: str
    en: str = ""
    zh: str = ""
    type: Kind
    length: int | None = None
    precision: int | None = None
    code_list: str | None = None
    obligation: Obligation
    required_when: tuple[Condition, ...] = ()
    nodes: tuple[str, ...] = ()
    example: str | int | bool | None = None

    @model_validator(mode="after")
    def _obligation_says_when(self) -> "Field":
        conditional = self.obligation is Obligation.CONDITIONAL
        if conditional != bool(self.required_when):
            raise ValueError(f"{self.id}: required_when belongs to conditional fields")
        return self


class Dated(Strict):
    """An entry in force from and to the days named, inclusive; one id may have several versions."""

    id: str = pydantic.Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    valid_from: date
    valid_to: date = date.max


class Item(Dated):
    """One thing a broker declares, with the fields in which it stands in the filing.

    `agency` says who needs it: customs, quarantine, both, or none. An item keeps its number for
    good; what this system alone asks has none. `source` says why it changed after the reform.
    """

    number: int | None = pydantic.Field(default=None, ge=1)
    en: str
    zh: str
    group: str
    origin: Origin
    agency: Literal["customs", "quarantine", "both", "none"]
    source: Words | None = None
    fields: tuple[Field, ...] = pydantic.Field(min_length=1)

    @model_validator(mode="after")
    def _numbered(self) -> "Item":
        if (self.number is None) != (self.origin is Origin.SERVICE):
            raise ValueError(f"{self.id}: all items have a number but those of this system alone")
        return self

    def on(self, day: date) -> "Item":
        """The item with its conditions as they are on a day."""
        fields = tuple(
            field.model_copy(
                update={"required_when": tuple(c.on(day) for c in field.required_when)}
            )
            for field in self.fields
        )
        return self.model_copy(update={"fields": fields})

    @property
    def nodes(self) -> tuple[str, ...]:
        """The message's nodes that it stands for."""
        return tuple(node for field in self.fields for node in field.nodes)

    @property
    def obligation(self) -> Obligation:
        """The strictest of its fields, those aside that lie inside another of its fields."""
        outer = [one for one in self.fields if not any(_inside(one, each) for each in self.fields)]
        asked = {field.obligation for field in outer}
        return next(each for each in Obligation if each in asked)


def _inside(inner: Field, outer: Field) -> bool:
    return inner.pointer.startswith(f"{outer.pointer}/")


class Limit(Dated):
    """One figure that a rule uses, with where it comes from."""

    value: Decimal
    source: Words


@dataclass(frozen=True, eq=False)
class Dictionary:
    """What is in force on one day: the merged declaration's items by number, the fields of a filing
    that are checked (`items`: of those items and of this system's own), those of other days
    (`not_asked`), and the limits. `conditions` are of the fields that one makes mandatory,
    `owners` the items by their fields' pointers, those of other days too.

    One object a day: what is made of it is kept.
    """

    day: date
    items: tuple[Field, ...]
    limits: Mapping[str, Decimal]
    merged: tuple[Item, ...] = ()
    not_asked: tuple[Field, ...] = ()
    conditions: tuple[tuple[Field, Condition], ...] = ()
    owners: Mapping[str, Item] = field(default_factory=dict)

    def conditional(self) -> Iterator[tuple[Field, Condition]]:
        """The fields that a condition makes mandatory, each with each of its conditions."""
        return iter(self.conditions)
