"""Refuse a malformed table whole: each fault names its row, its column and its mend."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.rules import inputs, table
from services.mutual_recognition.rules.inputs import Kind
from services.mutual_recognition.rules.table import Cell, Operator, Range, Row, Table, Then

HS_DIGITS = 10


@dataclass(frozen=True)
class Broken:
    """One broken rule of a table: where (`pointer`, a JSON pointer), what, and the mend."""

    pointer: str
    row: str
    column: str
    en: str
    zh: str
    mend_en: str
    mend_zh: str


def faults(name: str, content: Table, *, agencies: Agencies) -> tuple[Broken, ...]:
    """All faults of a table's content; none means that it can be evaluated for any filing."""
    found = list(_as_a_whole(content))
    seen: set[str] = set()
    for index, row in enumerate(content.rows):
        pointer = f"/rows/{index}"
        if row.id in seen:
            found.append(_fault(pointer, row, "id", "duplicate_id"))
        seen.add(row.id)
        for number, cell in enumerate(row.when):
            found.extend(_in_cell(f"{pointer}/when/{number}", row, cell, agencies=agencies))
        found.extend(_in_then(name, f"{pointer}/then", row, agencies=agencies))
    return tuple(found)


def _as_a_whole(content: Table) -> Iterator[Broken]:
    last = content.rows[-1]
    where = f"/rows/{len(content.rows) - 1}"
    if any(cell.op is not Operator.ANY for cell in last.when):
        yield _fault(where, last, "when", "last_row_not_total")
    if last.valid_from > content.valid_from or last.valid_to is not None:
        yield _fault(where, last, "valid_from", "last_row_not_always_valid")
    if last.then.inspect or last.then.eligible:
        yield _fault(where, last, "then", "last_row_not_the_default")


def _in_cell(pointer: str, row: Row, cell: Cell, *, agencies: Agencies) -> Iterator[Broken]:
    kind = inputs.kind_of(cell.input, agencies=agencies.names)
    if kind is None:
        yield _fault(f"{pointer}/input", row, cell.input, "unknown_input")
        return
    if cell.op not in _OPERATORS_OF[kind]:
        yield _fault(f"{pointer}/op", row, cell.input, "operator_does_not_fit")
    elif not _VALUE_FITS[cell.op](cell, kind):
        yield _fault(f"{pointer}/value", row, cell.input, "value_does_not_fit")


def _in_then(name: str, pointer: str, row: Row, *, agencies: Agencies) -> Iterator[Broken]:
    then = row.then
    agency = name.removeprefix(table.SELECTION)
    if name == table.RECOGNITION:
        if then.eligible is None or then.inspect is not None or _inspects(then):
            yield _fault(pointer, row, "then", "not_a_recognition_verdict")
        if then.eligible and (not then.elements or set(then.tolerances) - set(then.elements)):
            yield _fault(pointer, row, "elements", "elements_missing")
        if then.eligible and any(cell.input in inputs.LINE_INPUTS for cell in row.when):
            yield _fault(pointer, row, "when", "eligible_by_one_line")
        return
    if then.inspect is None or then.eligible is not None or then.elements or then.tolerances:
        yield _fault(pointer, row, "then", "not_a_selection_verdict")
    if bool(then.inspect) != (then.scope is not None and then.minutes is not None):
        yield _fault(pointer, row, "scope", "scope_and_minutes")
    if not set(then.skills) <= set(agencies.skills.get(agency, ())):
        yield _fault(f"{pointer}/skills", row, "skills", "unknown_skill")


def _inspects(then: Then) -> bool:
    return bool(then.scope or then.skills or then.minutes)


def _equals_fits(cell: Cell, kind: Kind) -> bool:
    return isinstance(cell.value, bool if kind is Kind.FLAG else str)


def _in_fits(cell: Cell, _kind: Kind) -> bool:
    return isinstance(cell.value, tuple) and bool(cell.value)


def _prefix_fits(cell: Cell, _kind: Kind) -> bool:
    return (
        isinstance(cell.value, tuple)
        and bool(cell.value)
        and all(
            2 <= len(each) <= HS_DIGITS and each.isascii() and each.isdigit() for each in cell.value
        )
    )


def _range_fits(cell: Cell, _kind: Kind) -> bool:
    limits = cell.value
    if not isinstance(limits, Range) or (limits.min is None and limits.below is None):
        return False
    return limits.min is None or limits.below is None or limits.min < limits.below


def _any_fits(cell: Cell, _kind: Kind) -> bool:
    return cell.value is None


