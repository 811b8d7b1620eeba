"""Refuse a malformed table whole: each fault names its row, its column and its mend."""

from collections.abc import Iterator

from services.mutual_recognition.decision_tables import kinds, texts
from services.mutual_recognition.decision_tables.cells import misfit
from services.mutual_recognition.decision_tables.coverage import Coverage
from services.mutual_recognition.decision_tables.dictionary import Dictionary
from services.mutual_recognition.decision_tables.examples import Examples
from services.mutual_recognition.decision_tables.index import Index
from services.mutual_recognition.decision_tables.table import Row, Table
from services.mutual_recognition.domain.agencies import Agencies
from shared.errors import Fault


def faults(
    name: str, table: Table, *, dictionary: Dictionary, agencies: Agencies
) -> tuple[Fault, ...]:
    """All faults of a table's content; none means that it can be evaluated for any filing.

    Examples are tried only once the rows have no faults.
    """
    found = of_rows(name, table, dictionary=dictionary, agencies=agencies)
    return found or tuple(Examples(name, table, dictionary=dictionary).faults())


def of_rows(
    name: str, table: Table, *, dictionary: Dictionary, agencies: Agencies
) -> tuple[Fault, ...]:
    """The faults of the rows: compared with each other once each by itself is sound."""
    last = tuple(_last(name, table))
    found = tuple(_rows(name, table, dictionary, agencies))
    return (*found, *(last if found else (*last, *_beside(name, table, dictionary))))


def _last(name: str, table: Table) -> Iterator[Fault]:
    last = table.rows[-1]
    pointer = f"/rows/{len(table.rows) - 1}"
    if not last.is_total:
        yield texts.fault("last_row_not_total", pointer=pointer, row=last.id, column="when")
    if last.valid_from > table.valid_from or last.valid_to is not None:
        yield texts.fault(
            "last_row_not_always_valid", pointer=pointer, row=last.id, column="valid_from"
        )
    if not kinds.is_default(name, last.then):
        yield texts.fault("last_row_not_the_default", pointer=pointer, row=last.id, column="then")


def _rows(name: str, table: Table, dictionary: Dictionary, agencies: Agencies) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, row in enumerate(table.rows):
        pointer = f"/rows/{number}"
        if row.id in seen:
            yield texts.fault("duplicate_id", pointer=pointer, row=row.id, column="id")
        seen.add(row.id)
        if row.is_total and row is not table.rows[-1]:
            yield texts.fault("total_row_not_last", pointer=pointer, row=row.id, column="when")
        yield from _cells(row, f"{pointer}/when", dictionary)
        for code, column in kinds.misfits(name, row.then, agencies=agencies):
            at = f"{pointer}/then" + ("/skills" if column == "skills" else "")
            yield texts.fault(code, pointer=at, row=row.id, column=column)
        if row.then.eligible and _asks_of_a_line(row, dictionary):
            yield texts.fault(
                "eligible_by_one_line", pointer=f"{pointer}/then", row=row.id, column="when"
            )


def _cells(row: Row, pointer: str, dictionary: Dictionary) -> Iterator[Fault]:
    asked: set[str] = set()
    for number, cell in enumerate(row.when):
        found = misfit(cell, dictionary)
        if found is not None:
            code, part = found
            yield texts.fault(
                code, pointer=f"{pointer}/{number}/{part}", row=row.id, column=cell.input
            )
        if cell.input in asked:
            yield texts.fault(
                "input_twice", pointer=f"{pointer}/{number}", row=row.id, column=cell.input
            )
        asked.add(cell.input)


def _asks_of_a_line(row: Row, dictionary: Dictionary) -> bool:
    return any(cell.input in dictionary and dictionary[cell.input].of_a_line for cell in row.asks)


def _beside(name: str, table: Table, dictionary: Dictionary) -> Iterator[Fault]:
    for flaw in Coverage(table, Index(table, dictionary)).flaws(kinds.policy_of(name)):
        yield texts.fault(
            flaw.code,
            pointer=f"/rows/{flaw.row}",
            row=table.rows[flaw.row].id,
            column="when",
            beside=flaw.beside,
        )
