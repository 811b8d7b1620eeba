"""What the desk shows: contracts, problems, changes and tasks, each from where it is kept."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.cli import sheet
from services.cli.developers import postman
from services.cli.registry import BY_NAME
from shared.contracts import asyncapi
from shared.contracts.values import utc
from shared.http import catalogue, problem
from shared.http.catalogue import Entry
from shared.service import Service

HERE = Path(__file__).parent
TASKS = HERE / "tasks"
LANGUAGES = {"sh": "curl", "py": "Python"}

Document = dict[str, Any]


def _stored(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


@cache
def tasks() -> list[Document]:
    """Each task of a broker's developer with its programs, by the ends of their names."""
    return [
        {**task, "programs": {end: program(f"{task['name']}.{end}") for end in LANGUAGES}}
        for task in _stored("tasks.json")
    ]


def program(name: str) -> str | None:
    """The text of one of the tasks' programs; None if there is none of that name."""
    known = {each.name: each for each in TASKS.iterdir() if each.suffix[1:] in LANGUAGES}
    return known[name].read_text("utf-8") if name in known else None


@cache
def changes() -> list[Document]:
    """What changed in the API, the newest first."""
    found: list[Document] = _stored("changes.json")
    return found


def openapi(services: Sequence[Service]) -> Mapping[str, Document]:
    """The OpenAPI documents by the services' path prefixes."""
    return {BY_NAME[each.name].prefix: each.api.openapi() for each in services}


def collection(services: Sequence[Service]) -> Document:
    """All operations as a Postman collection."""
    return postman.collection(openapi(services))


def events() -> Document:
    """The AsyncAPI document."""
    return asyncapi.document()


def problems() -> list[tuple[Entry, Document]]:
    """Every code, and what an answer with it is like."""
    return [(entry, _example(entry)) for entry in catalogue.catalogue().values()]


def _example(entry: Entry) -> Document:
    """As it is answered: a fault is one of the errors of an answer of its own code."""
    told = {"en": entry.title, "zh": entry.title_zh}
    fault = {"code": entry.code, "pointer": "", "detail": told, "mend": entry.mend.model_dump()}
    if entry.kind == "fault":
        return {"errors": [fault | {"pointer": "/…"}]}
    whole = problem.Problem(
        type=f"/problems/{entry.code}",
        title=entry.title,
        title_zh=entry.title_zh,
        status=entry.status,
        detail=entry.title,
        detail_zh=entry.title_zh,
        instance="/v1/…",
        code=entry.code,
        request_id="…",
        mend=entry.mend,
        errors=[problem.ProblemError.model_validate(fault)],
    )
    return whole.model_dump(mode="json")


def filing(*, now: datetime) -> Document:
    """A filing to begin with, which arrives a day after `now` (yard time)."""
    made: Document = _stored("filing.json")
    return made | {"arrival": utc((now + timedelta(days=1)).replace(microsecond=0))}


def filings(*, now: datetime) -> str:
    """Two of them as CSV; the first is `EXAMPLE-1`."""
    first = filing(now=now)
    return sheet.as_csv([first, first | {"reference": "EXAMPLE-2"}])
