"""What `onestop rules` does: tables out of files, checked as a draft of them would be."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from services.mutual_recognition import decision_tables
from services.mutual_recognition.decision_tables import check, files, kinds
from services.mutual_recognition.decision_tables.examples import Examples
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain.refusals import NoSuchTable
from services.mutual_recognition.rules import dictionaries
from services.mutual_recognition.settings import Settings
from shared.errors import Fault, Faults

FOUNDING = Path(decision_tables.__file__).parents[1] / "founding"


def checked(folder: Path | None) -> dict[str, Any]:
    """How many rules there are, and what is wrong with the rows."""
    tables, errors = _read(folder)
    agencies = Settings().agencies()
    for name, table in tables.items():
        dictionary = dictionaries.of(name, agencies)
        found = check.of_rows(name, table, dictionary=dictionary, agencies=agencies)
        errors += [plain(name, fault) for fault in found]
    return {"rules": sum(len(table.rows) for table in tables.values()), "errors": errors}


def tested(folder: Path | None) -> dict[str, Any]:
    """How many examples there are, and which are not decided as they should be.

    Those of a table that cannot be read, or whose rows have faults, are not decided at all: then
    these are told.
    """
    tables, failed = _read(folder)
    agencies = Settings().agencies()
    examples = 0
    for name, table in tables.items():
        dictionary = dictionaries.of(name, agencies)
        found = check.faults(name, table, dictionary=dictionary, agencies=agencies)
        failed += [plain(name, fault) for fault in found]
        examples += len(Examples(name, table, dictionary=dictionary))
    return {"examples": examples, "failed": failed}


def inputs() -> list[dict[str, Any]]:
    """What tables may ask about, and which of them."""
    agencies = Settings().agencies()
    asked = {name: dictionaries.of(name, agencies) for name in kinds.every(agencies)}
    every = {name: each for dictionary in asked.values() for name, each in dictionary.items()}
    return [
        {
            "name": name,
            "kind": each.kind.value,
            "of_a_line": each.of_a_line,
            "values": sorted(each.words),
            "tables": [table for table, dictionary in asked.items() if name in dictionary],
            "en": each.said.en,
            "zh": each.said.zh,
        }
        for name, each in every.items()
    ]


def lines(errors: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """For people: two lines for each error, with where it is first."""
    for each in errors:
        facts = "".join(f" [{name}: {value}]" for name, value in each["facts"].items() if value)
        yield f"{each['table']} {each['row']} {each['column']}: {each['en']} {each['zh']}{facts}"
        yield f"  mend: {each['mend_en']} 办法：{each['mend_zh']}"


def _read(folder: Path | None) -> tuple[dict[str, Table], list[dict[str, Any]]]:
    """The tables of a folder by name, and what cannot be read."""
    known = kinds.every(Settings().agencies())
    tables: dict[str, Table] = {}
    errors: list[dict[str, Any]] = []
    for file in sorted((folder or FOUNDING).glob("*.toml")):
        if file.stem not in known:
            errors.append(plain(file.stem, _no_such_table(known)))
            continue
        try:
            tables[file.stem] = files.read(file.read_bytes())
        except Faults as refused:
            errors += [plain(file.stem, fault) for fault in refused.faults]
    return tables, errors


def _no_such_table(known: Iterable[str]) -> Fault:
    return Fault(
        code=NoSuchTable.code,
        pointer="",
        en=NoSuchTable.en,
        zh=NoSuchTable.zh,
        mend_en=f"Name the file after one of {', '.join(known)}.",
        mend_zh=f"请以下列名称命名文件：{'、'.join(known)}。",
    )


def plain(table: str, fault: Fault) -> dict[str, Any]:
    """A fault as JSON tells it, with its table, row and column."""
    facts = dict(fault.facts)
    return {
        "table": table,
        "row": facts.pop("row", ""),
        "column": facts.pop("column", ""),
        "code": fault.code,
        "en": fault.en,
        "zh": fault.zh,
        "mend_en": fault.mend_en,
        "mend_zh": fault.mend_zh,
        "facts": facts,
    }
