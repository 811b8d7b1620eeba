"""A dated decision table as data: typed rows, a closed set of operators, one total last row."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts.values import BayKind, Element, Scope
from shared.http.model import Day, Number, Quantity, Text

MOST_ROWS = 20_000


class Strict(BaseModel):
    """A part of a table: what is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Operator(StrEnum):
    """How a cell compares. `any` is always met; `range` is from `min` to just below `below`.

    `prefix` compares the leading digits of a code; `days` is from `first` to `last`, both counted.
    """

    EQUALS = "equals"
    IN = "in"
    PREFIX = "prefix"
    RANGE = "range"
    DAYS = "days"
    ANY = "any"


class Range(Strict):
    """At least `min` (if given) and less than `below` (if given)."""

    min: Quantity | None = None
    below: Quantity | None = None


class Days(Strict):
    """Not before `first` (if given) and not after `last` (if given)."""

    first: Day | None = None
    last: Day | None = None


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
    value: (
        StrictBool | Word | Annotated[tuple[Word, ...], Field(max_length=500)] | Range | Days | None
    ) = None


class Reason(Strict):
    """Why, as an officer would say it."""

    en: Sentence
    zh: Sentence


class Then(Strict):
    """What follows if the row is met.

    In a selection table: `inspect`, and if so `scope`, `skills` (specialities, none for general
    work), `minutes` for one container, and `bay` if it takes one of a kind that the cargo itself
    does not ask for. In the recognition table: `eligible`, and if so `elements` and their
    `tolerances`, and `result_within_hours` if the first agency's result is waited for longer or
    less than 24 hours from when the inspection was to be over. In the mismatch table: `scope`, how
    deep the other agency inspects at least. In the suspension table: `suspend`, and if so for how
    many `days` at least and what the company has to do meanwhile.
    """

    inspect: StrictBool | None = None
    scope: Scope | None = None
    skills: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
    minutes: Annotated[int, Field(ge=1, le=180, strict=True)] | None = None
    bay: BayKind | None = None
    eligible: StrictBool | None = None
    elements: Annotated[tuple[Element, ...], Field(max_length=3)] = ()
    tolerances: dict[Element, Within] = {}
    result_within_hours: Annotated[int, Field(ge=1, le=720, strict=True)] | None = None
    suspend: StrictBool | None = None
    days: Annotated[int, Field(ge=0, le=3_650, strict=True)] | None = None
    way_back: Reason | None = None

    @property
    def terms(self) -> Terms:
        """What may be recognised; an element without a tolerance must agree exactly."""
        tolerances = {
            element: Tolerance(percent=within.percent, absolute=within.absolute)
            for element, within in self.tolerances.items()
        }
        return Terms(
            elements=self.elements,
            tolerances=tolerances,
            result_within_hours=self.result_within_hours,
        )


def _plain(value: Any) -> Any:
    """A number or a day as text: exact in JSON too; the dictionary gives it its type."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        return value
    return str(value)


Plain = Annotated[
    StrictBool | Word | Annotated[tuple[Word, ...], Field(max_length=500)],
    BeforeValidator(_plain, json_schema_input_type=bool | str | int | Decimal | tuple[str, ...]),
]
"""A value as JSON or TOML has it."""
Example = Annotated[Mapping[Name, Plain], Field(max_length=64)]
"""Inputs by name. Those of a line are of the one line that the example's filing has."""


class Row(Strict):
    """One rule: met if every cell is met and the date lies in its validity (both ends count).

    `catches` and `spares` are examples, told as what differs from the table's `example`: of a
    filing that this row decides, and of one that it must not decide.
    """

    id: Name
    when: Annotated[tuple[Cell, ...], Field(max_length=20)] = ()
    then: Then
    reason: Reason
    source: Sentence
    valid_from: Day
    valid_to: Day | None = None
    catches: Example | None = None
    spares: Example | None = None

    @cached_property
    def asks(self) -> tuple[Cell, ...]:
        """Its conditions without those that are always met."""
        return tuple(cell for cell in self.when if cell.op is not Operator.ANY)

    @property
    def is_total(self) -> bool:
        """Whether every filing meets it."""
        return not self.asks

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


class Table(Strict):
    """The content of one version of a table, in force from `valid_from` until a newer one is.

    `example` is a filing that no row but the last one decides.
    """

    valid_from: Day
    example: Example | None = None
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MOST_ROWS)]
