"""Pydantic's findings in our own words: a small, stable set of fault codes.

Pydantic has about a hundred error types, which change with its versions; users see these dozen.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from shared import errors

MAX_SEGMENT = 64
MAX_FAULTS = 200


class Rule(NamedTuple):
    """One fault code with its messages."""

    code: str
    en: str
    zh: str
    mend_en: str
    mend_zh: str


MISSING = Rule(
    "missing", "A required field is missing.", "缺少必填项。", "Add the field.", "请补充该项。"
)
UNKNOWN_FIELD = Rule(
    "unknown_field",
    "There is no such field.",
    "没有此项。",
    "Remove it, or correct its name.",
    "请删除该项，或更正其名称。",
)
WRONG_TYPE = Rule(
    "wrong_type",
    "The value is of the wrong type.",
    "值的类型不对。",
    "Send the type that the schema in /openapi.json names.",
    "请按 /openapi.json 中的类型提交。",
)
OUT_OF_RANGE = Rule(
    "out_of_range",
    "The number or date is outside of the allowed range.",
    "数值或日期超出允许范围。",
    "Send a value within the range.",
    "请提交允许范围内的值。",
)
TOO_MANY_DIGITS = Rule(
    "too_many_digits",
    "The number has more digits than allowed.",
    "数字位数超过允许值。",
    "Round the number to the allowed digits.",
    "请按允许的位数取舍。",
)
TOO_LONG = Rule("too_long", "The value is too long.", "内容过长。", "Shorten it.", "请缩短内容。")
TOO_SHORT = Rule(
    "too_short", "The value is too short.", "内容过短。", "Complete it.", "请补全内容。"
)
BAD_FORMAT = Rule(
    "bad_format",
    "The value does not have the expected format.",
    "格式不正确。",
    "Send the format that the schema in /openapi.json names.",
    "请按 /openapi.json 中的格式提交。",
)
NOT_IN_LIST = Rule(
    "not_in_list",
    "The value is not in the list of allowed values.",
    "值不在允许的列表中。",
    "Choose one of the listed values.",
    "请选用列表中的值。",
)
NAIVE_TIME = Rule(
    "naive_time",
    "The time has no time zone.",
    "时间缺少时区。",
    "Add Z or an offset, such as 2026-07-01T08:30:00+08:00.",
    "请加上 Z 或时差，例如 2026-07-01T08:30:00+08:00。",
)
FORBIDDEN_CHARACTER = Rule(
    "forbidden_character",
    "The text contains a control, invisible or direction-changing character.",
    "文本含有控制字符、不可见字符或改变书写方向的字符。",
    "Remove the character that is named.",
    "请删除所指明的字符。",
)
INEXACT_NUMBER = Rule(
    "inexact_number",
    "The number is too large or too precise to be carried exactly as a JSON number.",
    "该数字过大或过于精确，无法以 JSON 数字精确传递。",
    'Send it as a string, such as "1234567890123.12345".',
    '请改用字符串，例如 "1234567890123.12345"。',
)
REPEATED = Rule(
    "repeated",
    "The parameter is given more than once.",
    "该参数重复出现。",
    "Give it once.",
    "请只填写一次。",
)
BAD_CURSOR = Rule(
    "bad_cursor",
    "The cursor is not one that this list gave.",
    "该游标不是本列表给出的。",
    "Start again without a cursor.",
    "请去掉游标从头开始。",
)
PERIOD = Rule(
    "period_backwards",
    "The period ends before it begins.",
    "起止时间颠倒。",
    "Exchange the two moments.",
    "请对调起止时间。",
)

RULES = (
    MISSING,
    UNKNOWN_FIELD,
    WRONG_TYPE,
    OUT_OF_RANGE,
    TOO_MANY_DIGITS,
    TOO_LONG,
    TOO_SHORT,
    BAD_FORMAT,
    NOT_IN_LIST,
    NAIVE_TIME,
    FORBIDDEN_CHARACTER,
    INEXACT_NUMBER,
    REPEATED,
    BAD_CURSOR,
    PERIOD,
)

_BY_PYDANTIC_TYPE: Mapping[str, Rule] = {
    "missing": MISSING,
    "extra_forbidden": UNKNOWN_FIELD,
    "unexpected_keyword_argument": UNKNOWN_FIELD,
    "int_from_float": WRONG_TYPE,
    "none_required": WRONG_TYPE,
    "greater_than": OUT_OF_RANGE,
    "greater_than_equal": OUT_OF_RANGE,
    "less_than": OUT_OF_RANGE,
    "less_than_equal": OUT_OF_RANGE,
    "multiple_of": OUT_OF_RANGE,
    "finite_number": OUT_OF_RANGE,
    "int_parsing_size": OUT_OF_RANGE,
    "date_past": OUT_OF_RANGE,
    "date_future": OUT_OF_RANGE,
    "datetime_past": OUT_OF_RANGE,
    "datetime_future": OUT_OF_RANGE,
    "decimal_max_digits": TOO_MANY_DIGITS,
    "decimal_max_places": TOO_MANY_DIGITS,
    "decimal_whole_digits": TOO_MANY_DIGITS,
    "too_long": TOO_LONG,
    "string_too_long": TOO_LONG,
    "bytes_too_long": TOO_LONG,
    "url_too_long": TOO_LONG,
    "too_short": TOO_SHORT,
    "string_too_short": TOO_SHORT,
    "bytes_too_short": TOO_SHORT,
    "enum": NOT_IN_LIST,
    "literal_error": NOT_IN_LIST,
    "union_tag_invalid": NOT_IN_LIST,
    "union_tag_not_found": MISSING,
    "timezone_aware": NAIVE_TIME,
}
_INTERNAL_FACTS = frozenset({"error", "class", "class_name"})
_BY_CODE = {rule.code: rule for rule in RULES}


def fault(rule: Rule, *, pointer: str, **facts: Any) -> errors.Fault:
    """A fault by one of the rules above."""
    return errors.Fault(
        code=rule.code,
        pointer=pointer,
        en=rule.en,
        zh=rule.zh,
        mend_en=rule.mend_en,
        mend_zh=rule.mend_zh,
        facts=facts,
    )


def of(found: Sequence[ErrorDetails], *, document: Any = None, at: str = "") -> errors.Faults:
    """All of pydantic's findings as one error; `document` is the parsed input, for true pointers.

    Call with `error.errors(include_input=False, include_url=False)`: the input is never repeated.
    """
    true = [each for each in found if not _follows(each, found, document=document)]
    told = (_fault(each, document=document, at=at) for each in true[:MAX_FAULTS])
    return errors.Faults(*told, left_out=max(0, len(true) - MAX_FAULTS))


def _follows(detail: ErrorDetails, found: Sequence[ErrorDetails], *, document: Any) -> bool:
    """Whether a list is only called too short because entries, told by themselves, are not valid.

    Pydantic counts the valid ones alone.
    """
    at = detail["loc"]
    if detail["type"] != "too_short" or document is None:
        return False
    if not any(len(each["loc"]) > len(at) and each["loc"][: len(at)] == at for each in found):
        return False
    node = document
    for segment in _segments(at, document):
        node = node[segment]
    return isinstance(node, list) and len(node) >= detail["ctx"]["min_length"]


def pointer(segments: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901); each segment is cut at 64 characters, as clients may name them."""
    return "".join(f"/{_escape(str(segment)[:MAX_SEGMENT])}" for segment in segments)


