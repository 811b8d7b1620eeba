"""A dated decision table as data: typed rows, a closed set of operators, one total last row."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from services.mutual_recognition.domain.determination import Terms, Tolerance
from services.mutual_recognition.rules.inputs import LINE_INPUTS
from shared.contracts.values import Element, Scope
from shared.http.model import Day, Number, Quantity, Text

RECOGNITION = "recognition"
SELECTION = "selection-"


class Strict(BaseModel):
    """A part of a table: what is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Operator(StrEnum):
    """How a cell compares. `any` is always met; `range` is from `min` to just below `below`."""

    EQUALS = "equals"
    IN = "in"
    PREFIX = "prefix"
    RANGE = "range"
    ANY = "any"


class Range(Strict):
    """At least `min` (if given) and less than `below` (if given)."""

    min: Quantity | None = None
    below: Quantity | None = None


class Within(Strict):
    """How far found may be from declared: in percent, or in the element's unit."""

    percent: Annotated[Decimal, Number(digits=7, places=4, le=Decimal(100))] = Decimal(0)
    absolute: Quantity = Decimal(0)


Word = Annotated[str, Text(max=64)]
Sentence = Annotated[str, Text(max=400)]
Name = Annotated[str, Text(max=64, pattern="[A-Za-z][A-Za-z0-9_-]*")]


class Cell(Strict):
    """One condition: `input` compared by `op` with `value`."""

    input: Name
    op: Operator
    value: StrictBool | Word | Annotated[tuple[Word, ...], Field(max_length=500)] | Range | None = (
        None
    )

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of a list; none if it is compared with something else."""
        return frozenset(self.value) if isinstance(self.value, tuple) else frozenset()


class Reason(Strict):
    """Why, as an officer would say it."""

    en: Sentence
    zh: Sentence


class Then(Strict):
    """What follows if the row is met.

    In a selection table: `inspect`, and if so `scope`, `skills` (specialities, none for general
    work) and `minutes` for one container. In the recognition table: `eligible`, and if so
    `elements` and their `tolerances`.
    """

    inspect: StrictBool | None = None
    scope: Scope | None = None
    skills: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
    minutes: Annotated[int, Field(ge=1, le=180, strict=True)] | None = None
    eligible: StrictBool | None = None
    elements: Annotated[tuple[Element, ...], Field(max_length=3)] = ()
    tolerances: dict[Element, Within] = {}

    @property
    def terms(self) -> Terms:
        """What may be recognised; an element without a tolerance must agree exactly."""
        tolerances = {
            element: Tolerance(percent=within.percent, absolute=within.absolute)
            for element, within in self.tolerances.items()
        }
        return Terms(elements=self.elements, tolerances=tolerances)


class Row(Strict):
    """One rule: met if every cell is met and the date lies in its validity (both ends count)."""

    id: Name
    when: Annotated[tuple[Cell, ...], Field(max_length=20)] = ()
    then: Then
    reason: Reason
    source: Sentence
    valid_from: Day
    valid_to: Day | None = None

    @cached_property
    def of_a_line(self) -> Sequence[Cell]:
        """The conditions that one goods line has to meet."""
        return [cell for cell in self.when if cell.input in LINE_INPUTS]

    @cached_property
    def of_the_filing(self) -> Sequence[Cell]:
        """The conditions that the filing has to meet."""
        return [cell for cell in self.when if cell.input not in LINE_INPUTS]

    def valid(self, on: date) -> bool:
        """Whether the row is in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


class Table(Strict):
    """The content of one version of a table, in force from `valid_from` until a newer one is."""

    valid_from: Day
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=1000)]


class Version(Strict):
    """A published version under its name. It never changes."""

    name: str
    version: int
    table: Table


def selection_of(agency: str) -> str:
    """The name of an agency's selection table."""
    return f"{SELECTION}{agency}"
