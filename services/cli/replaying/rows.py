"""Rows of a Customs Import Declaration Dataset file, one declared good each."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from itertools import islice
from pathlib import Path


class Label(IntEnum):
    """What the officers found: nothing, something for customs, something for quarantine."""

    NOTHING = 0
    CUSTOMS = 1
    QUARANTINE = 2


class NotADataset(Exception):
    """The file has not the columns of the dataset."""


@dataclass(frozen=True)
class Unreadable:
    """A row that cannot become a filing, and the rule that refuses it."""

    line: int
    rule: str


@dataclass(frozen=True)
class Row:
    """What of a row is used. Mass in kg, price in KRW, duty in percent; no label: not inspected."""

    id: str
    transport: str
    importer: str
    seller: str
    hs6: str
    departure: str
    origin: str
    duty_percent: Decimal
    net_kg: Decimal
    price: Decimal
    label: Label | None


BEYOND = Decimal(10) ** 13
COLUMNS = {
    "id": "Declaration ID",
    "transport": "Mode of Transport",
    "importer": "Importer ID",
    "seller": "Seller ID",
    "hs6": "HS6 Code",
    "departure": "Country of Departure",
    "origin": "Country of Origin",
    "duty_percent": "Tax Rate",
    "net_kg": "Net Mass",
    "price": "Item Price",
    "label": "Critical Fraud",
}


def read(path: Path, *, limit: int | None) -> Iterator[Row | Unreadable]:
    """The file's first `limit` rows. Raises OSError, NotADataset."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = set(COLUMNS.values()) - set(reader.fieldnames or ())
        if missing:
            raise NotADataset(f"columns missing: {', '.join(sorted(missing))}")
        seen: set[str] = set()
        for number, raw in enumerate(islice(reader, limit), start=2):
            row = _row(raw, number)
            if isinstance(row, Row) and row.id in seen:
                row = Unreadable(number, "row_repeated")
            elif isinstance(row, Row):
                seen.add(row.id)
            yield row


def _row(raw: dict[str, str], line: int) -> Row | Unreadable:
    text = {name: (raw[column] or "").strip() for name, column in COLUMNS.items()}
    try:
        return Row(
            id=text["id"],
            transport=text["transport"],
            importer=text["importer"],
            seller=text["seller"],
            hs6=text["hs6"].zfill(6),
            departure=text["departure"],
            origin=text["origin"],
            duty_percent=_number(text["duty_percent"]),
            net_kg=_number(text["net_kg"]),
            price=_number(text["price"]),
            label=Label(int(text["label"])) if text["label"] else None,
        )
    except (InvalidOperation, ValueError):
        return Unreadable(line, "row_unreadable")


def _number(text: str) -> Decimal:
    """A plain number within what a filing can hold. Raises InvalidOperation, ValueError."""
    number = Decimal(text or "0")
    if not number.is_finite() or abs(number) >= BEYOND:
        raise ValueError(text)
    return number
