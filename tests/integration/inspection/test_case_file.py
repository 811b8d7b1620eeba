"""The file of a case: it holds without us, and no change of it stays unseen."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cli import archive_lines, case_files
from services.cli.archive_lines import Keys
from services.inspection.domain import case_file
from tests import kits, pictures
from tests.forging import public_of
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.pens import Pen
from tests.unit.inspection import builders as b

CASE = f"/v1/cases/{b.CASE}"
CHANGES = 60
Files = dict[str, bytes]


async def _inspected(room: Room) -> None:
    """A case with two photos, concluded, completed and signed by an officer of each agency."""
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    for number, who in enumerate(("customs", "quarantine")):
        headers = kits.keyed(f"photo {number}", **{"Content-Type": "image/png"})
        photo = pictures.picture(number)
        await room.clients[who].post(f"{CASE}/evidence", content=photo, headers=headers)
        await room.do(who, "conclude", r.CONFORM)
    await room.met()
    for who in ("customs", "quarantine"):
        pen = Pen(who, who)
        key = await _post(room, who, "/v1/keys", pen.proof())
        told = await room.see(who, f"/{b.CASE}/sign-off")
        signature = pen.sign(told["statement"].encode())
        signed = {"seq": told["seq"], "key_id": key["id"], "signature": signature}
        await room.do(who, "sign-off", signed)


async def _post(room: Room, who: str, path: str, body: Any) -> Any:
    room.keys.append(f"key-{len(room.keys)}")
    answer = await room.clients[who].post(path, json=body, headers=kits.keyed(room.keys[-1]))
    assert answer.is_success, answer.text
    return answer.json()


async def _checkpoint(room: Room, keys: dict[str, Ed25519PrivateKey]) -> None:
    """A checkpoint that a supervisor of each agency signs."""
    made = await _post(room, "supervisor", "/v1/checkpoints", {})
    for agency, key in keys.items():
        who = "supervisor" if agency == "customs" else "head of quarantine"
        pen = Pen(who, agency, key)
        known = await _post(room, who, "/v1/keys", pen.proof())
        body = {"key_id": known["id"], "signature": pen.sign(made["text"].encode())}
        await _post(room, who, f"/v1/checkpoints/{made['number']}/signatures", body)


async def _file(room: Room, who: str = "auditor") -> bytes:
    answer = await room.clients[who].get(f"{CASE}/file.zip")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{b.CASE}.zip"'
    return answer.content


def _saved(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def _written(files: Files, path: Path) -> Path:
    with ZipFile(path, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def _evidence(files: Files) -> list[str]:
    return [each for each in files if each.startswith(case_file.EVIDENCE)]


def _spoilt(files: Files, random: Random) -> Files:
    name = random.choice([each for each in files if each != case_file.KEYS])
    content, at = files[name], random.randrange(len(files[name]))
    other = bytes([content[at] ^ random.randint(1, 255)])
    return files | {name: content[:at] + other + content[at + 1 :]}


def _without(files: Files, random: Random) -> Files:
    lost = random.choice(list(files))
    return {name: content for name, content in files.items() if name != lost}


def _exchanged(files: Files, _: Random) -> Files:
    one, other = _evidence(files)
    return files | {one: files[other], other: files[one]}


def _without_a_record(files: Files, random: Random) -> Files:
    lines = files[case_file.RECORDS].splitlines(keepends=True)
    lines.pop(random.randrange(len(lines)))
    return files | {case_file.RECORDS: b"".join(lines)}


WAYS: tuple[Callable[[Files, Random], Files], ...] = (
    *[_spoilt] * 3,
    _without,
    _exchanged,
    _without_a_record,
)


def _unseen(files: Files, path: Path, keys: Keys) -> Iterator[str]:
    random = Random(5)
    for _ in range(CHANGES):
        way = random.choice(WAYS)
        changed = _written(way(files, random), path)
        if case_files.verify(changed, pinned=keys)["archive_ok"]:
            yield way.__name__


async def test_a_cases_file_holds_without_us_and_each_change_of_it_is_seen(
    room: Room, tmp_path: Path
) -> None:
    keys = {each: Ed25519PrivateKey.generate() for each in ("customs", "quarantine")}
    pinned = {agency: (public_of(key),) for agency, key in keys.items()}
    await _inspected(room)
    path = _saved(await _file(room), tmp_path / "case.zip")
    told = case_files.verify(path, pinned={})
    assert (told["archive_ok"], told["covered"]) == (True, 0)
    assert not case_files.verify(path, pinned=pinned)["archive_ok"]
    await _checkpoint(room, keys)
    path = _saved(await _file(room), path)
    assert await _file(room) == await _file(room)
    assert case_files.is_one(path)
    told = case_files.verify(path, pinned=pinned)
    assert told["broken"] == []
    assert told["covered"] == told["records"] > 9
    assert told == {**case_files.verify(path, pinned={}), "keys_pinned": True}
    foreign = {**pinned, "customs": pinned["quarantine"]}
    assert case_files.verify(path, pinned=foreign)["broken"]
    with ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    kinds = [each for each in files[case_file.RECORDS].split(b"\n") if b'"signed_off"' in each]
    assert len(kinds) == len(_evidence(files)) == 2
    assert list(_unseen(files, tmp_path / "changed.zip", pinned)) == []


async def test_what_is_kept_back_is_a_hash_that_the_chain_goes_through(
    room: Room, tmp_path: Path
) -> None:
    await _inspected(room)
    path = _saved(await _file(room), tmp_path / "case.zip")
    with ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    lines = [json.loads(each) for each in files[case_file.RECORDS].splitlines()]
    kept_back = dict.fromkeys(("kind", "actor", "times", "payload"))

    def told(**changes: str) -> dict[str, Any]:
        lines[2] |= kept_back | changes
        files[case_file.RECORDS] = b"".join(archive_lines.line(each) for each in lines)
        return case_files.verify(_written(files, path), pinned={})

    there = told()
    assert (there["broken"], there["kept_back"]) == ([], 1)
    assert told(hash="a" * 64)["broken"] == ["record 4: does not continue the chain"]


async def test_another_agencys_investigation_is_in_no_file_of_the_case(
    room: Room, tmp_path: Path
) -> None:
    await _inspected(room)
    said = {"text": "undeclared owner 另有货主", "reason": "informer 线索"}
    await room.do("customs", "investigations", said)
    kept_back = {}
    for who in ("customs", "quarantine", "auditor"):
        path = _saved(await _file(room, who), tmp_path / "case.zip")
        told = case_files.verify(path, pinned={})
        kept_back[who] = told["kept_back"]
        with ZipFile(path) as zipped:
            content = zipped.read(case_file.RECORDS).decode()
        assert told["broken"] == []
        assert (said["text"] in content) == (who != "quarantine")
    assert kept_back == {"customs": 0, "quarantine": 1, "auditor": 0}


async def test_a_signature_by_another_key_is_seen_even_without_a_checkpoint(
    room: Room, tmp_path: Path
) -> None:
    await _inspected(room)
    path = _saved(await _file(room), tmp_path / "case.zip")
    with ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    foreign = public_of(Ed25519PrivateKey.generate()).encode()
    last = files[case_file.RECORDS].splitlines()[-1]
    (named,) = [each for each in last.split(b'"') if len(each) == 44]
    base64.b64decode(named, validate=True)
    files[case_file.RECORDS] = files[case_file.RECORDS].replace(named, foreign)
    told = case_files.verify(_written(files, path), pinned={})["broken"]
    assert any("the signature is wrong" in each for each in told)


async def test_a_cases_file_is_for_those_who_read_the_case(room: Room) -> None:
    await room.plan()
    for who, status in (("customs", 200), ("auditor", 200), ("broker", 403), ("yard", 403)):
        answer = await room.clients[who].get(f"{CASE}/file.zip")
        assert (who, answer.status_code) == (who, status)
