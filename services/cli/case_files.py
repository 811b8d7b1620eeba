"""The file of one case, verified without any database or service."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from services.cli import archive_lines, archiving
from services.cli.archive_lines import Keys
from services.inspection.domain import case_file
from services.inspection.domain.case_file import Entry, Place, Proof

LEAF = ("case_id", "seq", "hash")
FILES = (case_file.RECORDS, case_file.PROOF, case_file.KEYS)


def is_one(path: Path) -> bool:
    """Whether this is the file of a case, and no archive of all."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as zipped:
        return case_file.PROOF in zipped.namelist()


def verify(path: Path, *, pinned: Keys) -> dict[str, Any]:
    """What is broken of a case's file; `covered` are the records that a signed checkpoint covers,
    `kept_back` those of which there is the hash alone.

    `pinned` are the agencies' keys as the reader knows them: with them there has to be a proof.
    """
    chain: list[Entry] = []
    covered = 0
    try:
        with ZipFile(path) as zipped:
            chains, proved, signers = _parts(zipped)
            files = archiving.hashes(zipped)
        chain = list(archive_lines.lines_of(chains, _entry))
        (proof,) = archive_lines.lines_of(proved, _proof)
        keys = pinned or (archive_lines.keys_of(signers) if proof else {})
        found = case_file.verify(chain, proof, files=files, keys=keys)
        if pinned and proof is None:
            found.append("no checkpoint that these keys have signed covers it")
        covered = proof.leaf.seq if proof else 0
    except (BadZipFile, OSError, EOFError, ValueError, KeyError, TypeError) as unread:
        found = [f"the case's file cannot be read: {unread}"]
    return {
        "archive_ok": not found,
        "keys_pinned": bool(pinned),
        "records": len(chain),
        "kept_back": sum(isinstance(each, Place) for each in chain),
        "covered": covered,
        "broken": found,
    }


def _parts(zipped: ZipFile) -> Iterator[bytes]:
    """The three files beside the evidence. Raises ValueError."""
    names = [each for each in zipped.namelist() if not each.startswith(case_file.EVIDENCE)]
    if sorted(names) != sorted(FILES):
        raise ValueError("it has not the files that it should have")
    return map(zipped.read, FILES)


def _entry(told: dict[str, Any]) -> Entry:
    """A record, or the place of one that is kept back. Raises ValueError, KeyError, TypeError."""
    if any(told[name] is not None for name in ("kind", "actor", "times", "payload")):
        return archive_lines.record_of(told)
    archive_lines.exactly(told, archive_lines.RECORD)
    leaf = archive_lines.leaf_of({"index": 0, **{name: told[name] for name in LEAF}})
    return Place(leaf.case_id, leaf.seq, str(told["prev_hash"]), leaf.hash)


def _proof(told: dict[str, Any]) -> Proof | None:
    """Raises ValueError, KeyError, TypeError."""
    if told == {"leaf": None, "path": None, "note": None}:
        return None
    path = [base64.b64decode(each, validate=True) for each in told["path"]]
    if sorted(told) != ["leaf", "note", "path"]:
        raise ValueError("the proof has other members than it should have")
    if [base64.b64encode(each).decode() for each in path] != told["path"]:
        raise ValueError("a hash is not in its one spelling")
    return Proof(archive_lines.leaf_of(told["leaf"]), tuple(path), str(told["note"]))
