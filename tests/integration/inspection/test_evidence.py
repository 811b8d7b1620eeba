"""Evidence: sent once, kept for good, read by links that end; any change of it is found."""

import errno
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from PIL import Image

from services.inspection import app
from services.inspection.evidence.folder import Folder
from services.inspection.settings import Settings
from shared.auth.principal import Role
from shared.ids import uuid7
from tests import kits, pictures
from tests.factories import NOW
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

PATH = f"/v1/cases/{b.CASE}/evidence"


@pytest.fixture(autouse=True)
async def _opened(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")


async def _send(
    room: Room, content: bytes, *, who: str = "customs", kind: str = "image/jpeg", **query: Any
) -> httpx.Response:
    room.keys.append(f"key-{len(room.keys)}")
    headers = kits.keyed(room.keys[-1], **{"Content-Type": kind})
    client = room.clients[who]
    return await client.post(PATH, content=content, params=query, headers=headers)


async def _sent(room: Room, content: bytes, **more: Any) -> Body:
    answer = await _send(room, content, **more)
    assert answer.status_code == 201, answer.text
    told: Body = answer.json()
    return told


async def _pieces(room: Room, who: str = "auditor") -> list[Body]:
    items: list[Body] = (await room.see(who, f"/{b.CASE}/evidence"))["items"]
    return items


def _files(room: Room) -> list[Path]:
    return sorted(each for each in room.folder.rglob("*") if each.is_file())


async def test_a_photo_is_a_record_of_the_case_and_read_by_both_agencies(room: Room) -> None:
    told = {"device": "tablet 1", "at": NOW.isoformat(), "container": b.planned().containers[0]}
    ahead = (room.hand.yard() + timedelta(hours=2)).isoformat()
    sent = await _sent(room, pictures.photo(), note="封志 seal", sent_at=ahead, **told)
    record = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]
    assert (record["kind"], record["seq"]) == ("evidence", sent["seq"])
    assert record["payload"]["sha256"] == sent["sha256"]
    assert record["payload"]["device"]["skew_seconds"] == 7200
    (piece,) = await _pieces(room, "quarantine")
    assert (piece["note"], piece["agency"], piece["sort"]) == ("封志 seal", "customs", "photo")
    assert await room.broken() == []


async def test_a_file_is_saved_by_browsers_and_never_shown_or_run(room: Room) -> None:
    sent = await _sent(room, pictures.photo())
    (piece,) = await _pieces(room)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=room.service.api), base_url="http://test"
    ) as nobody:
        answer = await nobody.get(piece["link"]["path"])
    assert Image.open(BytesIO(answer.content)).size == (2, 4)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"] == f'attachment; filename="{sent["id"]}.jpg"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer.headers["cache-control"]


async def test_a_link_ends_and_is_made_by_nobody_else(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _sent(room, pictures.photo())
    (piece,) = await _pieces(room)
    path = piece["link"]["path"]
    named, ends, signed = path.rpartition("/")[2].split(".")
    read = room.clients["broker"].get
    other = f"{uuid7().hex}.{ends}.{signed}"
    later = f"{named}.{int(ends) + 1}.{signed}"
    for link in (other, later, f"{named}.{ends}.{signed[:-1]}_", "x", "../1"):
        answer = await read(f"/v1/evidence/{link}")
        assert (answer.status_code, link) == (404, link)
    assert (await read(path)).status_code == 200
    monkeypatch.setattr(room.hand, "wall", lambda: NOW + timedelta(minutes=5))
    answer = await room.clients["broker"].get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "link_over")


async def test_a_lost_file_is_told_of_until_it_is_sent_again(room: Room) -> None:
    name, whole = str(uuid7()), f"/v1/cases/{b.CASE}/file.zip"
    first = await _sent(room, pictures.photo(), id=name)
    (path,) = _files(room)
    path.unlink()
    lost = await room.clients["auditor"].get(whole)
    assert (lost.status_code, lost.json()["code"]) == (503, "evidence_lost")
    assert await _sent(room, pictures.photo(), id=name) == first
    assert _files(room) == [path]
    assert (await room.clients["auditor"].get(whole)).status_code == 200


