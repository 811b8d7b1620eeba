"""An archive of all cases: what proves them unchanged, without our database or our service.

A zip of JSON lines: every record, every leaf of the tree, every signed checkpoint, the keys that
signed these, and officers' keys. Beside them are the files of evidence, each under the hash that
its record names. Archives of before have no officers' keys: what an officer signed is then held
against the key that the record of it names.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from services.cli.archive_lines import (
    Keys,
    keys_of,
    leaf_of,
    line,
    lines_of,
    note_of,
    officer_line,
    officer_of,
    record_of,
)
from services.cli.replaying.client import Api
from services.inspection.domain import archive
from services.inspection.domain.sign_offs import Officers

FILES = ("records.jsonl", "leaves.jsonl", "checkpoints.jsonl", "keys.jsonl")
OFFICERS = "officers.jsonl"
EVIDENCE = "evidence/"
PART = 2**20
CASES = "/inspection/v1/cases"
CHECKPOINTS, LEAVES = "/inspection/v1/checkpoints", "/inspection/v1/ledger/leaves"
REGISTERED = "/inspection/v1/keys"
AUDITOR = "auditor"


async def write(api: Api, path: Path) -> dict[str, int]:
    """Write what the newest checkpoint covers; how many there are of each."""
    notes, keys = await _checkpoints(api)
    leaves = [each async for each in api.every(AUDITOR, LEAVES)]
    officers = [each async for each in api.every(AUDITOR, REGISTERED)]
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
        zipped.writestr(OFFICERS, b"".join(map(officer_line, officers)))
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


def verify(path: Path, *, pinned: Keys) -> dict[str, Any]:
    """What is broken of an archive; `pinned` are the agencies' keys as the reader knows them.

    Without, those of the archive are taken: then it shows what was signed, and not by whom.
    """
    try:
        with ZipFile(path) as zipped:
            names = [each for each in zipped.namelist() if not each.startswith(EVIDENCE)]
            if sorted(names) not in (sorted(FILES), sorted((*FILES, OFFICERS))):
                return _told(["the archive has not the files that it should have"], pinned)
            parts = [zipped.read(name) for name in FILES]
            officers = zipped.read(OFFICERS) if OFFICERS in names else None
            files = hashes(zipped)
    except (BadZipFile, OSError, EOFError, ValueError) as unread:
        return _told([f"the archive cannot be read: {unread}"], pinned)
    found = broken(*parts, officers=officers, files=files, pinned=pinned)
    return _told(found, pinned) | {"officers_known": officers is not None}


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
    officers: bytes | None,
    files: Mapping[str, str],
    pinned: Keys,
) -> list[str]:
    """What is broken in the files of lines, and in those of evidence, told by name and SHA-256."""
    try:
        keys = pinned or keys_of(signers)
        return archive.verify(
            chains=lines_of(chains, record_of),
            leaves=lines_of(leaves, leaf_of),
            notes=list(lines_of(notes, note_of)),
            officers=None if officers is None else _officers(officers),
            files=files,
            keys=keys,
        )
    except (ValueError, KeyError, TypeError) as unread:
        return [f"the archive cannot be read: {unread}"]


def _officers(lines: bytes) -> Officers:
    """Raises ValueError, KeyError, TypeError."""
    keys = list(lines_of(lines, officer_of))
    by_id = {each.id: each for each in keys}
    if len(by_id) < len(keys):
        raise ValueError("a key is here twice")
    return by_id
