"""Releases of a filing, as its receipts tell them: what each let go, when, and on whose word.

Receipts and contents never change, so what is read of a release here is the same for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from services.declaration.domain.content import Content
from services.declaration.domain.receipts import Kind
from shared.contracts.values import Mode

ENDING = frozenset({Kind.PARTLY_RELEASED, Kind.PARTLY_REFUSED_ENTRY})
"""What decides on the containers that it names, for good."""


class How(StrEnum):
    """What an agency's consent to a release rests on."""

    INSPECTED = "inspected"
    INSPECTED_JOINTLY = "inspected_jointly"
    RECOGNISED = "recognised"
    NOT_SELECTED = "not_selected"


@dataclass(frozen=True)
class Receipt:
    """A receipt that was given; `at` is wall time (UTC)."""

    kind: Kind
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Known:
    """What had been told when something was released: the version in force, who inspects, where."""

    filing_version: int = 1
    mode: Mode = Mode.NONE
    agencies: tuple[str, ...] = ()
    yard: str | None = None

    def after(self, receipt: Receipt) -> Self:
        """What is known once this was told as well."""
        facts = receipt.facts
        match receipt.kind:
            case Kind.AMENDED:
                return replace(self, filing_version=facts["filing_version"])
            case Kind.NO_INSPECTION | Kind.INSPECTION_SELECTED:
                agencies = tuple(facts.get("agencies", ()))
                return replace(self, mode=Mode(facts["mode"]), agencies=agencies)
            case Kind.SLOT_CONFIRMED | Kind.SLOT_RESCHEDULED:
                return replace(self, yard=facts["yard"])
            case Kind.SLOT_CANCELLED | Kind.SLOT_MISSED:
                return replace(self, yard=None)
            case _:
                return self

    def how(self, agency: str) -> How:
        """What this agency's consent rests on."""
        if agency in self.agencies:
            return How.INSPECTED_JOINTLY if self.mode is Mode.JOINT else How.INSPECTED
        return How.RECOGNISED if self.mode is Mode.RECOGNITION else How.NOT_SELECTED


@dataclass(frozen=True)
class Release:
    """One release; `containers` are those that it let go, none of loose cargo.

    `whole`: nothing of the filing was left after it.
    """

    number: int
    at: datetime
    known: Known
    containers: tuple[str, ...]
    whole: bool


@dataclass
class _Told:
    """What was heard so far."""

    known: Known = field(default_factory=Known)
    decided: set[str] = field(default_factory=set)
    found: list[Release] = field(default_factory=list)


def releases(told: Iterable[Receipt], contents: Mapping[int, Content]) -> Sequence[Release]:
    """The releases that a filing's receipts tell, in order; `contents` are its versions."""
    so_far = _Told()
    for receipt in told:
        so_far.known = so_far.known.after(receipt)
        declared = [each.number for each in contents[so_far.known.filing_version].containers]
        _add(so_far, receipt, declared)
        if receipt.kind in ENDING:
            so_far.decided.update(receipt.facts["containers"])
    return so_far.found


def _add(so_far: _Told, receipt: Receipt, declared: Sequence[str]) -> None:
    if receipt.kind not in {Kind.PARTLY_RELEASED, Kind.RELEASED}:
        return
    whole = receipt.kind is Kind.RELEASED
    named = declared if whole else receipt.facts["containers"]
    gone = tuple(each for each in named if each not in so_far.decided)
    if gone or not declared:
        number = len(so_far.found) + 1
        so_far.found.append(Release(number, receipt.at, so_far.known, gone, whole))
