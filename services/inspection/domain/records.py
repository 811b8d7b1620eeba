"""The chain of a case's records: each one's hash covers its content and the hash before it.

A record's hash is SHA-256, in hexadecimal, over the RFC 8785 (JCS) form of
`{case_id, seq, kind, actor, times, payload, prev_hash}`. JCS writes numbers as IEEE doubles, so a
payload has no floats and no big integers: decimals are strings.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import rfc8785

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

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
        blank = Record(
            case_id=case_id,
            seq=head.seq + 1,
            kind=note.kind,
            actor=actor,
            times=now,
            payload=note.payload,
            prev_hash=head.hash,
            hash="",
        )
        made.append(replace(blank, hash=digest(blank)))
        head = Head(seq=blank.seq, hash=made[-1].hash)
    return tuple(made)


def digest(record: Record) -> str:
    """The hash that `record` must have. Raises ValueError for an inexact payload."""
    _exact(record.payload, path="payload")
    content: dict[str, Json] = {
        "case_id": str(record.case_id),
        "seq": record.seq,
        "kind": record.kind,
        "actor": {
            "subject": record.actor.subject,
            "role": record.actor.role,
            "agency": record.actor.agency,
        },
        "times": {"wall": stamp(record.times.wall), "yard": stamp(record.times.yard)},
        "payload": dict(record.payload),
        "prev_hash": record.prev_hash,
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def stamp(moment: datetime) -> str:
    """The one spelling of a time in a hash: UTC, always six digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
        if not _holds(record):
            found.append(f"{name}: its content does not have its hash")
        last = Head(seq=record.seq, hash=record.hash)
    if last != head:
        found.append(f"case {case_id}: its head is not its last record")
    return found


def _holds(record: Record) -> bool:
    try:
        return digest(record) == record.hash
    except (ValueError, rfc8785.CanonicalizationError):
        return False


def _exact(value: object, *, path: str) -> None:
    """JCS would round floats and big integers: refuse them."""
    if isinstance(value, float) or (type(value) is int and abs(value) > SAFE_INTEGER):
        raise ValueError(f"{path}: {value!r} has no exact canonical form, use a string")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _exact(item, path=f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _exact(item, path=f"{path}[{index}]")
