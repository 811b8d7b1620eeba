"""What a broker must fill in for some goods before anything is filed, and why.

Conditions are looked at with what is known of the consignment. What nobody said is open: an item
that hangs on it may have to be declared, and its reason says when.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.declaration.domain.dictionary import (
    Condition,
    Dictionary,
    Field,
    Item,
    Kind,
    Obligation,
    Test,
    Words,
)
from services.declaration.domain.places import Document, Place
from shared.unread import UNREAD

FULL = "/declaration_type"
"""The field that a full declaration has, and a brief one has not."""


class Answer(StrEnum):
    """Whether a field or an item is to be filled in, the strictest first."""

    MUST = "must"
    MAY = "may"
    NOT_ASKED = "not_asked"


ALWAYS = Words(en="Every declaration has it.", zh="每份申报均须填报。")
IF_FULL = Words(en="It makes the declaration a full one.", zh="填报此项即为完整申报。")
IF_IT_APPLIES = Words(en="Declared where it applies.", zh="适用时填报。")
NOT_ON_THIS_DAY = Words(
    en="The declaration does not have this item on this day.", zh="当日有效的申报项目中没有此项。"
)


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What is known: codes as in a filing; `full` of a declaration that states its type.

    Without an origin the goods are taken to be from no epidemic area.
    """

    hs_code: str
    direction: str
    transport_mode: str
    package_type: str
    origin: str | None = None
    wooden_packing: bool = False
    dangerous_goods: bool = False
    full: bool = True


@dataclass(frozen=True)
class Asked:
    """The answer for one field: for `NOT_ASKED` the reasons say when it would be."""

    field: Field
    answer: Answer
    reasons: tuple[Words, ...]


@dataclass(frozen=True)
class AskedItem:
    """The answer for an item: the strictest of its fields that lie in no other field."""

    item: Item
    answer: Answer
    reasons: tuple[Words, ...]
    fields: tuple[Asked, ...]


def document(goods: Goods, dictionary: Dictionary) -> dict[str, Any]:
    """The filing as far as it is known; everything else is `UNREAD`."""
    steps = [field.pointer.split("/")[1:] for field in dictionary.items]
    line = {names[2]: UNREAD for names in steps if names[0] == "lines" and len(names) > 2}
    known = {
        "declaration_type": "M" if goods.full else None,
        "direction": goods.direction,
        "transport_mode": goods.transport_mode,
        "package_type": goods.package_type,
        "country_of_departure": goods.origin,
        "wooden_packing": goods.wooden_packing,
        "dangerous_goods": goods.dangerous_goods,
        "lines": [line | {"hs_code": goods.hs_code, "origin": goods.origin, "ciq_code": None}],
    }
    found = dict.fromkeys((names[0] for names in steps), UNREAD) | known
    return found | _flags(found, dictionary)


def _flags(known: dict[str, Any], dictionary: Dictionary) -> dict[str, bool]:
    """The flags that must be set: other conditions look at them."""
    seen = Document(known)
    return {
        field.pointer[1:]: True
        for field, condition in dictionary.conditional()
        if field.type is Kind.FLAG
        and field.pointer.count("/") == 1
        and _condition(condition, seen, _place(field)) is True
    }


def asked(goods: Goods, dictionary: Dictionary) -> tuple[AskedItem, ...]:
    """Every item of the dictionary with its answer, then those of other days."""
    seen = Document(document(goods, dictionary))
    fields: dict[str, Asked] = {}
    for field in sorted(dictionary.items, key=lambda each: each.pointer.count("/")):
        outer = [each for at, each in fields.items() if field.pointer.startswith(f"{at}/")]
        own = _alone(field, seen)
        if goods.full and field.pointer == FULL:
            own = Asked(field, Answer.MUST, (IF_FULL,))
        fields[field.pointer] = _within(own, outer)
    today = _unique(dictionary.owners[pointer] for pointer in fields)
    ids = {item.id for item in today}
    others = _unique(item for item in dictionary.owners.values() if item.id not in ids)
    return (
        *(_item(item, fields) for item in sorted(today, key=_number)),
        *(_never(item) for item in sorted(others, key=_number)),
    )


def _alone(field: Field, seen: Document) -> Asked:
    if field.obligation is Obligation.MANDATORY:
        return Asked(field, Answer.MUST, (ALWAYS,))
    if field.obligation is Obligation.OPTIONAL:
        return Asked(field, Answer.MAY, (IF_IT_APPLIES,))
    verdicts = [(each, _condition(each, seen, _place(field))) for each in field.required_when]
    for verdict, answer in ((True, Answer.MUST), (None, Answer.MAY)):
        reasons = tuple(each.reason for each, found in verdicts if found is verdict)
        if reasons:
            return Asked(field, answer, reasons)
    return Asked(field, Answer.NOT_ASKED, tuple(each.reason for each, _ in verdicts))


def _within(inner: Asked, outer: Sequence[Asked]) -> Asked:
    """What lies in something is asked at most as much as that; always: for that one's reasons."""
    order = list(Answer)
    for each in outer:
        weaker = order.index(each.answer) > order.index(inner.answer)
        if weaker or (each.answer is inner.answer and inner.reasons == (ALWAYS,)):
            inner = Asked(inner.field, each.answer, each.reasons)
    return inner


def _item(item: Item, fields: dict[str, Asked]) -> AskedItem:
    own = [fields[field.pointer] for field in item.fields if field.pointer in fields]
    pointers = [each.field.pointer for each in own]
    outermost = [
        each
        for each in own
        if not any(each.field.pointer.startswith(f"{other}/") for other in pointers)
    ]
    answer = next(one for one in Answer if any(each.answer is one for each in outermost))
    reasons = [why for each in outermost if each.answer is answer for why in each.reasons]
    return AskedItem(item, answer, tuple(dict.fromkeys(reasons)), tuple(own))


def _never(item: Item) -> AskedItem:
    reasons = (NOT_ON_THIS_DAY,)
    fields = tuple(Asked(field, Answer.NOT_ASKED, reasons) for field in item.fields)
    return AskedItem(item, Answer.NOT_ASKED, reasons, fields)


def _condition(condition: Condition, seen: Document, at: Place) -> bool | None:
    """Whether it holds; None where that hangs on what is not known."""
    every = [_test(test, seen, at) for test in condition.all]
    some = [_test(test, seen, at) for test in condition.any] or [True]
    if False in every or not any(each is not False for each in some):
        return False
    return None if None in every or True not in some else True


def _test(test: Test, seen: Document, at: Place) -> bool | None:
    try:
        return test.holds(seen, at=at)
    except (TypeError, AttributeError):
        return None


def _place(field: Field) -> Place:
    return Place(field.pointer.replace("*", "0"), None)


def _number(item: Item) -> tuple[bool, int]:
    return item.number is None, item.number or 0


def _unique(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple({item.id: item for item in items}.values())
