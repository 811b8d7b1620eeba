"""Rules that read the dictionary: presence by condition, lengths, precision, code lists."""

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

from services.declaration.domain import narrowing
from services.declaration.domain.checks import alike
from services.declaration.domain.checks.rule import Breach, Filed, Rule
from services.declaration.domain.dictionary import Dictionary, Field, Kind
from services.declaration.domain.places import Place
from shared.reference import codes


class Measured(NamedTuple):
    """An item with where its values are, and what tells values (or None) that break a rule.

    Nearly always all are sound, so all of an item's are judged at once, and places looked for
    only where they are not.
    """

    item: Field
    pattern: str
    are_sound: Callable[[Sequence[Any]], bool]

    def all_sound(self, filed: Filed) -> bool:
        """Whether there is nothing to be told of it."""
        return self.are_sound(filed.document.values(self.pattern))

    def breaches(self, filed: Filed, **facts: Any) -> Iterator[Breach]:
        """Each place whose value is not sound."""
        for place in filed.document.find(self.pattern):
            if not self.are_sound((place.value,)):
                yield Breach(place.pointer, facts)


def _absent(filed: Filed) -> Iterator[Breach]:
    for item, condition in filed.dictionary.conditional():
        if all(filed.document.values(item.pointer)):
            continue
        for place in filed.document.find(item.pointer):
            if not place.value and condition.holds(filed.document, at=place):
                reason = condition.reason
                yield Breach(place.pointer, en=reason.en, zh=reason.zh)


def _too_long(filed: Filed) -> Iterator[Breach]:
    for text in _texts(filed.dictionary):
        if not text.all_sound(filed):
            yield from text.breaches(filed, max_length=text.item.length)


@lru_cache(maxsize=narrowing.KEPT)
def _texts(dictionary: Dictionary) -> tuple[Measured, ...]:
    return tuple(
        Measured(
            item,
            f"{item.pointer}/*" if item.type is Kind.LIST else item.pointer,
            partial(_are_short, most=item.length),
        )
        for item in dictionary.items
        if item.length is not None and item.type is not Kind.NUMBER
    )


def _are_short(values: Sequence[Sized | None], *, most: int) -> bool:
    return max(map(len, filter(None, values)), default=0) <= most


def _too_many_digits(filed: Filed) -> Iterator[Breach]:
    for number in _numbers(filed.dictionary):
        if not number.all_sound(filed):
            item = number.item
            yield from number.breaches(filed, digits=item.length, precision=item.precision)


@lru_cache(maxsize=narrowing.KEPT)
def _numbers(dictionary: Dictionary) -> tuple[Measured, ...]:
    return tuple(
        Measured(item, item.pointer, _within(item.length, after=item.precision or 0))
        for item in dictionary.items
        if item.length is not None and item.type is Kind.NUMBER
    )


def _within(digits: int, *, after: int) -> Callable[[Sequence[Decimal | None]], bool]:
    """What tells numbers without more digits before or after the point; idle zeros do not count."""
    beyond, smallest = Decimal(10) ** (digits - after), Decimal(1).scaleb(-after)

    def are_sound(values: Sequence[Decimal | None]) -> bool:
        return not any(value and (abs(value) >= beyond or value % smallest) for value in values)

    return are_sound


def _unlisted(filed: Filed) -> Iterator[Breach]:
    for coded in _coded(filed.dictionary):
        if not coded.all_sound(filed):
            for place in filed.document.find(coded.pattern):
                if not coded.are_sound((place.value,)):
                    yield _not_in_list(place, coded.item, day=filed.dictionary.day)


def _not_in_list(place: Place, item: Field, *, day: date) -> Breach:
    """The breach, with the code of the list that was probably meant, if it only looks odd."""
    known = codes.known(str(item.code_list), on=day)
    found = alike.breach(place.pointer, place.value, is_valid=known.__contains__)
    if not found.facts:
        found = Breach(place.pointer)
    return replace(found, facts={"list": item.code_list, **found.facts})


@lru_cache(maxsize=narrowing.KEPT)
def _coded(dictionary: Dictionary) -> tuple[Measured, ...]:
    return tuple(
        Measured(
            item, item.pointer, {*codes.known(item.code_list, on=dictionary.day), None}.issuperset
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
