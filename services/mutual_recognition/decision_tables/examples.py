"""A table's own examples, decided by the table: each row catches one filing and spares another."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.mutual_recognition.decision_tables import kinds, texts
from services.mutual_recognition.decision_tables.dictionary import (
    Dictionary,
    InputFault,
    Inputs,
    Value,
)
from services.mutual_recognition.decision_tables.index import Hit, Index
from services.mutual_recognition.decision_tables.table import Row, Table
from shared.errors import Fault


class Examples:
    """The examples of a table whose rows have no faults."""

    def __init__(self, name: str, table: Table, *, dictionary: Dictionary) -> None:
        """Of a table of this name."""
        self.table = table
        self.policy = kinds.policy_of(name)
        self.dictionary = dictionary
        self.index = Index(table, dictionary)

    def __len__(self) -> int:
        """How many there are, the table's own among them."""
        told = [self.table.example]
        told += [example for row in self.table.rows for example in (row.catches, row.spares)]
        return sum(example is not None for example in told)

    def faults(self) -> Iterator[Fault]:
        """What is missing, cannot be decided, or is decided otherwise than the table says."""
        last = self.table.rows[-1]
        if self.table.example is None:
            yield texts.fault(
                "example_missing", pointer="/example", row=texts.WHOLE_TABLE, column="example"
            )
            return
        yield from self._tried("/example", texts.WHOLE_TABLE, "example", {}, catches=last)
        for number, row in enumerate(self.table.rows[:-1]):
            for column, example in (("catches", row.catches), ("spares", row.spares)):
                pointer = f"/rows/{number}/{column}"
                if example is None:
                    yield texts.fault("example_missing", pointer=pointer, row=row.id, column=column)
                elif column == "catches":
                    yield from self._tried(pointer, row.id, column, example, catches=row)
                else:
                    yield from self._tried(pointer, row.id, column, example, spares=row)

    def _tried(
        self,
        pointer: str,
        row: str,
        column: str,
        example: Mapping[str, Any],
        *,
        catches: Row | None = None,
        spares: Row | None = None,
    ) -> Iterator[Fault]:
        """At most one fault of an example, which tells which rows decide it."""

        def fault(code: str, **facts: Any) -> Fault:
            return texts.fault(code, pointer=pointer, row=row, column=column, **facts)

        told = catches or spares or self.table.rows[-1]
        try:
            hits = self._hits(example, on=max(told.valid_from, self.table.valid_from))
        except InputFault as wrong:
            yield fault("example_cannot_be_decided", why=str(wrong))
            return
        decisive = self.policy.decisive(hits)
        if catches is not None and catches not in [hit.row for hit in decisive]:
            yield fault("example_not_caught", decided_by=[hit.row.id for hit in decisive])
        if spares is not None and spares in [hit.row for hit in hits]:
            yield fault("example_not_spared")

    def _hits(self, example: Mapping[str, Any], *, on: date) -> list[Hit]:
        """Raises `InputFault`."""
        hits = list(self.index.hits(self._filing(example), on=on))
        for hit in hits:
            if hit.fault is not None:
                raise InputFault(hit.fault)
        return hits

    def _filing(self, example: Mapping[str, Any]) -> Inputs:
        """The table's example with what differs. Raises `InputFault` for what cannot be."""
        plain = {**(self.table.example or {}), **example}
        values = self.dictionary.typed(plain)
        filing: dict[str, Value] = {}
        line: dict[str, Value] = {}
        for name in values:
            asked = self.dictionary.get(name)
            if asked is None:
                raise InputFault(f"there is no input {name}")
            (line if asked.of_a_line else filing)[name] = asked.read(values)
        return Inputs(filing=filing, lines=(line,))
