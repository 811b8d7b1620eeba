"""Uploads in parts: cut off anywhere they go on, and at their end they are evidence once."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.inspection import uploads
from services.inspection.jobs import orphans
from shared.ids import uuid7
from tests import pictures
from tests.factories import NOW
from tests.integration.inspection import devices
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

PHOTO = pictures.photo()


async def _begin(
    room: Room, name: UUID, content: bytes = PHOTO, *, who: str = "customs", **said: Any
) -> httpx.Response:
    headers = devices.of_upload(name, content, **({"kind": "image/jpeg"} | said))
    return await room.clients[who].post("/v1/uploads", headers=headers)


async def _part(
    room: Room, name: UUID, part: bytes, *, offset: int, who: str = "customs"
) -> httpx.Response:
    headers = {**devices.at(offset), **devices.PART}
    return await room.clients[who].patch(f"/v1/uploads/{name}", content=part, headers=headers)


async def _come(room: Room, name: UUID, who: str = "customs") -> int:
    answer = await room.clients[who].head(f"/v1/uploads/{name}", headers=devices.TUS)
    assert answer.status_code == 200
    assert answer.headers["upload-length"] == str(len(PHOTO))
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


async def _pieces(room: Room) -> list[Body]:
    items: list[Body] = (await room.see(path=f"/{b.CASE}/evidence"))["items"]
    return items


async def _opened(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")


async def test_an_upload_goes_on_where_it_was_cut_off_and_ends_as_evidence(room: Room) -> None:
    await _opened(room)
    name = uuid7()
    ahead = (room.hand.yard() + timedelta(hours=2)).isoformat()
    device: dict[str, Any] = {
        "device": "tablet 1",
        "at": NOW.isoformat(),
        "sent_at": ahead,
        "note": "封志 seal",
    }
    begun = await _begin(room, name, **device)
    assert (begun.status_code, begun.headers["location"]) == (201, f"/v1/uploads/{name}")
    assert begun.headers["tus-resumable"] == "1.0.0"
    room.hand.turn(30)
    for offset in (0, 100, 200):
        assert await _come(room, name) == offset
        last = offset == 200
        part = PHOTO[offset:] if last else PHOTO[offset : offset + 100]
        answer = await _part(room, name, part, offset=offset)
        assert answer.status_code == 204
        assert answer.headers["upload-offset"] == str(offset + len(part))
        again = await _part(room, name, part, offset=offset)
        assert (again.status_code, again.json()["code"]) == (409, "offset_wrong")
    assert await _come(room, name) == len(PHOTO)
    (piece,) = await _pieces(room)
    assert (piece["id"], piece["note"]) == (str(name), "封志 seal")
    assert piece["device"]["skew_seconds"] == 7200
    later = device | {"sent_at": (room.hand.yard() + timedelta(hours=2)).isoformat()}
    assert later != device
    assert (await _begin(room, name, **later)).headers["upload-offset"] == str(len(PHOTO))
    assert await room.broken() == []


async def test_an_upload_may_be_kept_from_the_other_agency(room: Room) -> None:
    await _opened(room)
    name = uuid7()
    await _begin(room, name, investigation="warehouse watched 仓库布控")
    assert (await _part(room, name, PHOTO, offset=0)).status_code == 204
    assert [each["id"] for each in await _pieces(room)] == [str(name)]
    assert (await room.see("quarantine", f"/{b.CASE}/evidence"))["items"] == []


async def test_a_file_that_cannot_be_evidence_yet_keeps_its_end_until_it_can(room: Room) -> None:
    await room.plan()
    name = uuid7()
    await _begin(room, name)
    await _part(room, name, PHOTO[:100], offset=0)
    early = await _part(room, name, PHOTO[100:], offset=100)
    assert (early.status_code, early.json()["code"]) == (409, "container_not_open")
    assert await _come(room, name) == 100
    await room.do("customs", "open")
    assert (await _part(room, name, PHOTO[100:], offset=100)).status_code == 204
    assert len(await _pieces(room)) == 1


async def test_what_is_no_picture_is_told_at_its_end(room: Room) -> None:
    await _opened(room)
    name = uuid7()
    await _begin(room, name, pictures.SVG, kind="image/png")
    answer = await _part(room, name, pictures.SVG, offset=0)
    assert (answer.status_code, answer.json()["code"]) == (422, "content_not_as_declared")
    assert await _pieces(room) == []


async def test_an_upload_is_its_owners_alone(room: Room) -> None:
    await _opened(room)
    name = uuid7()
    await _begin(room, name)
    for who in ("second", "quarantine"):
        path = f"/v1/uploads/{name}"
        assert (await room.clients[who].head(path, headers=devices.TUS)).status_code == 404
        assert (await _part(room, name, PHOTO, offset=0, who=who)).status_code == 404
        taken = await _begin(room, name, who=who)
        assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    other = await _begin(room, name, note="another")
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")


WRONG: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"Tus-Resumable": "0.2.2"}, 412, "tus_version_needed"),
    ({"Upload-Length": "-1"}, 400, "malformed_header"),
    ({"Upload-Length": "0"}, 413, "body_too_large"),
    ({"Upload-Length": str(21 * 2**20)}, 413, "body_too_large"),
    ({"Upload-Metadata": "id ???"}, 400, "malformed_header"),
    ({"Upload-Metadata": ""}, 400, "malformed_header"),
)


async def test_a_beginning_that_is_none_is_refused(room: Room) -> None:
    good, customs = devices.of_upload(uuid7(), PHOTO), room.clients["customs"]
    for changes, status, code in WRONG:
        answer = await customs.post("/v1/uploads", headers=good | changes)
        assert (answer.status_code, answer.json()["code"], changes) == (status, code, changes)
    path = good | {"Upload-Metadata": f"filename {b64encode(b'../../etc/passwd').decode()}"}
    answer = await customs.post("/v1/uploads", headers=path)
    named = {each["pointer"] for each in answer.json()["errors"]}
    assert named == {f"/metadata/{each}" for each in ("id", "case_id", "filetype", "filename")}


async def test_an_upload_that_stands_still_is_given_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.plan()
    name = uuid7()
    await _begin(room, name)
    await _part(room, name, PHOTO[:100], offset=0)
    assert await orphans.forget(room.service.kit) == 0
    monkeypatch.setattr(room.hand, "wall", lambda: NOW + timedelta(days=7, seconds=1))
    assert await orphans.forget(room.service.kit) == 1


async def test_one_person_has_so_many_uploads_under_way(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _opened(room)
    monkeypatch.setattr(uploads, "MOST_OPEN", 1)
    first, second = uuid7(), uuid7()
    assert (await _begin(room, first)).status_code == 201
    assert (await _begin(room, first)).status_code == 201
    refused = await _begin(room, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_uploads")
    assert (await _begin(room, second, who="second")).status_code == 201
    await _part(room, first, PHOTO, offset=0)
    assert (await _begin(room, uuid7())).status_code == 201


async def test_what_is_spoken_is_told(room: Room) -> None:
    answer = await room.clients["customs"].options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-max-size"] == str(20 * 2**20)
