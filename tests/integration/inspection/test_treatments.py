"""Treatments over the API, from devices, and what becomes of those that are late."""

from datetime import timedelta
from typing import Any

import pytest

from services.inspection.jobs import treatments as job
from shared.contracts.values import Outcome, utc
from shared.http.paging import encode_cursor
from tests.factories import NOW
from tests.integration.inspection import devices
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

PEST = {"code": "pest", "text": "live insects 活虫"}
ORDER: Body = {"kind": "heat", "by": "CNTAO-T1", "due": utc(NOW + timedelta(days=2))}
TREAT: Body = {"verdict": "minor", "disposal": "treat", "findings": [PEST], "treatment": ORDER}
RELEASE: Body = {"verdict": "minor", "disposal": "release", "findings": [PEST]}
DONE: Body = {
    "done": True,
    "text": "done 已完成",
    "certificate": "H-1",
    "hours": "0.5",
    "celsius": "56",
}


async def _ordered(room: Room) -> None:
    """Customs alone inspects, and has something treated."""
    await room.plan(**b.single())
    await room.do("customs", "open")
    await room.do("customs", "conclude", TREAT)
    await room.met(Outcome.HELD)


async def _listed(room: Room, query: str = "", who: str = "auditor") -> list[Any]:
    answer = await room.clients[who].get(f"/v1/treatments{query}")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def test_what_is_treated_is_held_until_it_is_told_and_then_concluded_anew(room: Room) -> None:
    await _ordered(room)
    assert (await room.see())["status"] == "awaiting_laboratory"
    (listed,) = await _listed(room, "?settled=false&agency=customs", "quarantine")
    assert (listed["yard"], listed["treatment"]["kind"]) == (b.YARD, "heat")
    assert await room.refused("customs", "conclude", RELEASE) == (409, "treatment_awaited")
    room.hand.turn(600)
    told = await room.do("customs", "treatments/1/result", DONE)
    assert told["sections"]["customs"]["treatments"][0]["result"]["celsius"] == "56"
    assert await _listed(room, "?settled=false") == []
    assert len(await _listed(room, f"?settled=true&yard={b.YARD}")) == 1
    await room.do("customs", "conclude", RELEASE)
    assert (await room.see("broker"))["sections"]["customs"]["treatments"] is None
    assert await room.refused("customs", "treatments/1/result", DONE) == (409, "treatment_settled")
    assert await room.refused("customs", "treatments/2/result", DONE) == (404, "treatment_unknown")
    assert await room.broken() == []


async def test_one_that_is_late_is_told_to_supervisors_once(room: Room) -> None:
    await _ordered(room)
    assert await job.sweep(room.service.kit) == 0
    room.hand.turn(2 * 24 * 60)
    assert await job.sweep(room.service.kit) == 1
    assert await job.sweep(room.service.kit) == 0
    (late,) = await _listed(room, "?overdue=true")
    assert late["treatment"]["overdue_at"] == utc(room.hand.yard())
    alarms = (await room.clients["supervisor"].get("/v1/alarms?settled=false")).json()["items"]
    codes = [finding["code"] for each in alarms for finding in each["findings"]]
    assert codes == ["pest", "treatment_overdue"]
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert kinds[-2:] == ["treatment_overdue", "abnormal_found"]
    assert await room.broken() == []


async def test_a_case_that_ends_gives_its_treatments_up(room: Room) -> None:
    await _ordered(room)
    await room.met(Outcome.REFUSED_ENTRY)
    (given_up,) = await _listed(room, "?settled=true")
    assert given_up["treatment"]["cancelled_at"] is not None
    room.hand.turn(3 * 24 * 60)
    assert await job.sweep(room.service.kit) == 0


async def test_a_device_tells_a_treatment_without_a_link(room: Room) -> None:
    await _ordered(room)
    records = [
        devices.record("treatment", {"number": 1, **DONE}),
        devices.record("treatment", {"number": 1, "done": True, "text": "bare"}),
    ]
    late, early = await devices.send(room, "customs", records[1]), records[0]
    wrong = late["records"][0]
    assert [(each["code"], each["pointer"]) for each in wrong["errors"]] == [
        ("treatment_certificate_missing", "/data/certificate"),
        ("treatment_figure_missing", "/data/hours"),
        ("treatment_figure_missing", "/data/celsius"),
    ]
    answer = await devices.send(room, "customs", early)
    assert answer["records"][0]["status"] == "applied"
    case = await room.see()
    assert case["sections"]["customs"]["treatments"][0]["result"]["done"] is True


async def test_kinds_are_those_of_a_day(room: Room) -> None:
    answer = await room.clients["customs"].get("/v1/treatments/kinds?at=2018-07-31")
    assert answer.json()["items"] == []
    answer = await room.clients["customs"].get("/v1/treatments/kinds")
    heat = next(each for each in answer.json()["items"] if each["code"] == "heat")
    assert heat["figures"] == {"hours": "h", "celsius": "Cel"}


@pytest.mark.parametrize("key", [[1, "x", "customs", 1], [utc(NOW), str(b.CASE), "\0", 1]])
async def test_a_cursor_that_is_none_is_refused(room: Room, key: list[Any]) -> None:
    cursor = encode_cursor(key)
    answer = await room.clients["customs"].get(f"/v1/treatments?cursor={cursor}")
    assert answer.status_code == 422, answer.text


async def test_it_is_printed_in_the_cases_paper(room: Room) -> None:
    await _ordered(room)
    await room.do("customs", "treatments/1/result", DONE)
    answer = await room.clients["customs"].get(f"/v1/cases/{b.CASE}/file.pdf")
    assert answer.content.startswith(b"%PDF-")
