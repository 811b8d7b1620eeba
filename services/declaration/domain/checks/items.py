"""Rules that read the dictionary: presence by condition, lengths, precision, code lists."""

from collections.abc import Iterator
from decimal import Decimal

from services.declaration.domain.checks.rule import Breach, Filed, Rule
from services.declaration.domain.dictionary import Kind
from shared.reference import codes


def _absent(filed: Filed) -> Iterator[Breach]:
    for item, condition in filed.dictionary.conditional():
        for place in filed.document.find(item.pointer):
            if not place.value and condition.holds(filed.document, at=place):
                reason = condition.reason
                yield Breach(place.pointer, {"item": item.id}, en=reason.en, zh=reason.zh)


def _too_long(filed: Filed) -> Iterator[Breach]:
    for item in filed.dictionary.items:
        if item.length is None or item.type is Kind.NUMBER:
            continue
        pattern = f"{item.pointer}/*" if item.type is Kind.LIST else item.pointer
        for place in filed.document.find(pattern):
            if place.value is not None and len(place.value) > item.length:
                yield Breach(place.pointer, {"item": item.id, "max_length": item.length})


def _too_many_digits(filed: Filed) -> Iterator[Breach]:
    for item in filed.dictionary.items:
        if item.length is None or item.type is not Kind.NUMBER:
            continue
        for place in filed.document.find(item.pointer):
            whole, after = _digits(place.value)
            if whole > item.length - (item.precision or 0) or after > (item.precision or 0):
                facts = {"item": item.id, "digits": item.length, "precision": item.precision}
                yield Breach(place.pointer, facts)


def _digits(value: int | Decimal) -> tuple[int, int]:
    """How many digits a number has before and after the point, without idle zeros."""
    text = f"{abs(Decimal(value)):f}"
    whole, _, after = text.partition(".")
    return len(whole.lstrip("0")), len(after.rstrip("0"))


def _unlisted(filed: Filed) -> Iterator[Breach]:
    for item in filed.dictionary.items:
        if item.code_list is None:
            continue
        known = codes.known(item.code_list, on=filed.dictionary.day)
        for place in filed.document.find(item.pointer):
            if place.value is not None and place.value not in known:
                yield Breach(place.pointer, {"item": item.id, "list": item.code_list})


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
