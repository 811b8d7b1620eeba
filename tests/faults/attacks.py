"""Attacks on one operation, made of its valid body and its OpenAPI document.

Nothing here knows a single operation: what is documented is attacked.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.http import faults
from tests.faults import corpus, corpus_files, schemas
from tests.faults.schemas import Document, Spot

JSON = "application/json"


@dataclass(frozen=True)
class Attack:
    """What is sent, and what the refusal must be: its status, and all places that it names."""

    name: str
    raw: bytes
    status: frozenset[int]
    named: frozenset[str] = frozenset()
    media_type: str = JSON
    encoding: str | None = None


def on_nothing() -> Iterator[Attack]:
    """Attacks on an operation that takes no body: it takes none, or an empty object."""
    for name, raw in corpus.MALFORMED.items():
        if raw:
            yield Attack(name, raw, frozenset({400}))
    for name, raw in corpus.TOO_LARGE.items():
        yield Attack(name, raw, frozenset({413}))
    for name, value in corpus.SHAPES.items():
        yield _faulty(name, value)
    yield _faulty("smuggled", dict.fromkeys(corpus.SMUGGLED), _fields(corpus.SMUGGLED))
    yield from _media(b'{"a":1}')


def on_body(valid: Any, schema: Document, *, document: Document) -> Iterator[Attack]:
    """Attacks on an operation that takes a body such as `valid`."""
    raw = json.dumps(valid).encode()
    for name, broken in {**corpus.MALFORMED, **_broken(raw)}.items():
        yield Attack(name, broken, frozenset({400}))
    for name, large in corpus.TOO_LARGE.items():
        yield Attack(name, large, frozenset({413}))
    yield from _media(raw)
    spots = tuple(schemas.spots(valid, schema, document=document))
    for name, value in corpus.SHAPES.items():
        yield _faulty(name, value)
    required = spots[0].required
    if required:
        yield _faulty("no field", {}, _fields(required))
    yield from _smuggled(valid, spots)
    yield from _everywhere(valid, spots)


def on_other(raw: bytes, media_type: str) -> Iterator[Attack]:
    """Attacks on an operation that takes a body of another type, such as `raw`."""
    for name, broken in corpus_files.OTHER[media_type].items():
        yield Attack(name, broken, frozenset({400, 413, 422}), media_type=media_type)
    for name, large in corpus.TOO_LARGE.items():
        yield Attack(name, large, frozenset({400, 413, 422}), media_type=media_type)
    for wrong in ("", "text/plain", "application/octet-stream", JSON, f"{media_type}x"):
        yield Attack(f"as {wrong!r}", raw, frozenset({415}), media_type=wrong)
    for encoding in corpus.ENCODINGS:
        yield Attack(
            f"encoded in {encoding}",
            raw,
            frozenset({415}),
            media_type=media_type,
            encoding=encoding,
        )


def _everywhere(valid: Any, spots: tuple[Spot, ...]) -> Iterator[Attack]:
    """Each wrong value in every place that it is wrong for, all at once: every place is named."""
    leaves = [each for each in spots if not isinstance(each.value, Mapping | list)]
    texts = [each for each in leaves if isinstance(each.value, str)]
    numbers = [each for each in texts if "number" in each.types]
    integers = [each for each in leaves if each.types & {"integer", "number"} == {"integer"}]
    for name, value in corpus.UNREADABLE.items():
        yield from _at(f"{name} for a text", valid, texts, value)
    for text in corpus.NUMERIC:
        yield from _at(f"{text!r} for a number", valid, numbers, text)
    for integer in corpus.INTEGERS:
        yield from _at(f"{integer!r} for a count", valid, integers, integer)
    for form, moments in corpus.MOMENTS.items():
        formed = [each for each in texts if form in each.formats]
        for moment in moments:
            yield from _at(f"{moment!r} for a {form}", valid, formed, moment)
    for kind, value in corpus.TYPES.items():
        wrong = [each for each in leaves if _refuses(each, kind)]
        yield from _at(f"{kind} for a value", valid, wrong, value)
        outer = [each for each in spots if len(each.path) == 1 and each not in leaves]
        wrong = [each for each in outer if _refuses(each, kind)]
        yield from _at(f"{kind} for what holds values", valid, wrong, value)


def _refuses(spot: Spot, kind: str) -> bool:
    taken = spot.types | ({"number"} if "integer" in spot.types else set())
    return bool(taken) and "anything" not in taken and kind not in taken


def _at(name: str, valid: Any, spots: list[Spot], value: Any) -> Iterator[Attack]:
    if spots:
        body = schemas.replaced(valid, {each.path: value for each in spots})
        yield _faulty(name, body, frozenset(each.pointer for each in spots))


def _smuggled(valid: Any, spots: tuple[Spot, ...]) -> Iterator[Attack]:
    """Fields of every object that are nobody's to set."""
    changes: dict[schemas.Path, Any] = {}
    for spot in spots:
        known = {name for each in spot.schemas for name in each.get("properties", ())}
        if spot.closed:
            for name in corpus.SMUGGLED:
                if name not in known:
                    changes[*spot.path, name] = "officer"
    named = frozenset(faults.pointer(path) for path in changes)
    yield _faulty("smuggled", schemas.replaced(valid, changes), named)


def _broken(raw: bytes) -> dict[str, bytes]:
    """The valid body, made unreadable."""
    found = {
        "its end cut off": raw[:-1],
        "something after it": raw + b"x",
        "byte order mark before it": b"\xef\xbb\xbf" + raw,
        "in UTF-16": raw.decode().encode("utf-16"),
        "as a text": json.dumps(raw.decode()).encode()[:-1],
    }
    first = next(iter(json.loads(raw)), None)
    if first is not None:
        found["its first field twice"] = b"{" + json.dumps(first).encode() + b":1," + raw[1:]
    return found


def _media(raw: bytes) -> Iterator[Attack]:
    """The valid body as something that it is not."""
    for media_type in corpus.MEDIA_TYPES:
        yield Attack(f"as {media_type!r}", raw, frozenset({415}), media_type=media_type)
    for encoding in corpus.ENCODINGS:
        yield Attack(f"encoded in {encoding}", raw, frozenset({415}), encoding=encoding)
    yield Attack("a bomb", corpus.bomb(), frozenset({415}), encoding="gzip")


def _fields(names: Any) -> frozenset[str]:
    return frozenset(faults.pointer((name,)) for name in names)


def _faulty(name: str, body: Any, named: frozenset[str] = frozenset()) -> Attack:
    return Attack(name, json.dumps(body).encode(), frozenset({422}), named)
