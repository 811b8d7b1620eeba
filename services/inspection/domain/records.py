"""The chain of a case's records: each one's hash covers its content and the hash before it.

A record's hash is SHA-256, in hexadecimal, over the RFC 8785 (JCS) form of
`{case_id, seq, kind, actor, times, payload, prev_hash}`. JCS writes numbers as IEEE doubles, so a
payload has no floats and no big integers: decimals are strings. Of what is left, with its ASCII
keys sorted, pydantic's encoder makes the very same bytes, and makes them many times as fast.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

GENESIS = "0" * 64
SAFE_INTEGER = 2**53 - 1
_PLAIN = frozenset({str, bool, type(None)})


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


class Note(NamedTuple):
    """What is to be recorded."""

    kind: str
    payload: dict[str, Json]


@dataclass(frozen=True)
class Head:
    """The end of a chain: the last record's number and hash."""

    seq: int
    hash: str


START = Head(seq=0, hash=GENESIS)
Who = tuple[str, str, str | None]
"""An actor's subject, role and agency."""
When = tuple[datetime, datetime]
"""Wall and yard time."""


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
    made = chained(head, notes, case_id=case_id, actor=actor, now=now)
    return tuple(record for record, _ in made)


def chained(
    head: Head, notes: Iterable[Note], *, case_id: UUID, actor: Actor, now: Moment
) -> Iterator[tuple[Record, str]]:
    """As `append`, each with its payload's canonical text: what is hashed is what is kept."""
    case, at = str(case_id), _times(now.wall, now.yard)
    by = _actor(actor.subject, actor.role, actor.agency)
    last = head.hash
    for seq, (kind, payload) in enumerate(notes, start=head.seq + 1):
        text = canonical(payload, path="payload")
        hashed = _digest(case, seq, kind, by, at, text, last)
        yield Record(case_id, seq, kind, actor, now, payload, last, hashed), text
        last = hashed


def digest(record: Record) -> str:
    """The hash that `record` must have. Raises ValueError for an inexact payload."""
    actor, times = record.actor, record.times
    return digest_of(
        str(record.case_id),
        record.seq,
        record.kind,
        (actor.subject, actor.role, actor.agency),
        (times.wall, times.yard),
        canonical(record.payload, path="payload"),
        record.prev_hash,
    )


def digest_of(
    case_id: str,
    seq: int,
    kind: str,
    actor: Who,
    times: When,
    payload: str,
    prev_hash: str,
) -> str:
    """The hash of a record with this text as its payload."""
    return _digest(case_id, seq, kind, _actor(*actor), _times(*times), payload, prev_hash)


def _digest(
    case_id: str, seq: int, kind: str, actor: str, times: str, payload: str, prev_hash: str
) -> str:
    """Put together from the members' texts in their order: many are those of the record before."""
    content = (
        f'{{"actor":{actor},"case_id":"{case_id}","kind":{_kind(kind)},'
        f'"payload":{payload},"prev_hash":{_hash(prev_hash)},"seq":{seq},"times":{times}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


def canonical(content: Mapping[str, Json], *, path: str = "content") -> str:
    """RFC 8785's form. Raises ValueError for floats, big integers, and keys that are not ASCII.

    JCS rounds the former two, and sorts other keys in another order.
    """
    return _encoded(_exact(content, path))


def _exact(content: Mapping[str, Json], path: str) -> dict[str, Json]:
    """With its keys sorted."""
    found: dict[str, Json] = {}
    for key in sorted(content):
        if not key.isascii():
            raise ValueError(f"{path}: the key {key!r} is not ASCII")
        item = content[key]
        found[key] = item if type(item) in _PLAIN else _exact_item(item, f"{path}.{key}")
    return found


def _exact_item(item: Any, path: str) -> Json:
    if isinstance(item, dict):
        return _exact(item, path)
    if isinstance(item, list | tuple):
        return [_exact_item(each, f"{path}.{at}") for at, each in enumerate(item)]
    if isinstance(item, float) or (isinstance(item, int) and abs(item) > SAFE_INTEGER):
        raise ValueError(f"{path}: {item!r} has no exact canonical form, use a string")
    if item is not None and not isinstance(item, str | int):
        raise ValueError(f"{path}: {type(item).__name__} is not of JSON")
    return item


def _encoded(value: Json) -> str:
    return to_json(value).decode()


def _hash(hashed: str) -> str:
    """A hash is hexadecimal; what is none is not written as if it were."""
    return f'"{hashed}"' if hashed.isascii() and hashed.isalnum() else _encoded(hashed)


_kind = lru_cache(maxsize=64)(_encoded)


@lru_cache(maxsize=64)
def _actor(subject: str, role: str, agency: str | None) -> str:
    return canonical({"subject": subject, "role": role, "agency": agency})


def _times(wall: datetime, yard: datetime) -> str:
    told = stamp(wall)
    return f'{{"wall":"{told}","yard":"{told if yard == wall else stamp(yard)}"}}'


def stamp(moment: datetime) -> str:
    """The one spelling of a time in a hash: UTC, always six digits of a second."""
    told = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return told.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment(told: Any) -> datetime:
    """A time as a payload has it. Raises TypeError, ValueError."""
    return datetime.fromisoformat(told)


Link = tuple[int, str, str, bool]
"""A record's number, the hash before it, its own, and whether its content has that."""


def broken(chain: Iterable[Record], *, case_id: UUID, head: Head) -> list[str]:
    """What is wrong with a case's chain, in the order of its records; empty if it holds."""
    its = list(chain)
    found = [
        f"case {case_id} record {each.seq}: belongs to case {each.case_id}"
        for each in its
        if each.case_id != case_id
    ]
    links = ((each.seq, each.prev_hash, each.hash, holds(each)) for each in its)
    return found + broken_links(links, case_id=case_id, head=head)


def broken_links(links: Iterable[Link], *, case_id: UUID, head: Head) -> list[str]:
    """The same of links, for whoever has the texts and does not want them read."""
    found: list[str] = []
    last_seq, last_hash = START.seq, START.hash
    for seq, prev_hash, hashed, holds in links:
        name = f"case {case_id} record {seq}"
        if seq != last_seq + 1:
            found.append(f"{name}: does not follow record {last_seq}")
        if prev_hash != last_hash:
            found.append(f"{name}: does not continue the chain")
        if not holds:
            found.append(f"{name}: its content does not have its hash")
        last_seq, last_hash = seq, hashed
    if (last_seq, last_hash) != (head.seq, head.hash):
        found.append(f"case {case_id}: its head is not its last record")
    return found


def holds(record: Record) -> bool:
    """Whether a record's content has its hash."""
    try:
        return digest(record) == record.hash
    except ValueError:
        return False
