"""Rules that read the dictionary: presence by condition, lengths, precision, code lists."""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

from services.declaration.domain import narrowing
from services.declaration.domain.checks import alike
from services.declaration.domain.checks.rule import Breach, Filed, Rule
from services.declaration.domain.dictionary import Dictionary, Field, Kind
from services.declaration.domain.places import ANYWHERE, Document, Place
from shared.reference import codes


class Measured(NamedTuple):
    """An item with where its values are, and what tells whether a value (or None) is sound."""

    item: Field
    pattern: str
    is_sound: Callable[[Any], bool]


class Measures:
    """What one rule asks of the values of several items.

    Nearly always all are sound. So each object's values are judged together, and places are looked
    for only where one is not.
    """

    def __init__(self, measured: Iterable[Measured]) -> None:
        self._measured = tuple(measured)
        self._tests: dict[str, list[tuple[str, Callable[[Any], bool]]]] = {}
        for each in self._measured:
            holder, _, name = each.pattern.rpartition("/")
            self._tests.setdefault(holder, []).append((name, each.is_sound))

    def unsound(self, filed: Filed) -> Iterator[tuple[Field, Place]]:
        """Each place whose value is not sound, with its item."""
        if self._all_sound(filed.document):
            return
        for item, pattern, is_sound in self._measured:
            for place in filed.document.find(pattern):
                if not is_sound(place.value):
                    yield item, place

    def _all_sound(self, document: Document) -> bool:
        for holder, tests in self._tests.items():
            for has in document.holders(holder):
                for name, is_sound in tests:
                    if name == "*":
                        if not all(map(is_sound, has)):
                            return False
                    elif not is_sound(has.get(name)):
                        return False
        return True


def _absent(filed: Filed) -> Iterator[Breach]:
    document = filed.document
    for item, condition in filed.dictionary.conditional():
        if all(document.values(item.pointer)) or not condition.holds(document, at=ANYWHERE):
            continue
        for place in document.find(item.pointer):
            if not place.value and condition.holds(document, at=place):
                reason = condition.reason
                yield Breach(place.pointer, en=reason.en, zh=reason.zh)


def _too_long(filed: Filed) -> Iterator[Breach]:
    for item, place in _texts(filed.dictionary).unsound(filed):
        yield Breach(place.pointer, {"max_length": item.length})


@lru_cache(maxsize=narrowing.KEPT)
def _texts(dictionary: Dictionary) -> Measures:
    return Measures(
        Measured(
            item,
            f"{item.pointer}/*" if item.type is Kind.LIST else item.pointer,
            partial(_is_short, most=item.length),
        )
        for item in dictionary.items
        if item.length is not None and item.type is not Kind.NUMBER
    )


def _is_short(value: Sized | None, *, most: int) -> bool:
    return not value or len(value) <= most


def _too_many_digits(filed: Filed) -> Iterator[Breach]:
    for item, place in _numbers(filed.dictionary).unsound(filed):
        yield Breach(place.pointer, {"digits": item.length, "precision": item.precision})


@lru_cache(maxsize=narrowing.KEPT)
def _numbers(dictionary: Dictionary) -> Measures:
    return Measures(
        Measured(item, item.pointer, _within(item.length, after=item.precision or 0))
        for item in dictionary.items
        if item.length is not None and item.type is Kind.NUMBER
    )


def _within(digits: int, *, after: int) -> Callable[[Decimal | None], bool]:
    """What tells a number of no more digits before or after the point; idle zeros do not count."""
    beyond, smallest = Decimal(10) ** (digits - after), Decimal(1).scaleb(-after)

    def is_sound(value: Decimal | None) -> bool:
        return not value or not (abs(value) >= beyond or value % smallest)

    return is_sound


def _unlisted(filed: Filed) -> Iterator[Breach]:
    for item, place in _coded(filed.dictionary).unsound(filed):
        yield _not_in_list(place, item, day=filed.dictionary.day)


def _not_in_list(place: Place, item: Field, *, day: date) -> Breach:
    """The breach, with the code of the list that was probably meant, if it only looks odd."""
    known = codes.known(str(item.code_list), on=day)
    found = alike.breach(place.pointer, place.value, is_valid=known.__contains__)
    if not found.facts:
        found = Breach(place.pointer)
    return replace(found, facts={"list": item.code_list, **found.facts})


@lru_cache(maxsize=narrowing.KEPT)
def _coded(dictionary: Dictionary) -> Measures:
    return Measures(
        Measured(
            item, item.pointer, {*codes.known(item.code_list, on=dictionary.day), None}.__contains__
        )
        for item in dictionary.items
        if item.code_list is not None
    )


RULES = (
    Rule(
        code="required_here",
        en="This item must be declared here.",
        zh="此处必须申报该项。",
        mend_en="Declare it, or correct what makes it necessary.",
        mend_zh="请申报该项，或更正使其成为必填的内容。",
        find=_absent,
    ),
    Rule(
        code="too_long",
        en="The value is too long.",
        zh="内容过长。",
        mend_en="Shorten it.",
        mend_zh="请缩短内容。",
        find=_too_long,
    ),
    Rule(
        code="too_many_digits",
        en="The number has more digits than allowed.",
        zh="数字位数超过允许值。",
        mend_en="Round the number to the allowed digits.",
        mend_zh="请按允许的位数取舍。",
        find=_too_many_digits,
    ),
    Rule(
        code="unknown_code",
        en="The code list has no such code on this day.",
        zh="代码表中没有当日有效的该代码。",
        mend_en="Use a code of the list that is named.",
        mend_zh="请使用所指代码表中的代码。",
        find=_unlisted,
    ),
)
