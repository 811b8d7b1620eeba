"""Decides place by place, with the broker's answers, and keeps the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from services.declaration.domain import dictionary as dictionaries
from services.declaration.domain.dictionary import Dictionary, Item, Kind
from services.declaration.domain.instruction import Instruction
from services.declaration.merging import instructed, keys, rules
from services.declaration.merging.report import Entry
from services.declaration.merging.rules import (
    ANSWERED,
    CONFLICT,
    INSTRUCTED,
    NOT_ASKED,
    Form,
    Pair,
    Rule,
)
from services.declaration.merging.values import Given, Measure


@dataclass(frozen=True)
class Answer:
    """What a broker answers of a place: which form's value stands, or a value of its own.

    `place` is a pointer of the merged filing, in which `*` may stand for any line or container.
    """

    place: str
    take: Form | None = None
    value: str | None = None


@dataclass
class Desk:
    """Where one merge is decided."""

    dictionary: Dictionary
    answers: Sequence[Answer]
    instructions: Mapping[str, Instruction] = field(default_factory=dict)
    report: list[Entry] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Answers by their places, fields by their pointers."""
        self._answers = {answer.place: answer for answer in self.answers}
        self._asked = _asked(self.dictionary)
        self._spots = _spots(self.dictionary)

    def decide(
        self,
        place: str,
        at: tuple[str, str],
        customs: Given | None,
        inspection: Given | None,
        *,
        tolerance: Decimal = Decimal(0),
    ) -> Any:
        """The value of a place, `at` a level and a key; None if it is open or not asked."""
        pair = rules.pair_of(at[1], customs, inspection, tolerance)
        if pair.one is None and pair.other is None:
            return None
        spot = self._spots[at]
        if spot.is_not_asked:
            return self.tell(place, at, pair, (NOT_ASKED, None))
        rule, chosen = rules.first(pair)
        if spot.length and isinstance(chosen, str) and len(chosen) > spot.length:
            rule, chosen = CONFLICT, None
        return self.tell(place, at, pair, (rule, chosen))

    def tell(self, place: str, at: tuple[str, str], pair: Pair, decided: tuple[Rule, Any]) -> Any:
        """Put a decision into the report, or the answer where it is open; the value that stands."""
        rule, chosen = decided
        kind, by = rule.kind, None
        item = self._spots[at].item
        if rule is CONFLICT and (answer := self.answer(place)) is not None:
            taken = self.answered(answer, at, pair)
            if taken is not None:
                self.used.add(answer.place)
                rule, chosen = ANSWERED, taken
        elif rule is CONFLICT and item is not None and item.id in self.instructions:
            by, taken = self._instructed(item.id, at, pair)
            rule, chosen = (rule, None) if by is None else (INSTRUCTED, taken)
        customs = None if pair.customs is None else pair.customs.raw
        inspection = None if pair.inspection is None else pair.inspection.raw
        self.report.append(Entry(place, item, customs, inspection, chosen, rule, kind, by))
        return chosen

    def _instructed(
        self, item: str, at: tuple[str, str], pair: Pair
    ) -> tuple[Instruction | None, Any]:
        """The instruction for an item and what it chooses; None where it chooses nothing."""
        asked = self._asked.get(keys.pattern(*at))
        by = self.instructions[item]
        taken = instructed.chosen(by, pair, length=None if asked is None else asked.length)
        return (None, None) if taken is None else (by, taken)

    def answer(self, place: str) -> Answer | None:
        """The broker's answer for a place, or for all of its kind."""
        if place in self._answers or not self._answers:
            return self._answers.get(place)
        steps = ["*" if step.isdecimal() else step for step in place.split("/")]
        return self._answers.get("/".join(steps))

    def answered(self, answer: Answer, at: tuple[str, str], pair: Pair) -> Any:
        """What the answer makes of the pair; None where it answers nothing."""
        if answer.take is not None:
            return rules.readable(pair.one if answer.take is Form.CUSTOMS else pair.other)
        return self.own(keys.pattern(*at), answer.value or "")

    def own(self, pattern: str, text: str) -> Any:
        """A broker's own value for a field; None if there is no such field or it is no such value.

        A quantity has its unit after it: `18000 KGM`.
        """
        asked = self._asked.get(pattern)
        if asked is None:
            return None
        if pattern.endswith(("/quantity", "/statutory", "/second_statutory")):
            number, _, unit = text.partition(" ")
            amount = _number(number)
            return None if amount is None or not unit else Measure(amount, unit.strip())
        return _typed(asked, text)


def _typed(asked: dictionaries.Field, text: str) -> Any:
    if asked.type is Kind.NUMBER:
        number = _number(text)
        if number is None or asked.precision is not None:
            return number
        return int(number) if number == number.to_integral_value() else None
    if asked.type is Kind.FLAG:
        return {"true": True, "false": False}.get(text)
    return None if asked.type in (Kind.LIST, Kind.OBJECT) else text


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= 30 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and "e" not in text.lower() else None


@lru_cache(maxsize=32)
def _asked(dictionary: Dictionary) -> Mapping[str, dictionaries.Field]:
    return {each.pointer: each for each in dictionary.items}


class Spot(NamedTuple):
    """What is known of a level and key: its item, and what a filing of the day asks there."""

    item: Item | None
    length: int | None
    is_not_asked: bool


class _Spots(dict[tuple[str, str], Spot]):
    """Filled as they are asked for."""

    def __init__(self, dictionary: Dictionary) -> None:
        super().__init__()
        self._asked = _asked(dictionary)
        self._not_asked = frozenset(each.pointer for each in dictionary.not_asked)

    def __missing__(self, at: tuple[str, str]) -> Spot:
        pattern = keys.pattern(*at)
        asked = self._asked.get(pattern)
        length = None if asked is None else asked.length
        found = self[at] = Spot(keys.owners().get(at), length, pattern in self._not_asked)
        return found


@lru_cache(maxsize=32)
def _spots(dictionary: Dictionary) -> _Spots:
    return _Spots(dictionary)
