"""Examples in an OpenAPI document: requests in an order in which they run, each with its answer.

They are kept in a file of the service, `examples.json`: a list of steps. What one answers, such as
an id, the next ones send; a test sends all of them to real services (`tests/e2e/test_examples.py`).
A step `at` another service only leads to the next ones, and is no part of the document.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from fastapi import FastAPI

NAME = "examples.json"
JSON = "application/json"
Document = dict[str, Any]


class Step(TypedDict):
    """One request and its answer. `person` is one of the embedded mode's.

    `path` holds the values of the operation's path parameters, `query` those of its query. Of each
    list in the answer the first `shown` entries are kept, where that is told.
    """

    summary: str
    person: str
    operation: str
    at: NotRequired[str]
    path: NotRequired[dict[str, str]]
    query: NotRequired[dict[str, str]]
    body: NotRequired[Any]
    status: int
    answer: Any
    shown: NotRequired[int]


def read(folder: Path) -> list[Step]:
    """The steps of the service in a folder; none if it has no file of them."""
    kept = folder / NAME
    steps: list[Step] = json.loads(kept.read_text("utf-8")) if kept.exists() else []
    return steps


def addition(folder: Path) -> Callable[[FastAPI, Document], None]:
    """Completes an OpenAPI document with the examples of the service in a folder."""

    def add(_: FastAPI, made: Document) -> None:
        for number, step in enumerate(read(folder), start=1):
            if "at" not in step:
                _add(made, step, name=f"step-{number}")

    return add


def _add(made: Document, step: Step, *, name: str) -> None:
    method, path = step["operation"].split(" ")
    operation = made["paths"][path][method.lower()]
    if "body" in step:
        content = operation["requestBody"]["content"][JSON]
        _put(content, name, step["summary"], step["body"])
    # An answer that is refused has the problem's media type, and stands beside all others of it.
    answer = operation["responses"].get(str(step["status"]), operation["responses"]["4XX"])
    for content in answer.get("content", {}).values():
        _put(content, name, step["summary"], step["answer"])
    for parameter in _given(operation, step):
        parameter["example"] = {**step.get("path", {}), **step.get("query", {})}[parameter["name"]]


def _put(content: Document, name: str, summary: str, value: Any) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}


def _given(operation: Document, step: Step) -> Iterator[Document]:
    """The parameters for which this is the first value."""
    values = {**step.get("path", {}), **step.get("query", {})}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in values and "example" not in parameter:
            yield parameter
