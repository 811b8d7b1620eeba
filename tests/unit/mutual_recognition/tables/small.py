"""A small dictionary and tables over it, for tests of tables alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.mutual_recognition.decision_tables import check
from services.mutual_recognition.decision_tables.dictionary import (
    Dictionary,
    Input,
    Inputs,
    Kind,
    Value,
)
from services.mutual_recognition.decision_tables.index import Hit, Index
from services.mutual_recognition.decision_tables.table import Table
from shared.contracts.values import Said
from shared.errors import Fault
from tests.unit.mutual_recognition import builders

ON = date(2026, 3, 2)
SAID = Said(en="something", zh="某项")
DICTIONARY = Dictionary.of(
    [
        Input("way", Kind.TEXT, SAID, words=frozenset({"in", "out"})),
        Input("country", Kind.TEXT, SAID),
        Input("kg", Kind.NUMBER, SAID),
        Input("wood", Kind.FLAG, SAID),
        Input("arrival", Kind.DAY, SAID),
        Input("marks", Kind.CODES, SAID),
        Input("code", Kind.CODE, SAID, of_a_line=True),
        Input("origin", Kind.TEXT, SAID, of_a_line=True),
        Input("papers", Kind.CODES, SAID, of_a_line=True),
    ]
)
INSPECT = {"inspect": True, "scope": "unpack", "minutes": 60}
SPARE = {"inspect": False}
GRANT = {"eligible": True, "elements": ["name"]}
REFUSE = {"eligible": False}


def cell(name: str, op: str, value: object = None) -> dict[str, Any]:
    """One condition."""
    return {"input": name, "op": op, "value": value}


def row(name: str, *when: dict[str, Any], then: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One row, in force for ever."""
    meaning = {"reason": {"en": name, "zh": name}, "source": "a law", "valid_from": "2020-01-01"}
    return {"id": name, "when": when, "then": then, **meaning, **more}


def table(*rows: dict[str, Any], **more: Any) -> Table:
    """A table of these rows."""
    return Table.model_validate({"valid_from": "2020-01-01", "rows": rows, **more})


def hits(
    content: Table, filing: Mapping[str, Value], *lines: Mapping[str, Value], on: date = ON
) -> list[Hit]:
    """The rows that a filing meets, or that are broken for it."""
    return list(Index(content, DICTIONARY).hits(Inputs(filing, tuple(lines)), on=on))


def faults(content: Table, name: str = "recognition") -> Sequence[Fault]:
    """The faults of a table over the small dictionary, but for its examples."""
    found = check.faults(name, content, dictionary=DICTIONARY, agencies=builders.AGENCIES)
    return [each for each in found if not each.code.startswith("example")]


def told(found: Sequence[Fault]) -> list[tuple[Any, ...]]:
    """Code, row, and the rows or filing that it is about."""
    return [(each.code, each.facts["row"], each.facts.get("beside", "")) for each in found]
