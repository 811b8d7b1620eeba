"""An archive of all cases: what proves them unchanged, without our database or our service.

A zip of JSON lines: every record, every leaf of the tree, every signed checkpoint, and the keys
that signed. Each line is in RFC 8785's form, so that not even a space can be changed unseen. Beside
them are the files of evidence, each under the hash that its record names.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import rfc8785

from services.cli.replaying.client import Api
from services.inspection.domain import archive
from services.inspection.domain.checkpoints import Leaf
from services.inspection.domain.records import Actor, Moment, Record, stamp

FILES = ("records.jsonl", "leaves.jsonl", "checkpoints.jsonl", "keys.jsonl")
EVIDENCE = "evidence/"
PART = 2**20
CASES = "/inspection/v1/cases"
CHECKPOINTS, LEAVES = "/inspection/v1/checkpoints", "/inspection/v1/ledger/leaves"
AUDITOR = "auditor"

Part = TypeVar("Part")
Keys = Mapping[str, tuple[str, ...]]


async def write(api: Api, path: Path) -> dict[str, int]:
    """Write what the newest checkpoint covers; how many there are of each."""
    notes, keys = await _checkpoints(api)
    leaves = [each async for each in api.every(AUDITOR, LEAVES)]
    come = {each["case_id"]: each["seq"] for each in leaves}
    counts = {"checkpoints": len(notes), "leaves": len(leaves), "cases": len(come), "records": 0}
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        with zipped.open(FILES[0], "w") as file:
            for case in sorted(come):
                async for each in api.every(AUDITOR, f"{CASES}/{case}/records"):
                    if each["seq"] <= come[case]:
                        counts["records"] += 1
                        file.write(line(each))
        counts["files"] = await _files(api, zipped, come)
        zipped.writestr(FILES[1], b"".join(map(line, leaves)))
        zipped.writestr(FILES[2], b"".join(line({"note": each}) for each in notes))
        zipped.writestr(FILES[3], b"".join(line(each) for each in keys))
    return counts


async def _files(api: Api, zipped: ZipFile, come: Mapping[str, int]) -> int:
    """Write the files that the cases' records name, each once; how many there are."""
    written: set[str] = set()
    for case in sorted(come):
        async for each in api.every(AUDITOR, f"{CASES}/{case}/evidence"):
            if each["seq"] <= come[case] and each["sha256"] not in written:
                written.add(each["sha256"])
                content = await api.read(AUDITOR, each["link"]["path"])
                zipped.writestr(EVIDENCE + each["sha256"], content, ZIP_STORED)
    return len(written)


async def _checkpoints(api: Api) -> tuple[list[str], list[dict[str, str]]]:
    """The signed checkpoints, and every key that has signed one."""
    notes, keys = [], set()
    async for each in api.every(AUDITOR, CHECKPOINTS):
        notes.append(each["note"])
        keys.update(each["signatures"].items())
    return notes, [{"agency": agency, "public": public} for agency, public in sorted(keys)]


def line(told: Mapping[str, Any]) -> bytes:
    """One line of the archive."""
    return rfc8785.dumps(dict(told)) + b"\n"


def verify(path: Path, *, pinned: Keys) -> dict[str, Any]:
    """What is broken of an archive; `pinned` are the agencies' keys as the reader knows them.

    Without, those of the archive are taken: then it shows what was signed, and not by whom.
    """
    try:
        with ZipFile(path) as zipped:
            names = [each for each in zipped.namelist() if not each.startswith(EVIDENCE)]
            if sorted(names) != sorted(FILES):
                return _told(["the archive has not the files that it should have"], pinned)
            parts = [zipped.read(name) for name in FILES]
            files = hashes(zipped)
    except (BadZipFile, OSError, EOFError, ValueError) as unread:
        return _told([f"the archive cannot be read: {unread}"], pinned)
    return _told(broken(*parts, files=files, pinned=pinned), pinned)


def hashes(zipped: ZipFile) -> dict[str, str]:
    """The files of evidence by their names, each with the SHA-256 that it has."""
    found = {}
    for name in zipped.namelist():
        if name.startswith(EVIDENCE):
            digest = hashlib.sha256()
            with zipped.open(name) as file:
                while part := file.read(PART):
                    digest.update(part)
            found[name.removeprefix(EVIDENCE)] = digest.hexdigest()
    return found


def _told(found: list[str], pinned: Keys) -> dict[str, Any]:
    return {"archive_ok": not found, "keys_pinned": bool(pinned), "broken": found}


def broken(
    chains: bytes,
    leaves: bytes,
    notes: bytes,
    signers: bytes,
    *,
    files: Mapping[str, str],
    pinned: Keys,
) -> list[str]:
    """What is broken in the four files, and in those of evidence, told by name and SHA-256."""
    try:
        keys = pinned or keys_of(signers)
        return archive.verify(
            chains=lines_of(chains, record_of),
            leaves=lines_of(leaves, leaf_of),
            notes=[str(told) for told in lines_of(notes, _note)],
            files=files,
            keys=keys,
        )
    except (ValueError, KeyError, TypeError) as unread:
        return [f"the archive cannot be read: {unread}"]


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
    _exactly(told, "case_id seq kind actor times payload prev_hash hash")
    _exactly(told["actor"], "subject role agency")
    _exactly(told["times"], "wall yard")
    wall, yard = (datetime.fromisoformat(told["times"][name]) for name in ("wall", "yard"))
    if (stamp(wall), stamp(yard)) != (told["times"]["wall"], told["times"]["yard"]):
        raise ValueError("a time is not in its one spelling")
    return Record(
        case_id=uuid_of(told["case_id"]),
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
    _exactly(told, "index case_id seq hash")
    return Leaf(told["index"], uuid_of(told["case_id"]), told["seq"], told["hash"])


def _note(told: dict[str, Any]) -> str:
    _exactly(told, "note")
    return str(told["note"])


def _key(told: dict[str, Any]) -> tuple[str, str]:
    _exactly(told, "agency public")
    return told["agency"], told["public"]


def uuid_of(text: str) -> UUID:
    """An id in its one spelling. Raises ValueError."""
    found = UUID(text)
    if str(found) != text:
        raise ValueError("an id is not in its one spelling")
    return found


def _exactly(told: Mapping[str, Any], names: str) -> None:
    if set(told) != set(names.split()):
        raise ValueError("a line has other members than it should have")
