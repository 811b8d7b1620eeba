"""Writes what is made from the code: `python -m tests.generate`; `--check` only compares.

Event schemas, samples in their normal form, the AsyncAPI and OpenAPI documents, the state tables,
a declaration of every item.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from services.booking.domain import booking
from services.cli import contracts
from services.declaration.domain import moves as filing
from services.declaration.domain import questions as question
from services.inspection.domain import handling as container
from services.inspection.domain import moves as case
from services.mutual_recognition.domain import recognition, requirement, versions
from shared.contracts import asyncapi, catalogue, published
from tests.unit.declaration import full

ROOT = Path(__file__).parents[1]
API = ROOT / "docs" / "api"
STATES = ROOT / "docs" / "states.md"
EXAMPLE = ROOT / "docs" / "examples" / "full_declaration.json"
FOLDERS = (published.SCHEMAS, published.SAMPLES, API)

Moves = Mapping[tuple[Any, Any], Any]

MOVES: Mapping[str, Moves] = {
    "filing (declaration)": filing.MOVES,
    "question about a filing (declaration)": question.MOVES,
    "requirement (mutual_recognition)": requirement.MOVES,
    "recognition (mutual_recognition)": recognition.MOVES,
    "version of a rule table (mutual_recognition)": versions.MOVES,
    "booking (booking)": booking.MOVES,
    "case (inspection)": case.MOVES,
    "container in the yard (inspection)": container.STEPS,
}


@cache
def expected() -> Mapping[Path, str]:
    """Every generated file with the content it should have."""
    example = json.dumps(full.full(), ensure_ascii=False, indent=2) + "\n"
    return {**_events(), **_api(), STATES: states(MOVES), EXAMPLE: example}


def _events() -> dict[Path, str]:
    files = {}
    for event in catalogue.BY_TYPE.values():
        name = published.file_name(event)
        files[published.SCHEMAS / name] = published.written(published.schema(event))
        files[published.SAMPLES / name] = published.written(published.normal_form(event))
    return files


def _api() -> dict[Path, str]:
    files = {API / "asyncapi.json": published.written(asyncapi.document())}
    for service in catalogue.SERVICES:
        document = contracts.openapi(service)
        files[API / f"openapi-{service}.json"] = published.written(document)
    return files


def states(tables: Mapping[str, Moves]) -> str:
    """The state tables as Markdown: for each state the acts it takes and where they lead."""
    parts = [
        "# States\n\nGenerated from each service's `MOVES`. What is not here does not happen:"
        " a command is refused (409),\na late event is ignored.\n"
    ]
    for title, moves in tables.items():
        parts.append(f"\n## {title}\n\n| state | act | leads to |\n| - | - | - |\n{_rows(moves)}")
    return "".join(parts)


def _rows(moves: Moves) -> str:
    some_status, _ = next(iter(moves))
    rows = []
    for status in type(some_status):
        led: dict[str, list[str]] = {}
        for (origin, act), target in moves.items():
            if origin is status:
                led.setdefault(target.value, []).append(act.value)
        for target, acts in led.items():
            rows.append(f"| `{status.value}` | {', '.join(acts)} | `{target}` |\n")
        if not led:
            rows.append(f"| `{status.value}` | | |\n")
    return "".join(rows)


def stale() -> list[Path]:
    """Files that differ from what they should be, or should not be there."""
    wanted = expected()
    different = [
        path
        for path, content in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != content
    ]
    left = [path for folder in FOLDERS for path in folder.glob("*.json") if path not in wanted]
    return sorted([*different, *left])


def write() -> None:
    """Bring every generated file to its content; remove what should not be there."""
    wanted = expected()
    for path in stale():
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write, or with `--check` tell what differs and leave with 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if files differ")
    if not parser.parse_args(arguments).check:
        write()
        return
    different = stale()
    for path in different:
        print(f"{path.relative_to(ROOT)} differs; run `make generate`", file=sys.stderr)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
