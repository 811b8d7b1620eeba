"""Reading a JSON body beside its JSON Schema: where its leaves and objects are, what each takes."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from shared.http import faults

Document = Mapping[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Spot:
    """A place in a body, its value there, and the schemas (resolved) that the value may meet."""

    path: Path
    value: Any
    schemas: tuple[Document, ...]

    @property
    def pointer(self) -> str:
        """Where it is, as answers say it."""
        return faults.pointer(self.path)

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that are taken here; `integer` where numbers without a fraction are."""
        return frozenset(kind for schema in self.schemas for kind in _types(schema))

    @property
    def formats(self) -> frozenset[str]:
        """The formats that a text here may have, such as `date-time`."""
        return frozenset(str(schema["format"]) for schema in self.schemas if "format" in schema)

    @property
    def closed(self) -> bool:
        """Whether this is an object whose fields are named, not a map of the client's own keys."""
        maps = [isinstance(each.get("additionalProperties"), Mapping) for each in self.schemas]
        return isinstance(self.value, Mapping) and not any(maps)

    @property
    def required(self) -> frozenset[str]:
        """The fields that an object must have."""
        return frozenset(name for each in self.schemas for name in each.get("required", ()))


def spots(body: Any, schema: Document, *, document: Document) -> Iterator[Spot]:
    """Every place of the body, the whole first."""
    waiting: list[tuple[Path, Any, tuple[Document, ...]]] = [
        ((), body, _meant(schema, document=document))
    ]
    while waiting:
        path, value, schemas = waiting.pop(0)
        yield Spot(path, value, schemas)
        if isinstance(value, Mapping):
            children = [(name, each) for name, each in value.items()]
        else:
            children = list(enumerate(value)) if isinstance(value, list) else []
        for segment, child in children:
            below = [
                meant
                for each in schemas
                for meant in _meant(_below(each, segment), document=document)
            ]
            waiting.append(((*path, segment), child, tuple(below)))


def replaced(body: Any, changes: Mapping[Path, Any]) -> Any:
    """A copy of the body with other values at these places, which need not be there yet."""
    changed = deepcopy(body)
    for path, value in changes.items():
        if not path:
            return value
        node = changed
        for segment in path[:-1]:
            node = node[segment]
        node[path[-1]] = value
    return changed


def _meant(schema: Document, *, document: Document) -> tuple[Document, ...]:
    """The schema without references and alternatives."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _meant(document["components"]["schemas"][name], document=document)
    alternatives = schema.get("anyOf", schema.get("oneOf", schema.get("allOf")))
    if alternatives is None:
        return (schema,)
    return tuple(meant for each in alternatives for meant in _meant(each, document=document))


def _below(schema: Document, segment: str | int) -> Document:
    if isinstance(segment, int):
        return dict(schema.get("items", {}))
    properties: Document = schema.get("properties", {})
    more = schema.get("additionalProperties")
    return dict(properties.get(segment, more if isinstance(more, Mapping) else {}))


def _types(schema: Document) -> frozenset[str]:
    if "type" in schema:
        return frozenset({str(schema["type"])})
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return frozenset({"string"} if listed else {"anything"})
