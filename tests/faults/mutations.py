"""Requests for a fuzzer: well-formed ones made of an OpenAPI document, then spoilt, from a seed."""

import json
import string
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from tests.faults import corpus
from tests.faults.schemas import Document

Body = Callable[[Random], Any]
PRINTABLE = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Target:
    """One operation of one service; `prefix` is where the service is mounted."""

    prefix: str
    method: str
    path: str
    described: Document
    document: Document

    @property
    def name(self) -> str:
        """Method and whole path."""
        return f"{self.method.upper()} {self.prefix}{self.path}"

    @property
    def roles(self) -> tuple[str, ...]:
        """Who is admitted; nobody in particular where no token is asked for."""
        return tuple(self.described.get("x-roles", ()))

    @property
    def schema(self) -> Document | None:
        """Of its body, if it takes JSON."""
        taken = self.described.get("requestBody")
        told = {} if taken is None else taken["content"].get("application/json", {})
        return told.get("schema")

    def queries(self) -> tuple[str, ...]:
        """The names of its query parameters."""
        told = self.described.get("parameters", ())
        return tuple(each["name"] for each in told if each["in"] == "query")


def targets(document: Document, *, prefix: str) -> Iterator[Target]:
    """Every operation of a document."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Target(prefix, method, path, described, document)


@dataclass
class Request:
    """What is sent; `spoilt` says in which ways."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: Any = None
    raw: bytes | None = None
    headers: dict[str, bytes] = field(default_factory=dict)
    spoilt: list[str] = field(default_factory=list)


def example(
    schema: Document, *, document: Document, random: Random, ids: list[str], now: datetime
) -> Any:
    """A value that the schema takes, nearly always; ids are such as were seen."""
    below = partial(example, document=document, random=random, ids=ids, now=now)
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    if "anyOf" in schema:
        chosen = random.choice(schema["anyOf"])
        return below(chosen)
    if "enum" in schema or "const" in schema:
        return random.choice(schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "object":
        required = schema.get("required", ())
        return {
            name: below(each)
            for name, each in schema.get("properties", {}).items()
            if name in required or random.random() < 0.7
        }
    if schema.get("type") == "array":
        number = max(schema.get("minItems", 0), random.randrange(3))
        return [below(schema.get("items", {})) for _ in range(number)]
    return _plain(schema, random=random, ids=ids, now=now)


def _plain(schema: Document, *, random: Random, ids: list[str], now: datetime) -> Any:
    """A value that holds no others."""
    kind, form = schema.get("type"), schema.get("format")
    if kind in ("integer", "number"):
        return random.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 1000)))
    if kind == "boolean":
        return random.random() < 0.5
    if kind != "string":
        return None
    moment = now + timedelta(hours=random.randint(-48, 48))
    if form == "uuid":
        return random.choice(ids) if ids else str(UUID(int=random.getrandbits(128)))
    if form in ("date-time", "date"):
        return moment.isoformat() if form == "date-time" else moment.date().isoformat()
    least = schema.get("minLength", 1)
    size = random.randint(least, max(least, min(schema.get("maxLength", 12), 40)))
    return "".join(random.choices(string.ascii_lowercase, k=size))


def spoil(request: Request, *, random: Random) -> None:
    """Spoil the request in one to three ways."""
    for way in random.choices(_WAYS, k=random.randint(1, 3)):
        way(request, random)
        request.spoilt.append(way.__name__.strip("_"))


def _a_field(request: Request, random: Random) -> None:
    """Somewhere in the body, a field goes, is another's, is new, or has a value of the corpus."""
    places = list(_places(request.body))
    if not places:
        request.body = random.choice([[], 1, "x", {"a": {}}])
        return
    holder, key = random.choice(places)
    what = random.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1:
        other, name = random.choice(places)
        holder[key] = deepcopy(other[name])
    elif what == 2 and isinstance(holder, dict):
        holder[random.choice(corpus.SMUGGLED)] = deepcopy(random.choice(VALUES))
    else:
        holder[key] = deepcopy(random.choice(VALUES))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(node, dict | list):
        return
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(children):
        yield node, key
        yield from _places(value)


def _bytes(request: Request, random: Random) -> None:
    """The text of the body, with some bytes changed, cut or twice; or no JSON at all."""
    if random.random() < 0.2:
        request.raw = random.choice([*corpus.MALFORMED.values(), random.randbytes(200)])
        return
    raw = bytearray(json.dumps(request.body).encode() if request.raw is None else request.raw)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(raw) + 1)
        raw[at : at + random.randrange(3)] = random.choice(
            [
                random.randbytes(2),
                b'"',
                b"{",
                b",",
                b"\\u0000",
                b"\xff",
                b"NaN",
                bytes(raw[:at])[-9:],
            ]
        )
    request.raw = bytes(raw)


def _header(request: Request, random: Random) -> None:
    """A header is another, or new."""
    request.headers |= random.choice(
        [
            {"Content-Type": random.choice(corpus.MEDIA_TYPES).encode()},
            {"Content-Encoding": random.choice(corpus.ENCODINGS).encode()},
            {"Idempotency-Key": random.choice([*corpus.KEYS.values()])[:9_000].encode()},
            {"Idempotency-Key": b'"the same"'},
            {"Authorization": b"Bearer " + "".join(random.choices(PRINTABLE + ".", k=80)).encode()},
            {"X-Request-Id": bytes(random.choices(range(33, 255), k=70))},
            {"traceparent": "".join(random.choices("0123456789abcdef-", k=55)).encode()},
            {"Accept": b"image/png"},
            {"X-HTTP-Method-Override": b"DELETE"},
        ]
    )


def _address(request: Request, random: Random) -> None:
    """A part of the path is another, or a parameter is new."""
    parts = request.path.split("/")
    if random.random() < 0.6:
        parts[random.randrange(2, len(parts))] = random.choice(corpus.IDS)
        request.path = "/".join(parts)
    else:
        name = random.choice(["sort", "limit", "cursor", "status", "filing_id", "a" * 300])
        request.query.append((name, random.choice(corpus.QUERIES)))


def _method(request: Request, random: Random) -> None:
    request.method = random.choice(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"])


VALUES: list[Any] = [
    *corpus.UNREADABLE.values(),
    *corpus.NUMERIC,
    *corpus.INTEGERS,
    *corpus.TYPES.values(),
    *(moment for each in corpus.MOMENTS.values() for moment in each),
    *corpus.QUERIES,
    {"a": {"b": {"c": []}}},
    ["x"] * 600,
    1e308,
    -0.0,
]
_WAYS = (*[_a_field] * 9, *[_bytes] * 2, *[_header] * 3, *[_address] * 2, _method)


def with_path(target: Target, values: Mapping[str, str]) -> str:
    """The whole address, its parameters filled in."""
    return target.prefix + target.path.format_map(values)
