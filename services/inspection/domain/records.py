"""The chain of a case's records: each one's hash covers its content and the hash before it.

A record's hash is SHA-256, in hexadecimal, over the RFC 8785 (JCS) form of
`{case_id, seq, kind, actor, times, payload, prev_hash}`. JCS writes numbers as IEEE doubles, so a
payload has no floats and no big integers: decimals are strings. Of what is left, with ASCII keys,
the standard library's encoder makes the very same bytes, and makes them ten times as fast.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

GENESIS = "0" * 64
SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Moment:
    """Now, on both clocks (UTC)."""

    wall: datetime
    yard: datetime


@dataclass(frozen=True)
class Actor:
    """Who did it: a person by the token's subject, or a service by its name."""

    subject: str
    role: str
    agency: str | None = None


@dataclass(frozen=True)
class Note:
    """What is to be recorded."""

    kind: str
    payload: dict[str, Json]


@dataclass(frozen=True)
class Head:
    """The end of a chain: the last record's number and hash."""

    seq: int
    hash: str


START = Head(seq=0, hash=GENESIS)


@dataclass(frozen=True)
class Record:
    """One entry of a case's chain, as stored."""

    case_id: UUID
    seq: int
    kind: str
    actor: Actor
    times: Moment
    payload: Mapping[str, Json]
    prev_hash: str
    hash: str


def append(
    head: Head, notes: Iterable[Note], *, case_id: UUID, actor: Actor, now: Moment
) -> tuple[Record, ...]:
    """The records for `notes`, chained to `head`. Raises ValueError for an inexact payload."""
    made: list[Record] = []
    for note in notes:
        parts = (case_id, head.seq + 1, note.kind, actor, now, note.payload, head.hash)
        record = Record(*parts, hash=_digest(*parts))
        made.append(record)
        head = Head(seq=record.seq, hash=record.hash)
    return tuple(made)


def digest(record: Record) -> str:
    """The hash that `record` must have. Raises ValueError for an inexact payload."""
    return _digest(
        record.case_id,
        record.seq,
        record.kind,
        record.actor,
        record.times,
        record.payload,
        record.prev_hash,
    )


def _digest(
    case_id: UUID,
    seq: int,
    kind: str,
    actor: Actor,
    times: Moment,
    payload: Mapping[str, Json],
    prev_hash: str,
) -> str:
    """Put together from its members in their order: who and when are often those of the last."""
    _exact(payload, path="payload")
    content = (
        f'{{"actor":{_actor(actor)},"case_id":"{case_id}","kind":{_ENCODE(kind)},'
        f'"payload":{_ENCODE(payload)},"prev_hash":{_ENCODE(prev_hash)},"seq":{seq},'
        f'"times":{_times(times)}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


@lru_cache(maxsize=64)
def _actor(actor: Actor) -> str:
    told = {"subject": actor.subject, "role": actor.role, "agency": actor.agency}
    return _ENCODE(told)


@lru_cache(maxsize=64)
def _times(times: Moment) -> str:
    return f'{{"wall":"{stamp(times.wall)}","yard":"{stamp(times.yard)}"}}'


def canonical(content: Mapping[str, Json]) -> str:
    """RFC 8785's form of a document without floats and big integers, its keys ASCII."""
    return _ENCODE(content)


def stamp(moment: datetime) -> str:
    """The one spelling of a time in a hash: UTC, always six digits of a second."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def broken(chain: Iterable[Record], *, case_id: UUID, head: Head) -> list[str]:
    """What is wrong with a case's chain, in the order of its records; empty if it holds."""
    found: list[str] = []
    last = START
    for record in chain:
        name = f"case {case_id} record {record.seq}"
        if record.case_id != case_id:
            found.append(f"{name}: belongs to case {record.case_id}")
        if record.seq != last.seq + 1:
            found.append(f"{name}: does not follow record {last.seq}")
        if record.prev_hash != last.hash:
            found.append(f"{name}: does not continue the chain")
        if not holds(record):
            found.append(f"{name}: its content does not have its hash")
        last = Head(seq=record.seq, hash=record.hash)
    if last != head:
        found.append(f"case {case_id}: its head is not its last record")
    return found


def holds(record: Record) -> bool:
    """Whether a record's content has its hash."""
    try:
        return digest(record) == record.hash
    except ValueError:
        return False


def _exact(value: Mapping[str, Any], *, path: str) -> None:
    """JCS rounds floats and big integers, and sorts other keys in another order: refuse them."""
    for key, item in value.items():
        if not key.isascii():
            raise ValueError(f"{path}: the key {key!r} is not ASCII")
        kind = type(item)
        if kind is str or item is None or kind is bool:
            continue
        if kind is float or (kind is int and abs(item) > SAFE_INTEGER):
            raise ValueError(f"{path}.{key}: {item!r} has no exact canonical form, use a string")
        if kind is dict:
            _exact(item, path=f"{path}.{key}")
        elif kind in (list, tuple):
            _exact({str(at): each for at, each in enumerate(item)}, path=f"{path}.{key}")
