"""An archive holds as it was written, and no change of it stays unseen."""

import base64
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cli import archiving
from services.inspection.api import record_views
from services.inspection.domain import checkpoints, records
from services.inspection.domain.archive import Tree
from services.inspection.domain.checkpoints import Checkpoint, Leaf, Signature
from services.inspection.domain.records import Head, Note, Record
from tests.unit.inspection import builders as b

Files = Mapping[str, bytes]
MUTATIONS = 200
NO_KEYS: archiving.Keys = {}


def _chain(number: int, *, length: int, head: Head) -> tuple[Record, ...]:
    notes = [
        Note("finding", {"code": "pest", "text": f"活虫 {number}/{each} é\n", "at": None})
        for each in range(length)
    ]
    return records.append(head, notes, case_id=UUID(int=number), actor=b.CUSTOMS, now=b.at(number))


@pytest.fixture(scope="module")
def files() -> Files:
    """Five cases, of which two went on after the first of two checkpoints."""
    keys = {agency: Ed25519PrivateKey.generate() for agency in ("customs", "quarantine")}
    chains = {number: _chain(number, length=3, head=records.START) for number in range(1, 6)}
    tree, leaves, notes = Tree(), [], []
    for turn, moved in enumerate((tuple(chains), (2, 5)), start=1):
        for number in moved:
            last = chains[number][-1]
            leaf = Leaf(tree.size, last.case_id, last.seq, last.hash)
            tree.add(leaf.hashed)
            leaves.append(leaf)
        checkpoint = Checkpoint(turn, date(2026, 3, turn), tree.size, tree.root)
        signed = [_signature(agency, key, checkpoint) for agency, key in keys.items()]
        notes.append(checkpoints.note(checkpoint, signed))
        if turn == 1:
            for number in (2, 5):
                last = chains[number][-1]
                head = Head(last.seq, last.hash)
                chains[number] += _chain(number, length=2, head=head)
    publics = [{"agency": agency, "public": _public(key)} for agency, key in keys.items()]
    told = (
        [
            record_views.record_out(each).model_dump(mode="json")
            for chain in chains.values()
            for each in chain
        ],
        [
            {"index": each.index, "case_id": str(each.case_id), "seq": each.seq, "hash": each.hash}
            for each in leaves
        ],
        [{"note": each} for each in notes],
        publics,
    )
    return {
        name: b"".join(archiving.line(each) for each in lines)
        for name, lines in zip(archiving.FILES, told, strict=True)
    }


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _signature(agency: str, key: Ed25519PrivateKey, checkpoint: Checkpoint) -> Signature:
    raw = key.sign(checkpoint.text.encode())
    return Signature(agency, _public(key), base64.b64encode(raw).decode())


def _broken(files: Files, pinned: archiving.Keys = NO_KEYS) -> list[str]:
    return archiving.broken(*(files[name] for name in archiving.FILES), pinned=pinned)


def _pins(files: Files) -> dict[str, tuple[str, ...]]:
    told = archiving._keys(files["keys.jsonl"])
    return dict(told)


def test_an_archive_holds_as_it_was_written(files: Files) -> None:
    assert _broken(files) == []
    assert _broken(files, _pins(files)) == []


def _spoilt_byte(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ random.randint(1, 255)]) + content[at + 1 :]


def _lost_line(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    lines.pop(random.randrange(len(lines)))
    return b"".join(lines)


def _doubled_line(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    line = random.choice(lines)
    lines.insert(random.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _moved_line(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at = random.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return b"".join(lines)


@pytest.mark.parametrize("seed", range(MUTATIONS))
def test_each_of_many_random_changes_is_seen(files: Files, seed: int) -> None:
    random = Random(seed)
    name = random.choice(archiving.FILES[:3])
    way = random.choice((_spoilt_byte, _lost_line, _doubled_line, _moved_line))
    spoilt = way(files[name], random)
    if spoilt == files[name]:
        pytest.fail("the change changes nothing")
    assert _broken({**files, name: spoilt}) != [], (name, way.__name__)


def test_a_whole_history_that_another_key_signed_does_not_pass_for_ours(files: Files) -> None:
    foreign = {agency: (_public(Ed25519PrivateKey.generate()),) for agency in _pins(files)}
    assert _broken(files, foreign)


def test_a_record_that_was_hashed_anew_is_seen_by_the_tree(files: Files) -> None:
    chain = [archiving._record(each) for each in _lines(files["records.jsonl"])]
    first = [each for each in chain if each.case_id == chain[0].case_id]
    notes = [Note(each.kind, {**each.payload, "text": "forged"}) for each in first]
    forged = records.append(
        records.START, notes, case_id=first[0].case_id, actor=b.CUSTOMS, now=b.at(1)
    )
    told = [*forged, *(each for each in chain if each.case_id != first[0].case_id)]
    spoilt = b"".join(
        archiving.line(record_views.record_out(each).model_dump(mode="json")) for each in told
    )
    assert _broken({**files, "records.jsonl": spoilt}) == [
        f"case {first[0].case_id} record 3: its hash is not that of the tree's leaf"
    ]


def _lines(content: bytes) -> list[dict[str, object]]:
    return list(archiving._read(content, dict))


def test_a_zip_that_is_none_or_has_other_files_is_told(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    assert not archiving.verify(path, pinned={})["archive_ok"]
    path.write_bytes(b"PK no zip")
    assert not archiving.verify(path, pinned={})["archive_ok"]
    for left_out in (None, *archiving.FILES):
        with ZipFile(path, "w") as zipped:
            for name, content in files.items():
                if name != left_out:
                    zipped.writestr(name, content)
        assert archiving.verify(path, pinned={})["archive_ok"] == (left_out is None)
