"""The data dictionary as values: which items a filing has, and what is asked of each.

An item's `pointer` is a JSON pointer into the filing, with `*` for each entry of a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.declaration.domain import places


class Strict(BaseModel):
    """Part of the dictionary: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Obligation(StrEnum):
    """Whether an item must be declared."""

    MANDATORY = "mandatory"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


class Kind(StrEnum):
    """The type of an item's value."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MOMENT = "moment"
    FLAG = "flag"
    LIST = "list"


class Words(Strict):
    """One text in both languages."""

    en: str
    zh: str


class Test(Strict):
    """One comparison: the item at `item` is one of `is_in`, is none of `not_in`, or starts with
    one of `starts`. An item in a list that the place is not part of is met by any entry.
    """

    item: str
    is_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_operator(self) -> "Test":
        if sum(map(bool, (self.is_in, self.not_in, self.starts))) != 1:
            raise ValueError("a test has exactly one of is_in, not_in, starts")
        return self

    def holds(self, document: places.Document, *, at: places.Place) -> bool:
        """Whether it holds for the place in the document."""
        pattern = places.bind(self.item, at=at)
        return any(self._fits(place.value) for place in document.find(pattern))

    def _fits(self, value: object) -> bool:
        said = str(value)
        if self.is_in:
            return said in self.is_in
        if self.not_in:
            return said not in self.not_in
        return said.startswith(self.starts)


class Condition(Strict):
    """When an item must be declared: all tests hold. `reason` is told to whoever left it out."""

    reason: Words
    all: tuple[Test, ...] = Field(min_length=1)

    def holds(self, document: places.Document, *, at: places.Place) -> bool:
        """Whether the item at this place must be declared."""
        return all(test.holds(document, at=at) for test in self.all)


class Dated(Strict):
    """An entry in force from and to the days named, inclusive; one id may have several versions."""

    id: str = Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    valid_from: date
    valid_to: date = date.max


class Item(Dated):
    """One thing a broker declares.

    `length` counts characters, or the digits of a number, of which `precision` after the point.
    `agency` says for whom it is: customs, quarantine, both, or none (the yard's slot). `nodes`
    are those of the DecMessage that carry it.
    """

    number: int = Field(ge=1)
    pointer: str
    en: str
    zh: str
    group: str
    type: Kind
    length: int | None = None
    precision: int | None = None
    code_list: str | None = None
    obligation: Obligation
    required_when: Condition | None = None
    agency: str
    nodes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _obligation_says_when(self) -> "Item":
        conditional = self.obligation is Obligation.CONDITIONAL
        if conditional != (self.required_when is not None):
            raise ValueError(f"{self.id}: required_when belongs to conditional items")
        return self


class Limit(Dated):
    """One figure that a rule uses, with where it comes from."""

    value: Decimal
    source: Words


@dataclass(frozen=True, eq=False)
class Dictionary:
    """The items and limits in force on one day. One object a day: what is made of it is kept."""

    day: date
    items: tuple[Item, ...]
    limits: Mapping[str, Decimal]

    def conditional(self) -> Iterator[tuple[Item, Condition]]:
        """The items that a condition makes mandatory."""
        for item in self.items:
            if item.required_when is not None:
                yield item, item.required_when
