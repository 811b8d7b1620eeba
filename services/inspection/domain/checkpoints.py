"""What each agency signs of all cases: the size and root of their Merkle tree at a moment.

A leaf says how far a case's chain had come. Checkpoints and signatures have the form of C2SP's
`tlog-checkpoint` and `signed-note`, which other programs read.
"""

import base64
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.inspection.domain import merkle, records
from services.inspection.domain.records import Json
from shared import errors

ORIGIN = "onestop/inspection"
SIGNED_WITHIN = timedelta(days=1)
"""There is one after each day: an agency signs it by the end of the next."""
_ED25519 = b"\x01"
_TEXT = re.compile(
    rf"{ORIGIN}\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{{43}}=)\nnumber ([1-9][0-9]*)\nday (\S+)\n"
)
_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


class CheckpointNotFound(errors.NotFound):
    """There is no such checkpoint, or none that covers this case yet."""

    zh = "没有该检查点，或尚无涵盖此案卷的检查点。"


class NothingToCheckpoint(errors.Conflict):
    """Nothing was recorded since the last checkpoint."""

    zh = "自上一检查点以来没有新的记录。"
    mend = "Use the last checkpoint."
    mend_zh = "请使用上一检查点。"


class CheckpointSigned(errors.Conflict):
    """Your agency has already signed this checkpoint."""

    zh = "您单位已签署该检查点。"


@dataclass(frozen=True)
class Leaf:
    """How far a case's chain had come: the number and hash of its last record."""

    index: int
    case_id: UUID
    seq: int
    hash: str

    @property
    def hashed(self) -> bytes:
        """Its hash as a leaf of the tree, over RFC 8785 JSON."""
        told: dict[str, Json] = {
            "case_id": str(self.case_id),
            "hash": self.hash,
            "seq": self.seq,
        }
        return merkle.leaf(records.canonical(told).encode())


@dataclass(frozen=True)
class Checkpoint:
    """The tree's size and root at a moment; `number` counts checkpoints from 1."""

    number: int
    day: date
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        root = base64.b64encode(self.root).decode()
        lines = (ORIGIN, self.size, root, f"number {self.number}", f"day {self.day}")
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def read(cls, text: str) -> Self:
        """The checkpoint that a text is. Raises ValueError."""
        told = _TEXT.fullmatch(text)
        if told is None:
            raise ValueError("this is no checkpoint")
        size, root, number, day = told.groups()
        return cls(int(number), date.fromisoformat(day), int(size), base64.b64decode(root))


@dataclass(frozen=True)
class Signature:
    """An agency's signature of a checkpoint, by a key of its own (raw, base64)."""

    agency: str
    public: str
    signature: str

    @property
    def line(self) -> str:
        """As it stands below the text of a signed note."""
        name = key_name(self.agency)
        told = key_hash(name, self.public) + base64.b64decode(self.signature)
        return f"— {name} {base64.b64encode(told).decode()}"


def key_name(agency: str) -> str:
    """The name of an agency's key in a signed note."""
    return f"{ORIGIN}/{agency}"


def key_hash(name: str, public: str) -> bytes:
    """The four bytes by which a signed note tells keys apart."""
    raw = base64.b64decode(public)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


class Lacking(NamedTuple):
    """What an agency has not signed: `gaps` though it has signed later ones, and `last` since."""

    agency: str
    gaps: list[int]
    last: list[int]


def lacking(signed: Mapping[int, Collection[str]], agencies: Collection[str]) -> Iterator[Lacking]:
    """What is not signed, `signed` saying of each checkpoint by whom it is."""
    known = {each for by in signed.values() for each in by}
    for agency in sorted(known.union(agencies)):
        newest = max((number for number, by in signed.items() if agency in by), default=0)
        missing = sorted(number for number, by in signed.items() if agency not in by)
        gaps = [number for number in missing if number < newest]
        if missing:
            yield Lacking(agency, gaps, [number for number in missing if number > newest])


def note(checkpoint: Checkpoint, signatures: Sequence[Signature]) -> str:
    """The checkpoint with its signatures, as one text."""
    lines = "".join(f"{each.line}\n" for each in signatures)
    return f"{checkpoint.text}\n{lines}"


def read_note(text: str, keys: Mapping[str, Sequence[str]]) -> tuple[Checkpoint, set[str]]:
    """The checkpoint of a signed note and the agencies that have signed it.

    `keys` are each agency's public keys. Raises ValueError for a signature that is none of theirs.
    """
    body, _, below = text.partition("\n\n")
    checkpoint = Checkpoint.read(body + "\n")
    lines = below.splitlines()
    if "".join(f"{line}\n" for line in lines) != below:
        raise ValueError("the signatures have another form")
    return checkpoint, {_signed_by(line, checkpoint.text, keys) for line in lines}


def _signed_by(line: str, text: str, keys: Mapping[str, Sequence[str]]) -> str:
    told = _LINE.fullmatch(line)
    if told is None:
        raise ValueError("this is no signature")
    name, encoded = told.groups()
    raw = base64.b64decode(encoded, validate=True)
    agency = name.removeprefix(f"{ORIGIN}/")
    for public in keys.get(agency, ()):
        exact = base64.b64encode(raw).decode() == encoded and key_name(agency) == name
        if exact and key_hash(name, public) == raw[:4] and verifies(public, raw[4:], text):
            return agency
    raise ValueError(f"no key of {agency} has made this signature")


def verifies(public: str, signature: bytes, text: str) -> bool:
    """Whether a key made this signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
