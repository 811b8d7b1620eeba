"""The columns of a spreadsheet, made of the data dictionary: one for each value of a filing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.declaration.bulk.rules import (
    NO_HEADER,
    REPEATED_COLUMN,
    UNKNOWN_COLUMN,
    Unreadable,
)
from services.declaration.domain.dictionary import Dictionary, Field, Kind

MOST = 1_000
SHOWN = 20
REFERENCE = "reference"
_NAMED = re.compile(r"\[([a-z_]+(?:\.[a-z_]+)*)\]\s*$")


@dataclass(frozen=True)
class Column:
    """One column: its name (the pointer with points), where its value goes, and what it is.

    `steps` lead from the filing; "*" is an entry of a list of parts. `several`: the cell holds
    values divided by semicolons.
    """

    name: str
    steps: tuple[str, ...]
    kind: Kind
    several: bool
    field: Field
    zh: str
    en: str

    @property
    def heading(self) -> str:
        """As the template has it."""
        return f"{self.zh} {self.en} [{self.name}]"


@lru_cache(maxsize=8)
def of(asked: Dictionary) -> Mapping[str, Column]:
    """All columns of a day by name: the reference first, then as the dictionary has them."""
    made = [_column(field, asked) for field in asked.items if _holds_a_value(field, asked)]
    made.sort(key=lambda each: each.name != REFERENCE)
    return {each.name: each for each in made}


def _holds_a_value(field: Field, asked: Dictionary) -> bool:
    below = f"{field.pointer}/"
    return field.type is not Kind.OBJECT and not any(
        each.pointer.startswith(below) for each in asked.items
    )


def _column(field: Field, asked: Dictionary) -> Column:
    several = field.type is Kind.LIST or field.pointer.endswith("/*")
    steps = tuple(field.pointer.removesuffix("/*").split("/")[1:])
    item = asked.owners[field.pointer]
    return Column(
        name=".".join(step for step in steps if step != "*"),
        steps=steps,
        kind=_kind(field),
        several=several,
        field=field,
        zh=field.zh or item.zh,
        en=field.en or item.en,
    )


def _kind(field: Field) -> Kind:
    if field.type is Kind.LIST:
        return Kind.NUMBER if field.pointer.endswith("/lines") else Kind.TEXT
    return field.type


def header(cells: Sequence[str], known: Mapping[str, Column]) -> list[Column | None]:
    """The columns of a line of headings, None for one without. Raises Unreadable."""
    if len(cells) > MOST and any(each.strip() for each in cells[MOST:]):
        raise Unreadable(NO_HEADER, columns=len(cells), at_most=MOST)
    names = [_name(each) for each in cells[:MOST]]
    if REFERENCE not in names:
        raise Unreadable(NO_HEADER, expected=known[REFERENCE].heading)
    unknown = [name[:64] for name in names if name and name not in known]
    if unknown:
        raise Unreadable(UNKNOWN_COLUMN, columns=unknown[:SHOWN], count=len(unknown))
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise Unreadable(REPEATED_COLUMN, columns=twice[:SHOWN])
    return [known[name] if name else None for name in names]


def _name(cell: str) -> str:
    """A heading as the template has it, or the bare name."""
    named = _NAMED.search(cell)
    return named[1] if named else cell.strip()


def lists(steps: tuple[str, ...]) -> Iterator[int]:
    """Where in the steps a list of parts is entered."""
    return (place for place, step in enumerate(steps) if step == "*")
