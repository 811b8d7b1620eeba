"""The process that reads one file: the file on stdin, a line of JSON for each filing on stdout.

    python -m services.declaration.bulk.child text/csv 2026-07-01 Asia/Shanghai

It bounds itself before it reads; whoever started it bounds its time. The last line tells how it
ended: `{"whole": …}`, or `{"refused": …}` if the file as a whole cannot be taken.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from io import TextIOWrapper
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from services.declaration import dictionary
from services.declaration.bulk import columns, csvfile, groups
from services.declaration.bulk.columns import Column
from services.declaration.bulk.groups import Group, Row
from services.declaration.bulk.rules import FILE_TOO_LARGE, Unreadable

MEMORY = 1024 * 2**20
SECONDS = 120
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Read = Callable[[bytes, Mapping[str, Column]], tuple[list[Column | None], Iterator[Row]]]


def _reader(media_type: str) -> Read:
    """Only what is needed is imported: the library for workbooks takes longer than a small file."""
    if media_type == XLSX:
        from services.declaration.bulk import xlsxfile

        return xlsxfile.read
    return csvfile.read


def main(media_type: str, day: str, zone: str) -> None:
    """Read the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    to = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", write_through=False)
    try:
        told = _told(sys.stdin.buffer.read(), media_type, day, zone, to)
    except Unreadable as unreadable:
        told = refused(unreadable)
    except MemoryError:
        told = refused(Unreadable(FILE_TOO_LARGE, memory_bytes=MEMORY))
    _say(told, to)
    to.flush()


def _told(raw: bytes, media_type: str, day: str, zone: str, to: TextIO) -> dict[str, Any]:
    known = columns.of(dictionary.at(date.fromisoformat(day)))
    header, rows = _reader(media_type)(raw, known)
    count = 0
    for group in groups.of(rows, header, zone=ZoneInfo(zone)):
        count += group.rows
        _say(_written(group), to)
    return {"whole": count}


def _written(group: Group) -> dict[str, Any]:
    """What is stored as JSON is told as its text: nobody on the way has to read it."""
    parts = {name: _json(getattr(group, name)) for name in ("document", "places", "faults")}
    told = {name: getattr(group, name) for name in ("reference", "first_line", "last_line")}
    return told | parts


def refused(unreadable: Unreadable) -> dict[str, Any]:
    """How the file as a whole is refused."""
    return {"refused": {"code": unreadable.rule.code, "facts": unreadable.facts}}


def _say(told: Mapping[str, Any], to: TextIO) -> None:
    to.write(_json(told) + "\n")


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
