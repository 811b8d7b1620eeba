"""An archive of some cases, and the ways in which it is changed for tests."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cli import archive_lines, archiving
from services.inspection.api import record_views
from services.inspection.domain import checkpoints, evidence, records, signing
from services.inspection.domain.archive import Tree
from services.inspection.domain.checkpoints import Checkpoint, Leaf, Signature
from services.inspection.domain.records import Head, Note, Record
from tests.pens import Pen
from tests.unit.inspection import builders as b

Files = Mapping[str, bytes]
KEY_ID = UUID(int=99)
PEN = Pen(b.CUSTOMS.subject, "customs")


def _chain(number: int, *, length: int, head: Head) -> tuple[Record, ...]:
    notes = [
        Note("finding", {"code": "pest", "text": f"活虫 {number}/{each} é\n", "at": None})
        for each in range(length)
    ]
    named = hashlib.sha256(_photo(number)).hexdigest()
    notes.append(Note(evidence.KIND, {"sha256": named, "bytes": len(_photo(number))}))
    case_id, now = UUID(int=number), b.at(number)
    chain = records.append(head, notes, case_id=case_id, actor=b.CUSTOMS, now=now)
    end = Head(chain[-1].seq, chain[-1].hash)
    signed = [_sign_off(case_id, end)]
    return chain + records.append(end, signed, case_id=case_id, actor=b.CUSTOMS, now=now)


def _sign_off(case_id: UUID, end: Head) -> Note:
    """The officer of customs signs."""
    told: dict[str, records.Json] = {
        "seq": end.seq,
        "hash": end.hash,
        "key": str(KEY_ID),
        "public_key": PEN.public,
        "signature": PEN.sign(signing.statement(case_id, end, who=b.CUSTOMS)),
    }
    return Note(signing.SIGNED_OFF, told)


def officers(**changes: Any) -> bytes:
    """The one officer's key as an archive has it, with changes."""
    at = b.at(-600).wall.isoformat()
    told: dict[str, Any] = {"id": str(KEY_ID), "subject": PEN.officer, "agency": PEN.agency}
    told |= PEN.proof() | {"registered_at": at, "revoked_at": None}
    return archive_lines.officer_line(told | changes)


def _photo(number: int) -> bytes:
    """What stands for a photo of a case."""
    return f"photo of case {number} ".encode() * 9


def archived() -> Files:
    """Five cases with a photo each, of which two went on after the first of two checkpoints."""
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
    publics: list[dict[str, Any]] = [
        {"agency": agency, "public": public_of(key)} for agency, key in keys.items()
    ]
    told = (*_told(chains, leaves), [{"note": each} for each in notes], publics)
    photos = {hashlib.sha256(_photo(number)).hexdigest(): _photo(number) for number in chains}
    return (
        {
            name: b"".join(archive_lines.line(each) for each in lines)
            for name, lines in zip(archiving.FILES, told, strict=True)
        }
        | {archiving.EVIDENCE + name: content for name, content in photos.items()}
        | {archiving.OFFICERS: officers()}
    )


def _told(
    chains: Mapping[int, Sequence[Record]], leaves: Sequence[Leaf]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Records and leaves as the API tells of them."""
    return [
        record_views.record_out(each).model_dump(mode="json")
        for chain in chains.values()
        for each in chain
    ], [
        {"index": each.index, "case_id": str(each.case_id), "seq": each.seq, "hash": each.hash}
        for each in leaves
    ]


def public_of(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _signature(agency: str, key: Ed25519PrivateKey, checkpoint: Checkpoint) -> Signature:
    raw = key.sign(checkpoint.text.encode())
    return Signature(agency, public_of(key), base64.b64encode(raw).decode())


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


WAYS = (_spoilt_byte, _lost_line, _doubled_line, _moved_line)


def _without(photos: Files, random: Random) -> Files:
    lost = random.choice(list(photos))
    return {name: content for name, content in photos.items() if name != lost}


def _exchanged(photos: Files, random: Random) -> Files:
    one, other = random.sample(list(photos), 2)
    return {**photos, one: photos[other], other: photos[one]}


def _with_another(photos: Files, random: Random) -> Files:
    content = random.randbytes(9)
    return {**photos, archiving.EVIDENCE + hashlib.sha256(content).hexdigest(): content}


def _spoilt_photo(photos: Files, random: Random) -> Files:
    name = random.choice(list(photos))
    return {**photos, name: _spoilt_byte(photos[name], random)}


OF_PHOTOS = (_without, _exchanged, _with_another, _spoilt_photo)


def changed(files: Files, random: Random) -> tuple[Files, str]:
    """The archive with one thing changed, and what that was. The keys are the reader's own."""
    if random.random() < 0.25:
        photos = _photos(files)
        others = {name: content for name, content in files.items() if name not in photos}
        change = random.choice(OF_PHOTOS)
        return others | dict(change(photos, random)), change.__name__
    name, way = random.choice(archiving.FILES[:3]), random.choice(WAYS)
    spoilt = way(files[name], random)
    if spoilt == files[name]:
        raise AssertionError("the change changes nothing")
    return {**files, name: spoilt}, f"{name}: {way.__name__}"


def broken(files: Files, *, pinned: archive_lines.Keys | None = None) -> list[str]:
    """What is found of these files."""
    hashed = {
        name.removeprefix(archiving.EVIDENCE): hashlib.sha256(content).hexdigest()
        for name, content in _photos(files).items()
    }
    lines = (files[name] for name in archiving.FILES)
    known = files.get(archiving.OFFICERS)
    return archiving.broken(*lines, officers=known, files=hashed, pinned=pinned or {})


def _photos(files: Files) -> Files:
    return {each: files[each] for each in files if each.startswith(archiving.EVIDENCE)}


def unseen(*, changes: int, seed: int) -> list[str]:
    """Those of so many random changes, one at a time, that nobody would see."""
    files, random = archived(), Random(seed)
    found = []
    for _ in range(changes):
        spoilt, what = changed(files, random)
        if not broken(spoilt):
            found.append(what)
    return found
