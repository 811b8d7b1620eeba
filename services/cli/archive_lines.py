"""The lines of an archive and of a case's file: each in the one form that it has.

Each is in RFC 8785's form, so that not even a space can be changed unseen.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import rfc8785

from services.inspection.domain.checkpoints import Leaf
from services.inspection.domain.records import Actor, Moment, Record, stamp
from services.inspection.domain.signing import Key

RECORD = "case_id seq kind actor times payload prev_hash hash"
"""The members of a record."""
KEY = "id subject agency public_key registered_at revoked_at proof"
"""The members of an officer's key."""

Part = TypeVar("Part")
Keys = Mapping[str, tuple[str, ...]]
"""Each agency's public keys."""


def line(told: Mapping[str, Any]) -> bytes:
    """One line of the archive."""
    return rfc8785.dumps(dict(told)) + b"\n"


def keys_of(signers: bytes) -> Keys:
    """The keys that have signed. Raises ValueError, KeyError, TypeError."""
    found: dict[str, tuple[str, ...]] = {}
    for agency, public in lines_of(signers, _key):
        found[agency] = (*found.get(agency, ()), public)
    if not found:
        raise ValueError("no key has signed")
    return found


def lines_of(content: bytes, read: Callable[[dict[str, Any]], Part]) -> Iterator[Part]:
    """Each line. Raises ValueError, KeyError or TypeError for one that is not as we write it."""
    lines = content.split(b"\n")
    if lines.pop() != b"":
        raise ValueError("a line is not whole")
    for each in lines:
        told = json.loads(each)
        if not isinstance(told, dict) or line(told) != each + b"\n":
            raise ValueError("a line is not in RFC 8785's form")
        yield read(told)


def record_of(told: dict[str, Any]) -> Record:
    """A record of its line. Raises ValueError, KeyError, TypeError."""
    exactly(told, RECORD)
    exactly(told["actor"], "subject role agency")
    exactly(told["times"], "wall yard")
    wall, yard = (_time(told["times"][name]) for name in ("wall", "yard"))
    return Record(
        case_id=_uuid(told["case_id"]),
        seq=told["seq"],
        kind=told["kind"],
        actor=Actor(**told["actor"]),
        times=Moment(wall, yard),
        payload=told["payload"],
        prev_hash=told["prev_hash"],
        hash=told["hash"],
    )


def leaf_of(told: dict[str, Any]) -> Leaf:
    """A leaf of its line. Raises ValueError, KeyError, TypeError."""
    exactly(told, "index case_id seq hash")
    return Leaf(told["index"], _uuid(told["case_id"]), told["seq"], told["hash"])


def note_of(told: dict[str, Any]) -> str:
    """A signed checkpoint of its line. Raises ValueError, KeyError."""
    exactly(told, "note")
    return str(told["note"])


def _key(told: dict[str, Any]) -> tuple[str, str]:
    exactly(told, "agency public")
    return told["agency"], told["public"]


def officer_of(told: dict[str, Any]) -> Key:
    """An officer's key of its line. Raises ValueError, KeyError, TypeError."""
    exactly(told, KEY)
    return Key(
        id=_uuid(told["id"]),
        subject=told["subject"],
        agency=told["agency"],
        public=told["public_key"],
        registered_at=_time(told["registered_at"]),
        revoked_at=None if told["revoked_at"] is None else _time(told["revoked_at"]),
        proof=told["proof"],
    )


def officer_line(told: Mapping[str, Any]) -> bytes:
    """The line of a key as the API tells of it."""
    times = {name: told[name] for name in ("registered_at", "revoked_at")}
    spelt = {name: at and stamp(datetime.fromisoformat(at)) for name, at in times.items()}
    return line({**{name: told[name] for name in KEY.split()}, **spelt})


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if stamp(found) != text:
        raise ValueError("a time is not in its one spelling")
    return found


def _uuid(text: str) -> UUID:
    found = UUID(text)
    if str(found) != text:
        raise ValueError("an id is not in its one spelling")
    return found


def exactly(told: Mapping[str, Any], names: str) -> None:
    """Raises ValueError for a line with other members than it should have."""
    if set(told) != set(names.split()):
        raise ValueError("a line has other members than it should have")