def _escape(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1")


def _fault(detail: ErrorDetails, *, document: Any, at: str) -> errors.Fault:
    kind = detail["type"]
    context = {k: v for k, v in detail.get("ctx", {}).items() if k not in _INTERNAL_FACTS}
    where = at + pointer(_segments(detail["loc"], document))
    if "zh" in context:  # said by `model.finding`
        said = {name: str(context.pop(name, "")) for name in ("zh", "mend_en", "mend_zh")}
        return errors.Fault(code=kind, pointer=where, en=detail["msg"], facts=context, **said)
    rule = _BY_CODE.get(kind) or _BY_PYDANTIC_TYPE.get(kind)
    if rule is None:
        rule = WRONG_TYPE if kind.endswith("_type") else BAD_FORMAT
    return fault(rule, pointer=where, **context)


def _segments(loc: Sequence[str | int], document: Any) -> list[str | int]:
    """`loc` without the names of union members, which are no part of the document."""
    if document is None:
        return list(loc)
    node, kept = document, list[str | int]()
    for index, segment in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(node, dict) and isinstance(segment, str) and (segment in node or last):
            node = node.get(segment)
        elif isinstance(node, list) and isinstance(segment, int) and segment < len(node):
            node = node[segment]
        else:
            continue
        kept.append(segment)
    return kept
