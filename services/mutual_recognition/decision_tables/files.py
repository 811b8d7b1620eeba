"""A table as a file: TOML, the same document as the API takes, in a form that is read in a diff."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from services.mutual_recognition.decision_tables import texts
from services.mutual_recognition.decision_tables.table import Table
from shared.errors import Fault, Faults
from shared.http import faults
from shared.http.faults import Rule

NOT_TOML = Rule(
    "not_toml",
    "The file is not TOML.",
    "该文件不是有效的 TOML。",
    "Correct the place that is named.",
    "请更正所示位置。",
)


def read(content: bytes) -> Table:
    """The table in a file. Raises `Faults`, each with its row and column."""
    try:
        document = tomllib.loads(content.decode(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        facts = {"row": texts.WHOLE_TABLE, "column": "", "why": str(broken)}
        raise Faults(faults.fault(NOT_TOML, pointer="", **facts)) from None
    try:
        return Table.model_validate(document)
    except ValidationError as invalid:
        found = invalid.errors(include_input=False, include_url=False)
        told = faults.of(found, document=document)
        raise Faults(*(_named(each, document) for each in told.faults)) from None


def _named(fault: Fault, document: dict[str, Any]) -> Fault:
    """The fault with the id of its row and its column beside it."""
    _, *segments = fault.pointer.split("/")
    row = texts.WHOLE_TABLE
    if len(segments) > 1 and segments[0] == "rows" and segments[1].isdigit():
        number = int(segments[1])
        told = document["rows"][number]
        row = str(told.get("id", number) if isinstance(told, dict) else number)
    column = next((each for each in reversed(segments) if not each.isdigit()), "")
    facts = {**fault.facts, "row": row, "column": column}
    return replace(fault, facts=facts)
