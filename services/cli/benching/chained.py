"""The records of many cases to which the same happened, each signed by officers' own keys."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.inspection.domain import records, signing
from services.inspection.domain.evidence import KIND as EVIDENCE
from services.inspection.domain.records import Actor, Head, Json, Moment, Note, Record
from shared.ids import uuid7


@dataclass(frozen=True)
class Pen:
    """An officer and the officer's key."""

    who: Actor
    key: Ed25519PrivateKey
    id: UUID

    @classmethod
    def of(cls, agency: str, role: str = "officer") -> "Pen":
        """A new one."""
        who = Actor(f"demo-{role}-{agency}", role, agency)
        return cls(who, Ed25519PrivateKey.generate(), uuid4())

    @property
    def public(self) -> str:
        """The public key, raw in base64."""
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def sign(self, text: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self.key.sign(text)).decode()


@dataclass(frozen=True)
class Happened:
    """What is to be recorded, by whom and when."""

    note: Note
    who: Actor
    at: Moment


def chain(
    case_id: UUID, happened: Sequence[Happened], pens: Sequence[Pen], *, files: Iterator[str]
) -> Iterator[tuple[Record, str]]:
    """A case's records with their texts: all that happened, and each pen's signature of the end."""
    head, end = records.START, records.START
    for each in happened:
        note = Note(each.note.kind, _own(each.note, files))
        ((record, text),) = records.chained(
            head, [note], case_id=case_id, actor=each.who, now=each.at
        )
        yield record, text
        head = Head(record.seq, record.hash)
        end = head if note.kind in signing.ENDS else end
    for pen in pens:
        note = _signature(case_id, end, pen)
        at = happened[-1].at
        ((record, text),) = records.chained(head, [note], case_id=case_id, actor=pen.who, now=at)
        yield record, text
        head = Head(record.seq, record.hash)


def _own(note: Note, files: Iterator[str]) -> dict[str, Json]:
    """With an id and a file of its own, where it has one."""
    own = {"id": str(uuid7())} if "id" in note.payload else {}
    return note.payload | own | ({"sha256": next(files)} if note.kind == EVIDENCE else {})


def _signature(case_id: UUID, end: Head, pen: Pen) -> Note:
    told: dict[str, Json] = {
        "seq": end.seq,
        "hash": end.hash,
        "key": str(pen.id),
        "public_key": pen.public,
        "signature": pen.sign(signing.statement(case_id, end, who=pen.who)),
    }
    return Note(signing.SIGNED_OFF, told)
