"""Which of two values stands: one rule a row, the first that fits, the last fits always."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from services.declaration.merging import values
from services.declaration.merging.keys import NAMES
from services.declaration.merging.values import Given, Measure, Several, Unreadable


class Kind(StrEnum):
    """In what two values differ."""

    FORMAT = "format_only"
    TOLERANCE = "within_tolerance"
    REAL = "real"


class Form(StrEnum):
    """One of the two forms of before the reform."""

    CUSTOMS = "customs"
    INSPECTION = "inspection"


NO_TOLERANCE = Decimal(0)


class Pair(NamedTuple):
    """What the two forms say in one place. `tolerance` is how far numbers may differ there.

    `one` is the customs value in the merged filing's terms, `other` that of the inspection form.
    """

    key: str
    customs: Given | None
    inspection: Given | None
    one: Any
    other: Any
    tolerance: Decimal


def pair_of(
    key: str, customs: Given | None, inspection: Given | None, tolerance: Decimal = NO_TOLERANCE
) -> Pair:
    """What the two forms say of a key; None: nothing."""
    one = None if customs is None else customs.value
    other = None if inspection is None else inspection.value
    return Pair(key, customs, inspection, one, other, tolerance)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: what it is called, the kind of disagreement that it settles, what it chooses.

    `choose` answers None where the rule does not fit.
    """

    code: str
    en: str
    zh: str
    kind: Kind | None = None
    choose: Callable[[Pair], Any]


def readable(value: Any) -> Any:
    """The value that stands where the other form says nothing; None where the broker is asked."""
    if isinstance(value, Several):
        return value.alone
    return None if isinstance(value, Unreadable) else value


def _only_customs(pair: Pair) -> Any:
    return readable(pair.one) if pair.other is None else None


def _only_inspection(pair: Pair) -> Any:
    return readable(pair.other) if pair.one is None else None


def _agreed(pair: Pair) -> Any:
    customs, inspection = pair.customs, pair.inspection
    if customs is None or inspection is None:
        return None
    same = customs.value == inspection.value and customs.raw == inspection.raw
    return readable(customs.value) if same else None


def _format_only(pair: Pair) -> Any:
    return readable(pair.one) if alike(pair.key, pair.one, pair.other) else None


def alike(key: str, one: Any, other: Any) -> bool:
    """Whether two values are the same but for how they are written."""
    if isinstance(one, str) and isinstance(other, str):
        fold = values.words if key in NAMES else values.code
        return fold(one) == fold(other)
    if isinstance(one, Measure) and isinstance(other, Measure):
        return values.base(one) == values.base(other)
    return bool(one == other)


def _customs_finer(pair: Pair) -> Any:
    return pair.one if _finer(pair.key, pair.one, pair.other) else None


def _inspection_finer(pair: Pair) -> Any:
    return pair.other if _finer(pair.key, pair.other, pair.one) else None


def _finer(key: str, fine: Any, coarse: Any) -> bool:
    """Whether the first says what the second says, and more."""
    if isinstance(coarse, Several):
        return isinstance(fine, str) and coarse.fits(fine)
    if key == "attachments":
        types = {each["type"] for each in coarse}
        return all("number" not in each for each in coarse) and types <= {
            each["type"] for each in fine
        }
    if key == "name" and isinstance(fine, str) and isinstance(coarse, str):
        return values.words(coarse) in values.words(fine)
    return False


def _rounded(pair: Pair) -> Any:
    """The one with more digits, if the other is it rounded. Counts are not rounded."""
    one, other = _numbers(pair)
    if one is None or other is None or not values.rounded_alike(one, other):
        return None
    return pair.other if values.finer(other, one) else pair.one


def _tolerated(pair: Pair) -> Any:
    one, other = _numbers(pair)
    if one is None or other is None or abs(one - other) > pair.tolerance:
        return None
    return pair.one


def _numbers(pair: Pair) -> tuple[Decimal | None, Decimal | None]:
    one, other = pair.one, pair.other
    if isinstance(one, Measure) and isinstance(other, Measure):
        (unit, amount), (other_unit, other_amount) = values.base(one), values.base(other)
        return (amount, other_amount) if unit == other_unit else (None, None)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one, other
    return None, None


RULES: Sequence[Rule] = (
    Rule(
        code="only_customs",
        en="Only the customs form says it.",
        zh="仅报关单填报。",
        choose=_only_customs,
    ),
    Rule(
        code="only_inspection",
        en="Only the inspection form says it.",
        zh="仅报检单填报。",
        choose=_only_inspection,
    ),
    Rule(code="agreed", en="Both forms say the same.", zh="两单一致。", choose=_agreed),
    Rule(
        code="format_only",
        en="Both say the same, written differently.",
        zh="两单内容一致，仅写法不同。",
        kind=Kind.FORMAT,
        choose=_format_only,
    ),
    Rule(
        code="customs_is_finer",
        en="The customs form says what the inspection form says, more exactly.",
        zh="报关单所填包含并细于报检单。",
        kind=Kind.FORMAT,
        choose=_customs_finer,
    ),
    Rule(
        code="inspection_is_finer",
        en="The inspection form says what the customs form says, more exactly.",
        zh="报检单所填包含并细于报关单。",
        kind=Kind.FORMAT,
        choose=_inspection_finer,
    ),
    Rule(
        code="rounded",
        en="One number is the other, rounded: the one with more digits stands.",
        zh="一数为另一数的舍入值，取位数较多者。",
        kind=Kind.TOLERANCE,
        choose=_rounded,
    ),
    Rule(
        code="within_tolerance",
        en="The numbers differ within the tolerance: the customs one stands.",
        zh="差异在允许误差内，取报关单数值。",
        kind=Kind.TOLERANCE,
        choose=_tolerated,
    ),
)


def told(code: str, en: str, zh: str, kind: Kind | None = None) -> Rule:
    """A rule that does not compare two values."""
    return Rule(code=code, en=en, zh=zh, kind=kind, choose=lambda _: None)


CONFLICT = told(
    "conflict",
    "The forms disagree, or what is written cannot be converted: the broker is asked.",
    "两单不一致，或所填内容无法换算，须由申报人确认。",
    Kind.REAL,
)
ANSWERED = told("answered", "The broker has answered.", "由申报人确认。")
INSTRUCTED = told(
    "standing_instruction",
    "The broker's standing instruction says whose value stands.",
    "按申报人的长期指示取值。",
)
DERIVED = told("derived", "It follows from what is declared.", "由其他申报内容得出。")
DIVIDED = told(
    "divided",
    "The whole of the coarser line, divided in proportion to the quantities of its parts.",
    "较粗一单的总量，按各部分数量比例分配。",
)
PARTS = told(
    "parts_add_up",
    "The parts of the finer form add up to the whole of the other.",
    "较细一单各部分之和与另一单一致。",
    Kind.FORMAT,
)
NOT_ASKED = told(
    "not_asked_today", "A filing of this day does not have it.", "当日有效的申报项目中没有此项。"
)
NUMBERED = told(
    "matched",
    "The lines are about the same goods; merged lines are numbered in the order of customs.",
    "两单商品项对应同一货物；按报关单顺序重新编号。",
)
EVERY = (*RULES, CONFLICT, ANSWERED, INSTRUCTED, DERIVED, DIVIDED, PARTS, NOT_ASKED, NUMBERED)


def first(pair: Pair) -> tuple[Rule, Any]:
    """The first rule that fits, and the value that it chooses: None for a conflict."""
    for rule in RULES:
        if (chosen := rule.choose(pair)) is not None:
            return rule, chosen
    return CONFLICT, None