async def test_a_file_sent_again_under_its_id_is_there_once(room: Room) -> None:
    name = str(uuid7())
    first = await _sent(room, pictures.photo(1), id=name)
    assert await _sent(room, pictures.photo(1), id=name) == first
    other = await _send(room, pictures.photo(2), id=name)
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")
    same = await _sent(room, pictures.photo(1))
    assert same["sha256"] == first["sha256"]
    assert len(await _pieces(room)) == 2
    assert len(_files(room)) == 1


async def test_what_is_wrong_with_what_is_said_is_told_all_at_once(room: Room) -> None:
    answer = await _send(room, pictures.photo(), line="x", sort="film", force="true")
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert pointers == {"/query/line", "/query/sort", "/query/force"}
    answer = await _send(room, pictures.photo(), device="tablet 1")
    assert answer.json()["code"] == "device_untold"
    assert (await _send(room, pictures.photo(), who="broker")).status_code == 403
    assert (await _send(room, pictures.photo(), who="supervisor")).status_code == 403
    assert _files(room) == []


async def test_files_have_a_limit_and_those_of_a_case_too(room: Room) -> None:
    size = len(pictures.picture())
    settings = Settings(
        evidence_folder=room.folder, evidence_file_bytes=2 * size, evidence_case_bytes=size
    )
    small = app.create(room.service.kit, settings)
    room.clients["customs"] = kits.client(
        small, Role.OFFICER, org="office", agency="customs", subject="customs"
    )
    large = await _send(room, pictures.document(bytes(3 * size)), kind="application/pdf")
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    await _sent(room, pictures.picture(), kind="image/png")
    full = await _send(room, pictures.picture(1), kind="image/png")
    assert (full.status_code, full.json()["code"]) == (409, "case_evidence_full")


class FullDisk(Folder):
    """A folder on a disk without space."""

    async def keep(self, name: str, content: bytes) -> None:
        """As the disk says it."""
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_on_a_full_disk_it_is_said_so_and_nothing_is_recorded(room: Room) -> None:
    state = room.service.api.state
    state.vault, there = FullDisk(room.folder), state.vault
    answer = await _send(room, pictures.photo())
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert await _pieces(room) == []
    state.vault = there
    await _sent(room, pictures.photo())


def _changed(one: Path, _: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def _exchanged(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _missing(one: Path, _: Path) -> None:
    one.unlink()


async def test_a_file_changed_exchanged_or_missing_is_found_and_not_given_out(room: Room) -> None:
    for number in range(2):
        await _sent(room, pictures.picture(number), kind="image/png")
    files = {each: each.read_bytes() for each in _files(room)}
    for change, found in ((_changed, 1), (_exchanged, 2), (_missing, 1)):
        assert await room.broken() == []
        change(*files)
        broken = await room.broken()
        assert len(broken) == found
        assert all(each.startswith(f"evidence: case {b.CASE} record ") for each in broken)
        links = [each["link"]["path"] for each in await _pieces(room)]
        answers = [await room.clients["auditor"].get(each) for each in links]
        lost = [each.json()["code"] for each in answers if each.status_code == 503]
        assert lost == ["evidence_lost"] * found
        for path, content in files.items():
            path.write_bytes(content)


async def test_a_record_that_names_another_file_breaks_its_chain(
    room: Room, superuser: asyncpg.Connection
) -> None:
    first = await _sent(room, pictures.picture(1), kind="image/png")
    second = await _sent(room, pictures.picture(2), kind="image/png")
    await superuser.execute("ALTER TABLE case_records DISABLE TRIGGER ALL")
    await superuser.execute(
        "UPDATE case_records"
        " SET payload = jsonb_set(payload::jsonb, '{sha256}', to_jsonb($1::text))::json"
        " WHERE seq = $2",
        second["sha256"],
        first["seq"],
    )
    assert [each for each in await room.broken() if each.startswith("chains: ")]
