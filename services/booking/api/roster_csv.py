"""A yard's bays, teams and gear from a spreadsheet: a report row by row, and what it says as JSON.

Nothing is changed here: the content is sent on as a version, tried first like any other.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError

from services.booking.api import seeing
from services.booking.api.roster import Staff, YardCode
from services.booking.api.roster_models import MOST, BayRow, ContentIn, GearRow, TeamRow
from services.booking.api.seeing import TheDesk
from services.booking.domain import layers, roster_rules
from services.booking.domain.roster_rules import Skills
from shared.errors import Fault
from shared.http import faults
from shared.http.body import json_body
from shared.http.model import Day, StrictModel, Text

router = APIRouter(prefix="/v1/yards/{code}", tags=["yards"])

COLUMNS = ("sort", "code", "kind", "plugs", "agency", "skills", "scopes", "shift", "break", "days",
           "also", "row", "position")  # fmt: skip
NUMBERS = frozenset({"plugs", "position"})
LISTS = frozenset({"skills", "scopes", "days", "also"})
PARTS: dict[str, tuple[str, type[StrictModel]]] = {
    "bay": ("bays", BayRow),
    "team": ("teams", TeamRow),
    "gear": ("gear", GearRow),
}


class CsvIn(StrictModel):
    """The lines of a CSV file with the columns sort, code, kind, plugs, agency, skills, scopes,
    shift, break, days, also, row, position; lists with spaces between, hours such as 07:00-15:00.
    """

    lines: Annotated[
        tuple[Annotated[str, Text(max=1000)], ...],
        Field(strict=False, min_length=1, max_length=3 * MOST),
    ]
    valid_from: Day


class FaultOut(BaseModel):
    """What is wrong with a row, and how to mend it; `column` empty: with the row as a whole."""

    code: str
    column: str
    en: str
    zh: str
    mend_en: str
    mend_zh: str


class LineOut(BaseModel):
    """A row of the file by its line, with everything that is wrong with it."""

    line: int
    sort: str
    code: str
    faults: list[FaultOut]


class CsvOut(BaseModel):
    """The report; `content` is there if nothing is wrong."""

    rows: list[LineOut]
    faults: list[FaultOut]
    content: dict[str, Any] | None


@dataclass
class _Row:
    """A row while it is read: where it stands in the content, if it could be read."""

    line: int
    sort: str
    code: str
    faults: list[Fault] = field(default_factory=list)
    said: dict[str, Any] | None = None


@router.post("/versions/read-csv")
async def read_csv(
    who: Staff, desk: TheDesk, code: YardCode, sent: Annotated[CsvIn, json_body(CsvIn)]
) -> CsvOut:
    """Read bays, teams and gear from CSV; all else is as it holds on `valid_from`.

    Every row is answered with what is wrong with it; nothing is changed.
    """
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        (await desk.turn(session)).yard(code)
        books = await desk.books(session)
    held = layers.in_force(books.layers[code], sent.valid_from).content
    return _report(dict(held), sent.lines, skills=desk.settings.skills)


def _report(held: dict[str, Any], lines: Sequence[str], *, skills: Skills) -> CsvOut:
    reader = csv.DictReader(lines)
    try:
        named = reader.fieldnames or []
        unknown = [name for name in named if name not in COLUMNS]
        if unknown or not {"sort", "code"} <= set(named):
            return CsvOut(rows=[], faults=[_out(_header(unknown))], content=None)
        rows = [_read(reader.line_num, cells) for cells in reader]
    except csv.Error:  # a cell without an end: the rest of the file is in it
        return CsvOut(rows=[], faults=[_out(_of(faults.TOO_LONG, ""))], content=None)
    content = held | {
        part: [row.said for row in rows if row.said is not None and row.sort == sort]
        for sort, (part, _) in PARTS.items()
    }
    whole: list[Fault] = []
    if not any(row.faults for row in rows):
        try:
            content = _checked(content)
        except ValidationError as invalid:
            wrong: Sequence[Fault] = _faults(invalid, content)
        else:
            wrong = roster_rules.faults(content, skills=skills)
        whole = list(_shared_out(wrong, rows))
    good = not whole and not any(row.faults for row in rows)
    return CsvOut(
        rows=[
            LineOut(
                line=row.line,
                sort=row.sort,
                code=row.code,
                faults=[_out(fault) for fault in row.faults],
            )
            for row in rows
        ],
        faults=[_out(fault) for fault in whole],
        content=content if good else None,
    )


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    """The content in its normal form."""
    return ContentIn.model_validate_json(json.dumps(content)).document()


def _read(line: int, cells: dict[str | None, Any]) -> _Row:
    filled = {
        str(name): text.strip()
        for name, text in cells.items()
        if isinstance(text, str) and text.strip()
    }
    row = _Row(line, filled.pop("sort", ""), filled.get("code", ""))
    if cells.get(None) is not None:
        row.faults.append(_of(faults.TOO_LONG, ""))
    part = PARTS.get(row.sort)
    if part is None:
        row.faults.append(_of(faults.NOT_IN_LIST, "/sort"))
        return row
    document = json.dumps({name: _value(name, text) for name, text in filled.items()})
    try:
        said = part[1].model_validate_json(document)
    except ValidationError as invalid:
        row.faults += _faults(invalid, json.loads(document))
    else:
        row.said = said.model_dump(mode="json", by_alias=True)
    return row


def _faults(invalid: ValidationError, document: object) -> Sequence[Fault]:
    found = invalid.errors(include_input=False, include_url=False)
    return faults.of(found, document=document).faults


def _value(name: str, text: str) -> object:
    if name in LISTS:
        return text.split()
    if name in {"shift", "break"}:
        return text.replace(" ", "").split("-")
    whole = name in NUMBERS and text.isascii() and text.isdigit()
    return int(text) if whole else text


def _shared_out(found: Sequence[Fault], rows: Sequence[_Row]) -> Iterator[Fault]:
    """Give each row its faults; yields those that are of no row."""
    by_part = {part: [row for row in rows if row.sort == sort] for sort, (part, _) in PARTS.items()}
    for fault in found:
        _, part, number, *rest = [*fault.pointer.split("/"), "", ""]
        if number.isdigit() and part in by_part:
            by_part[part][int(number)].faults.append(
                Fault(
                    code=fault.code, pointer=f"/{rest[0]}", en=fault.en, zh=fault.zh,
                    mend_en=fault.mend_en, mend_zh=fault.mend_zh,
                )
            )  # fmt: skip
        else:
            yield fault


def _header(unknown: Sequence[str]) -> Fault:
    columns = ", ".join(COLUMNS)
    return Fault(
        code="wrong_header",
        pointer="",
        en=f"The first line has unknown columns: {', '.join(unknown) or '-'}; or it lacks sort"
        " or code.",
        zh=f"首行含有未知列：{'、'.join(unknown) or '-'}；或缺少 sort 或 code。",
        mend_en=f"Name the columns: {columns}.",
        mend_zh=f"请使用列名：{columns}。",
    )


def _of(rule: faults.Rule, pointer: str) -> Fault:
    return Fault(
        code=rule.code,
        pointer=pointer,
        en=rule.en,
        zh=rule.zh,
        mend_en=rule.mend_en,
        mend_zh=rule.mend_zh,
    )


def _out(fault: Fault) -> FaultOut:
    _, column, *_ = [*fault.pointer.split("/"), ""]
    return FaultOut(
        code=fault.code,
        column=column,
        en=fault.en,
        zh=fault.zh,
        mend_en=fault.mend_en,
        mend_zh=fault.mend_zh,
    )
