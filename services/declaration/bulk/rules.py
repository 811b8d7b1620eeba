"""What a spreadsheet can be refused for, beyond what any filing can."""

from typing import Any

from shared.http.faults import Rule

UNKNOWN_COLUMN = Rule(
    "unknown_column",
    "There is no such column.",
    "没有此列。",
    "Take the headings of the template, or remove the column.",
    "请使用模板中的列标题，或删除该列。",
)
REPEATED_COLUMN = Rule(
    "repeated_column",
    "The column stands twice.",
    "该列重复出现。",
    "Keep one of them.",
    "请只保留一列。",
)
NO_HEADER = Rule(
    "no_header",
    "The file does not begin with a line of headings.",
    "文件首行不是列标题。",
    "Begin with the headings of the template.",
    "请以模板的列标题开头。",
)
UNREADABLE_FILE = Rule(
    "unreadable_file",
    "The file cannot be read to its end; nothing of it is filed.",
    "文件无法完整读取，未申报其中任何内容。",
    "Save it again as the type that it is sent as, and send the whole of it.",
    "请按提交的类型重新保存，并完整提交。",
)
FILE_TOO_LARGE = Rule(
    "file_too_large",
    "The file holds more than is read of one; nothing of it is filed.",
    "文件内容超过单个文件的上限，未申报其中任何内容。",
    "Divide it into several files.",
    "请拆分为多个文件。",
)
NO_ROWS = Rule(
    "no_rows",
    "There is no row below the headings.",
    "列标题下没有数据行。",
    "Fill in rows; those that begin with # are examples and are not read.",
    "请填写数据行；以 # 开头的行为示例，不予读取。",
)
NO_REFERENCE = Rule(
    "no_reference",
    "The row does not say which filing it belongs to.",
    "该行未注明所属的申报单。",
    "Give the reference in each row.",
    "请在每一行填写客户端编号。",
)
ROWS_APART = Rule(
    "rows_apart",
    "Rows of this reference stand apart: others are between them.",
    "同一客户端编号的行不相邻。",
    "Put the rows of one filing below each other.",
    "请将同一申报单的各行放在一起。",
)
CELLS_DISAGREE = Rule(
    "cells_disagree",
    "The cell says something else than a row above it of the same filing or line.",
    "该单元格与同一申报单或商品项上方的行不一致。",
    "Leave it empty or repeat what stands above.",
    "请留空或与上方一致。",
)
STRAY_CELL = Rule(
    "stray_cell",
    "There is a cell beyond the last column.",
    "最后一列之外还有内容。",
    "Remove it, or quote the cell that has a separator in it.",
    "请删除，或为含有分隔符的单元格加引号。",
)
FORMULA_ERROR = Rule(
    "formula_error",
    "The cell holds the error of a formula instead of a value.",
    "该单元格是公式错误，而不是值。",
    "Mend the formula, or write the value itself.",
    "请更正公式，或直接填写值。",
)
FORMULA_WITHOUT_VALUE = Rule(
    "formula_without_value",
    "The cell holds a formula whose value is not stored in the file.",
    "该单元格是公式，文件中没有保存其计算结果。",
    "Open the file in a spreadsheet program and save it there, or write the value itself.",
    "请用电子表格软件打开并重新保存，或直接填写值。",
)
BROKEN_OFF = Rule(
    "broken_off",
    "The work on the file was broken off again and again; what was filed of it stays filed.",
    "对该文件的处理多次中断；已申报的部分保持有效。",
    "Read the report, and send what was not filed in smaller files.",
    "请查看报告，并将未申报的部分拆成较小的文件重新提交。",
)
RULES = (
    *(UNKNOWN_COLUMN, REPEATED_COLUMN, NO_HEADER, UNREADABLE_FILE, FILE_TOO_LARGE, NO_ROWS),
    *(NO_REFERENCE, ROWS_APART, CELLS_DISAGREE, STRAY_CELL, FORMULA_ERROR),
    FORMULA_WITHOUT_VALUE,
    BROKEN_OFF,
)


class Unreadable(Exception):
    """The file as a whole cannot be taken, by one of the rules; `facts` say where."""

    def __init__(self, rule: Rule, **facts: Any) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.facts = facts
