"""OpenAPI documents as one Postman collection (format 2.1).

https://schema.postman.com/json/collection/v2.1.0/docs/index.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE = "http://127.0.0.1:8650"
METHODS = ("get", "put", "post", "patch", "delete")
FRESH_KEY = "{{$guid}}"
"""Postman's own variable: another key for each request that is sent."""

Document = dict[str, Any]


def collection(documents: Mapping[str, Document]) -> Document:
    """The collection; `documents` by the path prefixes of their services."""
    return {
        "info": {
            "name": "Onestop",
            "description": "baseUrl: 系统地址 the system's address; token: 令牌 a bearer token.",
            "schema": SCHEMA,
        },
        "auth": {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}],
        },
        "variable": [{"key": "baseUrl", "value": BASE}, {"key": "token", "value": ""}],
        "item": [_service(prefix, document) for prefix, document in documents.items()],
    }


def _service(prefix: str, document: Document) -> Document:
    folders: dict[str, list[Document]] = {}
    for path, method, operation in operations(document):
        tag = operation.get("tags", ["other"])[0]
        folders.setdefault(tag, []).append(_item(prefix + path, method, operation))
    named = [{"name": tag, "item": items} for tag, items in folders.items()]
    return {"name": document["info"]["title"], "item": named}


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, method and operation, in the document's order."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _item(path: str, method: str, operation: Document) -> Document:
    parameters = operation.get("parameters", ())
    steps = [f":{step[1:-1]}" if step.startswith("{") else step for step in path[1:].split("/")]
    query = [_given(each) | {"disabled": not each["required"]} for each in _in(parameters, "query")]
    request: Document = {
        "method": method.upper(),
        "description": operation.get("description", operation["summary"]),
        "header": _headers(operation),
        "url": {
            "raw": "/".join(("{{baseUrl}}", *steps)),
            "host": ["{{baseUrl}}"],
            "path": steps,
            "query": query,
            "variable": [_given(each) for each in _in(parameters, "path")],
        },
    }
    body = _body(operation)
    if body is not None:
        request["body"] = body
    return {"name": operation["summary"], "request": request, "response": []}


def _in(parameters: Any, place: str) -> Iterator[Document]:
    return (each for each in parameters if each["in"] == place)


def _given(parameter: Document) -> Document:
    value = parameter.get("example", parameter["schema"].get("default", ""))
    told = {"key": parameter["name"], "value": str(value)}
    about = parameter.get("description")
    return told if about is None else told | {"description": about}


def _headers(operation: Document) -> list[Document]:
    headers = [
        {"key": each["name"], "value": FRESH_KEY if each["required"] else ""}
        | ({} if each["required"] else {"disabled": True})
        for each in _in(operation.get("parameters", ()), "header")
    ]
    kinds = operation.get("requestBody", {}).get("content", {})
    return [*headers, *({"key": "Content-Type", "value": kind} for kind in list(kinds)[:1])]


def _body(operation: Document) -> Document | None:
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        return None
    kind, described = next(iter(content.items()))
    if kind != "application/json":
        return {"mode": "file", "file": {}}
    examples = described.get("examples", {})
    value = next(iter(examples.values()))["value"] if examples else {}
    raw = json.dumps(value, ensure_ascii=False, indent=2)
    return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
