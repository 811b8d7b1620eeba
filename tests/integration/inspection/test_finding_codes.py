"""Findings are called by the list of their day; what a device found by an older list is kept."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests import kits
from tests.factories import NOW
from tests.integration.inspection import devices
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

SNAILS = {"code": "snails", "text": "snails 蜗牛"}
SHIFT = 8 * 60
"""Minutes from when the devices' shift began to now."""


async def _edit(room: Room, who: str = "supervisor", code: str = "snails", **facts: Any) -> Any:
    said = {"en": "snails", "zh": "蜗牛"}
    body = {"said": said, "severity": "major", "valid_from": "2026-03-02"} | facts
    path = f"/v1/finding-codes/{code}"
    answer = await room.clients[who].put(path, json=body, headers=kits.keyed(f"{who}{facts}"))
    return answer.status_code, answer.json()


async def _codes(room: Room, query: str = "") -> dict[str, set[str]]:
    answer = await room.clients["customs"].get(f"/v1/finding-codes{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, set[str]] = {}
    for each in answer.json()["items"]:
        found.setdefault(each["agency"], set()).add(each["entry"]["code"])
    return found


async def _wrong(room: Room, who: str, act: str, body: Body) -> list[str]:
    answer = await room.send(who, act, body)
    assert answer.status_code == 422, answer.text
    return [each["code"] for each in answer.json()["errors"]]


async def test_an_unknown_code_is_refused_with_the_nearest_ones(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    answer = await room.send("customs", "findings", {"code": "pests_found", "text": "x"})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["code"]) == (422, "finding_code_unknown")
    assert fault["pointer"] == "/code"
    assert "pest" in fault["facts"]["nearest"]
    wrong: Body = r.NONCONFORM | {"disposal": "treat", "findings": [SNAILS]}
    told = (await room.send("customs", "conclude", wrong)).json()["errors"]
    assert {(each["code"], each["pointer"]) for each in told} == {
        ("disposal_unfit", "/disposal"),
        ("finding_code_unknown", "/findings/0/code"),
        ("treatment_missing", "/treatment"),
    }


async def test_an_agencys_supervisors_keep_its_list_by_days(room: Room) -> None:
    status, edition = await _edit(room)
    assert (status, edition["version"], edition["entry"]["agency"]) == (200, 1, "customs")
    codes = await _codes(room)
    assert "snails" in codes["customs"]
    assert "snails" not in codes["quarantine"]
    assert "snails" not in (await _codes(room, "?at=2026-03-01&agency=customs"))["customs"]
    status, refused = await _edit(room, valid_from="2026-03-01")
    assert (status, refused["code"]) == (422, "code_edition_past")
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    await room.do("customs", "findings", SNAILS)
    assert await _wrong(room, "quarantine", "findings", SNAILS) == ["finding_code_unknown"]
    await room.do("quarantine", "findings", {"code": "other_pests", "text": "snails 蜗牛"})


async def test_a_device_with_an_older_list_loses_no_finding(room: Room) -> None:
    """It was found yesterday, while the code was on the list; sent by a clock two hours wrong."""
    await _edit(room)
    await _edit(room, valid_from="2026-03-03", withdrawn=True)
    await room.plan()
    await room.do("customs", "open")
    room.hand.turn(24 * 60)
    assert await _wrong(room, "customs", "findings", SNAILS) == ["finding_code_unknown"]
    two_hours = timedelta(hours=2)
    made = [devices.record("finding", SNAILS, minutes=SHIFT + each) for each in (125, 23 * 60)]
    answer = await devices.send(room, "customs", *made, skew=two_hours)
    assert [each["status"] for each in answer["records"]] == ["applied", "rejected"]
    (wrong,) = answer["records"][1]["errors"]
    assert (wrong["code"], wrong["pointer"]) == ("finding_code_unknown", "/data/code")
    rejected = (await room.clients["customs"].get("/v1/sync/rejected")).json()["items"]
    assert [each["record"]["data"]["code"] for each in rejected] == ["snails"]
    case = await room.see()
    assert [each["code"] for each in case["sections"]["customs"]["findings"]] == ["snails"]
    assert room.hand.yard() == NOW + timedelta(days=1)
    assert await room.broken() == []


async def test_a_finding_is_corrected_to_a_code_of_the_list_alone(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("customs", "findings", {"code": "pest", "text": "live insects 活虫"})
    records = (await room.see(path=f"/{b.CASE}/records"))["items"]
    seq = next(each["seq"] for each in records if each["kind"] == "finding")
    body = {"record": seq, "facts": {"code": "snails"}, "reason": "seen again 复查"}
    assert await _wrong(room, "customs", "corrections", body) == ["finding_code_unknown"]
    await room.do("customs", "corrections", body | {"facts": {"code": "weeds"}})


@pytest.mark.parametrize(
    "change",
    ["UPDATE finding_code_editions SET withdrawn = true", "DELETE FROM finding_code_editions"],
)
async def test_the_database_keeps_editions_as_they_were(room: Room, change: str) -> None:
    await _edit(room)
    with pytest.raises(ProgrammingError):
        async with room.service.kit.database.transaction() as session:
            await session.execute(text(change))
