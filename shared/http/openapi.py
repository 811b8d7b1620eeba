"""The OpenAPI document of an application, with what FastAPI cannot see by itself."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.http import body, etag, idempotency, problem, query

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
Document = dict[str, Any]
Addition = Callable[[FastAPI, Document], None]
REF = "#/components/schemas/"
TOO_MANY = "TooManyRequests"
_OURS_NOT_FASTAPIS = ("HTTPValidationError", "ValidationError")


def document(app: FastAPI, *, additions: tuple[Addition, ...] = ()) -> None:
    """Replace `app.openapi`: JSON bodies, the problem answer, bearerAuth, then `additions`."""

    def build() -> Document:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            _complete(made, app)
            for add in additions:
                add(app, made)
            app.openapi_schema = made
        return app.openapi_schema

    # FastAPI's documented way of extending its document; mypy takes a method for unchangeable.
    app.openapi = build  # type: ignore[method-assign]


def operations(app: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Path, method (lower case) and route of each documented operation."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods or ()):
                yield str(route.path_format), method.lower(), route


def _complete(made: Document, app: FastAPI) -> None:
    components = made.setdefault("components", {})
    schemas: Document = components.setdefault("schemas", {})
    for name in _OURS_NOT_FASTAPIS:
        schemas.pop(name, None)
    _schema(problem.Problem, schemas, mode="serialization")
    components.setdefault("securitySchemes", {})["bearerAuth"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    components.setdefault("responses", {})[TOO_MANY] = _too_many()
    for path, method, route in operations(app):
        operation = made["paths"][path][method]
        _answers(operation)
        if any(isinstance(each, idempotency.Keyed) for each in _calls(route.dependant)):
            operation.setdefault("parameters", []).append(dict(_KEY))
        for asked in _queries(route.dependant):
            operation.setdefault("parameters", []).extend(_parameters(asked, schemas))
        for each in _calls(route.dependant):
            if isinstance(each, etag.Conditional):
                _conditions(operation, each)
        content = dict(_contents(route.dependant, schemas))
        if content:
            operation["requestBody"] = {"required": True, "content": content}
    components["schemas"] = dict(sorted(schemas.items()))


def _too_many() -> Document:
    seconds = {"type": "integer", "minimum": 1}
    wait = {"description": "seconds to wait", "required": True, "schema": seconds}
    return {
        **_problem("Too many requests of one organisation: wait, then send it again"),
        "headers": {"Retry-After": wait},
    }


def _problem(description: str) -> Document:
    schema = {"$ref": f"{REF}{problem.Problem.__name__}"}
    return {"description": description, "content": {problem.MEDIA_TYPE: {"schema": schema}}}


def _answers(operation: Document) -> None:
    answers = operation["responses"]
    if REF + "HTTPValidationError" in json.dumps(answers.get("422", {})):
        del answers["422"]
    for status in ("4XX", "5XX"):
        answers[status] = _problem("Refused: problem details (RFC 9457)")
    answers["429"] = {"$ref": f"#/components/responses/{TOO_MANY}"}


def _conditions(operation: Document, conditional: etag.Conditional) -> None:
    """Its conditional headers, the tag of its answers, and that there may be nothing new."""
    tags = {"type": "string", "pattern": etag.PATTERN}
    for name in conditional.headers:
        given = {"name": name, "in": "header", "required": False, "schema": tags}
        operation.setdefault("parameters", []).append(given)
    tag = {"ETag": {"description": "of what is answered", "schema": {"type": "string"}}}
    for status, answer in operation["responses"].items():
        if conditional.tagged and status.startswith("2"):
            answer["headers"] = tag
    if etag.IF_NONE_MATCH in conditional.headers:
        operation["responses"]["304"] = {"description": "It is as you have it", "headers": tag}


def _contents(dependant: Dependant, schemas: Document) -> Iterator[tuple[str, Document]]:
    """The media types of a route's body, each with its schema."""
    for call in _calls(dependant):
        if isinstance(call, body.Body):
            yield "application/json", {"schema": {"$ref": _schema(call.model, schemas)}}
        if isinstance(call, body.OtherBody):
            for each in call.media_types:
                yield each, {"schema": {"type": "string", "format": "binary"}}


def _queries(dependant: Dependant) -> Iterator[type[BaseModel]]:
    return (call.model for call in _calls(dependant) if isinstance(call, query.Query))


def _parameters(model: type[BaseModel], schemas: Document) -> Iterator[Document]:
    """The parameters of a query, each as its model's field has it."""
    made = model.model_json_schema(ref_template=REF + "{model}")
    for name, schema in made.pop("$defs", {}).items():
        schemas.setdefault(name, schema)
    for name, schema in made["properties"].items():
        kinds = [each for each in schema.pop("anyOf", ()) if each != {"type": "null"}]
        told = {key: value for key, value in schema.items() if key not in ("title", "description")}
        if told.get("default", ...) is None:
            del told["default"]
        told |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
        parameter = {"name": name, "in": "query", "required": name in made.get("required", ())}
        if "description" in schema:
            parameter["description"] = schema["description"]
        yield parameter | {"schema": told}


def _calls(dependant: Dependant) -> Iterator[Any]:
    """What a route depends on, in order."""
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _schema(model: type[BaseModel], schemas: Document, *, mode: Any = "validation") -> str:
    """Add a model's schemas under names that are free or hold the same; give its reference."""
    references, made = models_json_schema([(model, mode)], ref_template=REF + "{model}")
    definitions: Document = made.get("$defs", {})
    taken = _taken(definitions, schemas)
    for number in count(1):
        suffix = f"-Input{number}" if number > 1 else "-Input"
        renamed = {REF + name: REF + name + suffix for name in taken}
        pointed = {
            name + suffix if name in taken else name: _point(schema, renamed)
            for name, schema in definitions.items()
        }
        if all(schemas.get(name, schema) == schema for name, schema in pointed.items()):
            break
    schemas.update(pointed)
    top: str = references[model, mode]["$ref"]
    return renamed.get(top, top)


def _taken(definitions: Document, schemas: Document) -> set[str]:
    """The names that already hold something else, and those that refer to such."""
    taken = {name for name, schema in definitions.items() if schemas.get(name, schema) != schema}
    while True:
        refer = {name for name, schema in definitions.items() if _refers(schema, taken)}
        if refer <= taken:
            return taken
        taken |= refer


def _refers(node: Any, names: set[str]) -> bool:
    if isinstance(node, dict):
        return node.get("$ref", "").removeprefix(REF) in names or any(
            _refers(value, names) for value in node.values()
        )
    return isinstance(node, list) and any(_refers(each, names) for each in node)


def _point(node: Any, renamed: dict[str, str]) -> Any:
    """A copy of a schema whose references follow the renaming."""
    if isinstance(node, dict):
        return {
            key: renamed.get(value, value) if key == "$ref" else _point(value, renamed)
            for key, value in node.items()
        }
    return [_point(each, renamed) for each in node] if isinstance(node, list) else node
