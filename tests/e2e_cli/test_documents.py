"""The printed contracts are valid documents."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema_rs import meta

from services.cli import contracts
from shared.contracts import catalogue
from tests.e2e_cli.program import Command, Ended, run_all

METHODS = {"get", "put", "post", "patch", "delete"}


def _document(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    assert ended.err == ""
    return json.loads(ended.out)


def test_the_printed_documents_are_whole() -> None:
    commands = {service: Command(("openapi", service)) for service in contracts.NAMES}
    printed = run_all({**commands, "asyncapi": Command(("asyncapi",))})
    for service in contracts.NAMES:
        _check_openapi(_document(printed[service]))
    _check_asyncapi(_document(printed["asyncapi"]))


def _check_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"]
    for schema in document["components"]["schemas"].values():
        meta.validate(schema)
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations:
        assert operation["responses"], (path, method)
        named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert [each for each in _references(document) if not _found(document, each)] == []


def _check_asyncapi(document: Any) -> None:
    assert document["asyncapi"].startswith("3.")
    assert {"info", "channels", "operations", "components"} <= document.keys()
    assert [each for each in _references(document) if not _found(document, each)] == []
    written = json.dumps(document)
    assert [name for name in catalogue.BY_TYPE if name not in written] == []


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def _found(document: Any, reference: str) -> bool:
    """Whether a reference into the same document leads somewhere (RFC 6901)."""
    here = document
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if not reference.startswith("#/") or name not in here:
            return False
        here = here[name]
    return True
