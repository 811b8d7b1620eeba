"""The file of one case, verified without any database or service."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from services.cli import archiving
from services.cli.archiving import Keys
from services.inspection.domain import case_file
from services.inspection.domain.case_file import Proof
from services.inspection.domain.records import KeptBack, Record

FILES = (case_file.RECORDS, case_file.PROOF, case_file.KEYS)


def is_one(path: Path) -> bool:
    """Whether this is the file of a case, and no archive of all."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as zipped:
        return case_file.PROOF in zipped.namelist()


def verify(path: Path, *, pinned: Keys) -> dict[str, Any]:
    """What is broken of a case's file; `covered` are the records that a signed checkpoint covers.

    `pinned` are the agencies' keys as the reader knows them: with them there has to be a proof.
    `kept_back` counts the records of which the reader was given the hash alone.
    """
    records, kept_back, covered = 0, 0, 0
    try:
        with ZipFile(path) as zipped:
            chains, proved, signers = _parts(zipped)
            files = archiving.hashes(zipped)
        chain = list(archiving.lines_of(chains, _seen))
        (proof,) = archiving.lines_of(proved, _proof)
        keys = pinned or (archiving.keys_of(signers) if proof else {})
        found = case_file.verify(chain, proof, files=files, keys=keys)
        if pinned and proof is None:
            found.append("no checkpoint that these keys have signed covers it")
        records, covered = len(chain), proof.leaf.seq if proof else 0
        kept_back = sum(isinstance(each, KeptBack) for each in chain)
    except (BadZipFile, OSError, EOFError, ValueError, KeyError, TypeError) as unread:
        found = [f"the case's file cannot be read: {unread}"]
    return {
        "archive_ok": not found,
        "keys_pinned": bool(pinned),
        "records": records,
        "kept_back": kept_back,
        "covered": covered,
        "broken": found,
    }


def _parts(zipped: ZipFile) -> Iterator[bytes]:
    """The three files beside the evidence. Raises ValueError."""
    names = [each for each in zipped.namelist() if not each.startswith(case_file.EVIDENCE)]
    if sorted(names) != sorted(FILES):
        raise ValueError("it has not the files that it should have")
    return map(zipped.read, FILES)


def _seen(told: dict[str, Any]) -> Record | KeptBack:
    """A record, or the place of one that is kept back. Raises ValueError, KeyError, TypeError."""
    nothing = dict.fromkeys(("kind", "actor", "times", "payload"))
    place = {name: told[name] for name in ("case_id", "seq", "prev_hash", "hash")}
    if told != nothing | place:
        return archiving.record_of(told)
    return KeptBack(**place | {"case_id": archiving.uuid_of(told["case_id"])})


def _proof(told: dict[str, Any]) -> Proof | None:
    """Raises ValueError, KeyError, TypeError."""
    if told == {"leaf": None, "path": None, "note": None}:
        return None
    path = [base64.b64decode(each, validate=True) for each in told["path"]]
    if sorted(told) != ["leaf", "note", "path"]:
        raise ValueError("the proof has other members than it should have")
    if [base64.b64encode(each).decode() for each in path] != told["path"]:
        raise ValueError("a hash is not in its one spelling")
    return Proof(archiving.leaf_of(told["leaf"]), tuple(path), str(told["note"]))
