"""What a malformed table is told: each fault in both languages, with its mend."""

from collections.abc import Mapping
from typing import Any

from shared.errors import Fault
from shared.http.faults import Rule

WHOLE_TABLE = "table"
"""Named in place of a row where the whole table is at fault."""

RULES = (
    Rule(
        "duplicate_id",
        "Two rows have the same id.",
        "两行规则编号相同。",
        "Give each row an id of its own.",
        "请为每行规则使用不同编号。",
    ),
    Rule(
        "input_twice",
        "The row asks twice about the same input.",
        "同一行对同一输入项设了两个条件。",
        "Say both conditions in one.",
        "请合并为一个条件。",
    ),
    Rule(
        "last_row_not_total",
        "The last row must be met by every filing.",
        "最后一行必须适用于所有申报单。",
        "End the table with a row without conditions.",
        "请以一行无条件的规则结束规则表。",
    ),
    Rule(
        "total_row_not_last",
        "A row without conditions hides the rows below it.",
        "无条件的规则行只能是最后一行。",
        "Move it to the end, or give it a condition.",
        "请将其移至最后，或补充条件。",
    ),
    Rule(
        "last_row_not_always_valid",
        "The last row must be in force as long as the table.",
        "最后一行的有效期必须覆盖整个规则表。",
        "Let it begin with the table and give it no valid_to.",
        "请使其与规则表同时生效，且不设 valid_to。",
    ),
    Rule(
        "last_row_not_the_default",
        "The last row must be the default: not inspected, not eligible, not suspended, or unpacked"
        " by the other.",
        "最后一行必须是默认结论：不布控、不适用互认、不暂停，或由另一单位掏箱查验。",
        "Say inspect, eligible or suspend: false there; in the mismatch table scope: unpack.",
        "请在该行填写 inspect、eligible 或 suspend: false；不符处置表填写 scope: unpack。",
    ),
    Rule(
        "rows_leave_a_gap",
        "Some filings meet no row, for example the one that is named.",
        "有的申报单不符合任何一行，例如所示情形。",
        "Add a row for them, or end the table with a row without conditions.",
        "请为其增加规则行，或以一行无条件的规则结束规则表。",
    ),
    Rule(
        "row_never_met",
        "No filing ever meets this row while the table is in force.",
        "在规则表有效期内，没有申报单会符合该行。",
        "Remove the row, or correct its conditions or its validity.",
        "请删除该行，或更正其条件或有效期。",
    ),
    Rule(
        "row_unreachable",
        "Every filing that meets this row meets one of the named rows before it.",
        "符合该行的申报单都已符合前面所示的规则行。",
        "Remove the row, move it up, or narrow the rows before it.",
        "请删除或上移该行，或缩小前面规则行的条件。",
    ),
    Rule(
        "hidden_by_a_softer_row",
        "The named row before it is more lenient and takes some of this row's filings.",
        "前面所示的规则行更宽松，会抢先适用于本行的部分申报单。",
        "Move the stricter row up, so that the order of rows never makes the table more lenient.",
        "请将更严格的规则行上移：行的顺序不得使规则表变宽。",
    ),
    Rule(
        "row_repeats_another",
        "The row asks exactly what the named row asks, at the same time.",
        "该行与所示规则行在同一时期条件完全相同。",
        "Make one row of both.",
        "请将两行合并。",
    ),
    Rule(
        "unknown_input",
        "There is no such input.",
        "没有此输入项。",
        "Use one of the inputs that `onestop rules inputs` lists.",
        "请使用 `onestop rules inputs` 所列的输入项。",
    ),
    Rule(
        "operator_does_not_fit",
        "This operator does not fit the input.",
        "该运算符不适用于此输入项。",
        "Texts: equals, in. HS codes: also prefix. Numbers: range. Days: days. Flags: equals."
        " Codes: in.",
        "文本：equals、in；商品编码另可用 prefix；数值：range；日期：days；标志：equals；"
        "代码集：in。",
    ),
    Rule(
        "value_does_not_fit",
        "This value does not fit the operator.",
        "该取值不适用于此运算符。",
        "in and prefix take a list (prefixes: 2 to 10 digits), range takes min < below,"
        " days take first <= last.",
        "in 和 prefix 使用列表（前缀为 2 至 10 位数字），range 使用 min < below，"
        "days 使用 first <= last。",
    ),
    Rule(
        "value_never_occurs",
        "The input never has this value.",
        "该输入项不会取此值。",
        "Choose among the input's values, which `onestop rules inputs` lists.",
        "请在 `onestop rules inputs` 所列的取值中选择。",
    ),
    Rule(
        "not_a_recognition_verdict",
        "A row of the recognition table says eligible, and nothing of an inspection.",
        "互认规则行只说明 eligible，不含查验要求。",
        "Say eligible: true or false and remove inspect, scope, skills and minutes.",
        "请填写 eligible，并删除 inspect、scope、skills 和 minutes。",
    ),
    Rule(
        "elements_missing",
        "An eligible row names its elements, and tolerances for those alone.",
        "适用互认的规则行必须列明要素，且容差只针对所列要素。",
        "List the elements; remove the tolerances of others.",
        "请列明要素，并删除其他要素的容差。",
    ),
    Rule(
        "eligible_by_one_line",
        "One goods line cannot make the whole filing eligible.",
        "不能因某一商品项而使整票适用互认。",
        "Exclude by lines in earlier rows; let this row ask things of the filing alone.",
        "请在前面的行中按商品项排除，本行只设整票条件。",
    ),
    Rule(
        "not_a_mismatch_verdict",
        "A row of the mismatch table says scope, and nothing else.",
        "不符处置规则行只说明 scope。",
        "Say how deep the other agency inspects at least, and remove the rest.",
        "请填写另一单位至少的查验范围，并删除其他内容。",
    ),
    Rule(
        "not_a_suspension_verdict",
        "A row of the suspension table says suspend, and if so days and way_back; nothing else.",
        "暂停规则行只说明 suspend；如暂停，须说明 days 和 way_back。",
        "Say suspend: true with days and way_back, or suspend: false, and remove the rest.",
        "请填写 suspend: true 及 days、way_back，或 suspend: false，并删除其他内容。",
    ),
    Rule(
        "not_a_selection_verdict",
        "A row of a selection table says inspect, and nothing of a recognition.",
        "布控规则行只说明 inspect，不含互认内容。",
        "Say inspect: true or false and remove eligible, elements and tolerances.",
        "请填写 inspect，并删除 eligible、elements 和 tolerances。",
    ),
    Rule(
        "scope_and_minutes",
        "A row that inspects says scope and minutes; one that does not says neither, and no bay.",
        "布控行必须填写范围和分钟数；不布控的行两者都不填，也不填查验位类型。",
        "Add or remove scope and minutes, or remove bay.",
        "请补充或删除 scope 和 minutes，或删除 bay。",
    ),
    Rule(
        "row_asks_unknown_skill",
        "The agency has no teams with this skill.",
        "该机构没有具备此技能的班组。",
        "Use the skills of the agency; leave the list empty for general work.",
        "请使用该机构的技能；一般查验留空。",
    ),
    Rule(
        "example_missing",
        "A table has an example, and each row one that it catches and one that it spares.",
        "规则表须有基准示例，每行须各有一个命中示例和一个不命中示例。",
        "Say what differs from the table's example: catches = {...}, spares = {...}.",
        "请写明与基准示例的差异：catches = {...}，spares = {...}。",
    ),
    Rule(
        "example_cannot_be_decided",
        "The example lacks an input, or has one that cannot be.",
        "示例缺少输入项，或含有不可能的取值。",
        "Give each input that the table asks about a value of its kind.",
        "请为规则表所用的每个输入项填写符合其类型的值。",
    ),
    Rule(
        "example_not_caught",
        "The row does not decide the filing that it should catch.",
        "该行未能命中其命中示例。",
        "Correct the row or its example, or move it before the row that decides.",
        "请更正该行或其示例，或将其移至实际命中的规则行之前。",
    ),
    Rule(
        "example_not_spared",
        "The row decides the filing that it must not decide.",
        "该行命中了其不应命中的示例。",
        "Correct the row or its example.",
        "请更正该行或其示例。",
    ),
)
_BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


def fault(code: str, *, pointer: str, row: str, column: str, **facts: Any) -> Fault:
    """The fault of a row (its id) in a column; `facts` are shown beside it."""
    rule = _BY_CODE[code]
    return Fault(
        code=code,
        pointer=pointer,
        en=rule.en,
        zh=rule.zh,
        mend_en=rule.mend_en,
        mend_zh=rule.mend_zh,
        facts={"row": row, "column": column, **facts},
    )