_VALUE_FITS: Mapping[Operator, Callable[[Cell, Kind], bool]] = {
    Operator.EQUALS: _equals_fits,
    Operator.IN: _in_fits,
    Operator.PREFIX: _prefix_fits,
    Operator.RANGE: _range_fits,
    Operator.ANY: _any_fits,
}
_OPERATORS_OF: Mapping[Kind, frozenset[Operator]] = {
    Kind.TEXT: frozenset({Operator.EQUALS, Operator.IN, Operator.PREFIX, Operator.ANY}),
    Kind.NUMBER: frozenset({Operator.RANGE, Operator.ANY}),
    Kind.FLAG: frozenset({Operator.EQUALS, Operator.ANY}),
    Kind.CODES: frozenset({Operator.IN, Operator.ANY}),
}

_TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "duplicate_id": (
        "Two rows have the same id.",
        "两行规则编号相同。",
        "Give each row an id of its own.",
        "请为每行规则使用不同编号。",
    ),
    "last_row_not_total": (
        "The last row must be met by every filing.",
        "最后一行必须适用于所有申报单。",
        "End the table with a row without conditions.",
        "请以一行无条件的规则结束规则表。",
    ),
    "last_row_not_always_valid": (
        "The last row must be in force as long as the table.",
        "最后一行的有效期必须覆盖整个规则表。",
        "Let it begin with the table and give it no valid_to.",
        "请使其与规则表同时生效，且不设 valid_to。",
    ),
    "last_row_not_the_default": (
        "The last row must be the default: not inspected, or not eligible.",
        "最后一行必须是默认结论：不布控，或不适用互认。",
        "Say inspect: false or eligible: false there.",
        "请在该行填写 inspect: false 或 eligible: false。",
    ),
    "unknown_input": (
        "There is no such input.",
        "没有此输入项。",
        "Use one of the inputs that the reference lists.",
        "请使用参考资料所列的输入项。",
    ),
    "operator_does_not_fit": (
        "This operator does not fit the input.",
        "该运算符不适用于此输入项。",
        "Texts: equals, in, prefix. Numbers: range. Flags: equals. Codes: in.",
        "文本：equals、in、prefix；数值：range；标志：equals；代码集：in。",
    ),
    "value_does_not_fit": (
        "This value does not fit the operator.",
        "该取值不适用于此运算符。",
        "in and prefix take a list (prefixes: 2 to 10 digits), range takes min < below.",
        "in 和 prefix 使用列表（前缀为 2 至 10 位数字），range 使用 min < below。",
    ),
    "not_a_recognition_verdict": (
        "A row of the recognition table says eligible, and nothing of an inspection.",
        "互认规则行只说明 eligible，不含查验要求。",
        "Say eligible: true or false and remove inspect, scope, skills and minutes.",
        "请填写 eligible，并删除 inspect、scope、skills 和 minutes。",
    ),
    "elements_missing": (
        "An eligible row names its elements, and tolerances for those alone.",
        "适用互认的规则行必须列明要素，且容差只针对所列要素。",
        "List the elements; remove the tolerances of others.",
        "请列明要素，并删除其他要素的容差。",
    ),
    "eligible_by_one_line": (
        "One goods line cannot make the whole filing eligible.",
        "不能因某一商品项而使整票适用互认。",
        "Exclude by lines in earlier rows; let this row ask things of the filing alone.",
        "请在前面的行中按商品项排除，本行只设整票条件。",
    ),
    "not_a_selection_verdict": (
        "A row of a selection table says inspect, and nothing of a recognition.",
        "布控规则行只说明 inspect，不含互认内容。",
        "Say inspect: true or false and remove eligible, elements and tolerances.",
        "请填写 inspect，并删除 eligible、elements 和 tolerances。",
    ),
    "scope_and_minutes": (
        "A row that inspects says scope and minutes; one that does not says neither.",
        "布控行必须填写范围和分钟数；不布控的行两者都不填。",
        "Add or remove scope and minutes.",
        "请补充或删除 scope 和 minutes。",
    ),
    "unknown_skill": (
        "The agency has no teams with this skill.",
        "该机构没有具备此技能的班组。",
        "Use the skills of the agency; leave the list empty for general work.",
        "请使用该机构的技能；一般查验留空。",
    ),
}


def _fault(pointer: str, row: Row, column: str, code: str) -> Broken:
    en, zh, mend_en, mend_zh = _TEXTS[code]
    return Broken(pointer, row.id, column, en, zh, mend_en, mend_zh)
