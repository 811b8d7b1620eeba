"""A photo that one agency investigates with is nowhere to be seen for the others."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from tests import kits, pictures
from tests.integration.inspection.kept_back import (
    MARK,
    OTHERS,
    SECRET,
    chain_of,
    opened,
    seen,
    without_hashes,
)
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

__all__ = ["opened"]
MARK_AT_ONCE = {"investigation": MARK["reason"]}
PATH = f"/v1/cases/{b.CASE}/evidence"


async def _sent(room: Room, **query: str) -> dict[str, Any]:
    """A photo of customs."""
    headers = kits.keyed("a photo", **{"Content-Type": "image/jpeg"})
    answer: httpx.Response = await room.clients["customs"].post(
        PATH, content=pictures.photo(), params={"note": SECRET, **query}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _listed(room: Room, who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.see(who, f"/{b.CASE}/evidence"))["items"]
    return items


async def _files(room: Room, who: str) -> set[str]:
    """The names in the case's zip."""
    answer = await room.clients[who].get(f"/v1/cases/{b.CASE}/file.zip")
    assert answer.status_code == 200, answer.text
    return set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())


async def test_a_photo_that_is_kept_back_is_there_for_its_own_agency_alone(opened: Room) -> None:
    before = {who: without_hashes(await seen(opened, who)) for who in OTHERS}
    named = await _files(opened, "quarantine")
    sent = await _sent(opened, investigation=MARK["reason"])
    for who in OTHERS:
        assert without_hashes(await seen(opened, who)) == before[who]
        assert SECRET not in json.dumps(await seen(opened, who), ensure_ascii=False)
    for who in ("second", "auditor"):
        (own,) = await _listed(opened, who)
        assert own["seq"] == sent["seq"]
        read = await opened.clients["broker"].get(own["link"]["path"])
        assert read.status_code == 200
    assert await _files(opened, "quarantine") == named < await _files(opened, "customs")
    mark = (await chain_of(opened, "customs"))[-1]
    assert mark["payload"] == {"record": sent["seq"], **MARK}
    assert await opened.broken() == []


async def test_a_photo_is_kept_back_later_and_told_again_once_a_supervisor_unmarks_it(
    opened: Room,
) -> None:
    seq = (await _sent(opened))["seq"]
    assert [each["seq"] for each in await _listed(opened, "quarantine")] == [seq]
    await opened.do("customs", f"records/{seq}/mark", MARK)
    assert await _listed(opened, "quarantine") == []
    await opened.do("supervisor", f"records/{seq}/unmark", MARK)
    assert [each["seq"] for each in await _listed(opened, "quarantine")] == [seq]


async def test_what_is_sent_twice_is_kept_back_once(opened: Room) -> None:
    kept = {"investigation": MARK["reason"], "id": "01a20695-d3f8-75ef-ba27-10fa5f698411"}
    first = await _sent(opened, **kept)
    headers = kits.keyed("the photo again", **{"Content-Type": "image/jpeg"})
    again = await opened.clients["customs"].post(
        PATH, content=pictures.photo(), params={"note": SECRET, **kept}, headers=headers
    )
    assert again.json()["seq"] == first["seq"]
    assert await _listed(opened, "quarantine") == []
    assert len(await chain_of(opened, "customs")) == first["seq"] + 1


async def test_what_others_have_seen_is_not_taken_as_kept_back(opened: Room) -> None:
    shown = {"note": SECRET, "id": "01a20695-d3f8-75ef-ba27-10fa5f698412"}
    await _sent(opened, **shown)
    headers = kits.keyed("kept back now", **{"Content-Type": "image/jpeg"})
    again = await opened.clients["customs"].post(
        PATH, content=pictures.photo(), params={**shown, **MARK_AT_ONCE}, headers=headers
    )
    assert (again.status_code, again.json()["code"]) == (409, "id_taken")


@pytest.mark.parametrize("reason", ["", "x" * 501])
async def test_a_reason_is_one(opened: Room, reason: str) -> None:
    headers = kits.keyed("no reason", **{"Content-Type": "image/jpeg"})
    answer = await opened.clients["customs"].post(
        PATH, content=pictures.photo(), params={"investigation": reason}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/investigation"
