"""Supervisors of both agencies acknowledge in time what was found, or all see that they did not."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import acknowledging
from services.inspection.jobs import alarms
from services.inspection.settings import Settings
from shared.auth.principal import Role
from shared.http.paging import encode_cursor
from tests import kits
from tests.factories import NOW
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

PEST = {"code": "pest", "text": "live insects 活虫"}


async def _found(room: Room) -> int:
    """Customs finds something; the number of the alarm's record."""
    room.clients["head of quarantine"] = kits.client(
        room.service, Role.SUPERVISOR, org="office", agency="quarantine", subject="head"
    )
    await room.plan()
    await room.do("customs", "open")
    await room.do("customs", "findings", PEST)
    (alarm,) = await _alarms(room)
    assert (alarm["case_id"], alarm["yard"], alarm["agency"]) == (str(b.CASE), b.YARD, "customs")
    record: int = alarm["record"]
    return record


async def _alarms(room: Room, query: str = "", who: str = "auditor") -> list[Any]:
    answer = await room.clients[who].get(f"/v1/alarms{query}")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def test_each_agency_acknowledges_once_however_often_it_says_so(room: Room) -> None:
    act = f"alarms/{await _found(room)}/acknowledge"
    first = await room.do("supervisor", act)
    assert (first["missing"], first["acknowledged"][0]["by"]) == (["quarantine"], "supervisor")
    assert await _alarms(room, "?settled=true") == []
    room.hand.turn(5)
    assert await room.do("supervisor", act) == first
    both = await room.do("head of quarantine", act)
    assert [each["agency"] for each in both["acknowledged"]] == ["customs", "quarantine"]
    assert both["missing"] == []
    assert await _alarms(room, "?settled=false") == []
    assert [each["missing"] for each in await _alarms(room, "?settled=true")] == [[]]
    room.hand.turn(600)
    assert await alarms.sweep(room.service.kit, Settings()) == 0
    records = (await room.see(path=f"/{b.CASE}/records"))["items"]
    assert [each["kind"] for each in records[-2:]] == ["alarm_acknowledged"] * 2
    assert await room.broken() == []


async def test_what_an_agency_has_not_acknowledged_in_time_is_overdue_for_all_to_see(
    room: Room,
) -> None:
    record = await _found(room)
    await room.do("supervisor", f"alarms/{record}/acknowledge")
    room.hand.turn(29)
    assert await alarms.sweep(room.service.kit, Settings()) == 0
    room.hand.turn(1)
    assert await alarms.sweep(room.service.kit, Settings()) == 1
    assert await alarms.sweep(room.service.kit, Settings()) == 0
    (late,) = await _alarms(room, f"?overdue=true&yard={b.YARD}", "customs")
    assert (late["record"], late["missing"]) == (record, ["quarantine"])
    last = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]
    assert last["kind"] == "alarm_overdue"
    assert last["payload"] == {"alarm": record, "missing": ["quarantine"]}
    acknowledged = await room.do("head of quarantine", f"alarms/{record}/acknowledge")
    assert (acknowledged["missing"], acknowledged["overdue_at"]) == ([], late["overdue_at"])


async def test_alarms_are_for_officers_supervisors_and_auditors_and_supervisors_acknowledge(
    room: Room,
) -> None:
    record = await _found(room)
    for who in ("broker", "yard"):
        assert (await room.clients[who].get("/v1/alarms")).status_code == 403
    for who in ("customs", "auditor"):
        assert (await room.refused(who, f"alarms/{record}/acknowledge"))[0] == 403
    assert await room.refused("supervisor", f"alarms/{record - 1}/acknowledge") == (
        404,
        "alarm_not_found",
    )
    assert await _alarms(room, "?yard=CNTAO-Y2") == []


async def test_alarms_that_cannot_be_recorded_as_overdue_keep_no_later_one_waiting(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await _found(room)
    await room.do("customs", "findings", PEST)
    lapse = acknowledging.lapse

    async def refused(session: AsyncSession, name: tuple[UUID, int], **facts: Any) -> None:
        if name[1] == record:
            raise RuntimeError("cannot be recorded")
        await lapse(session, name, **facts)

    monkeypatch.setattr(alarms, "AT_ONCE", 1)
    monkeypatch.setattr(acknowledging, "lapse", refused)
    room.hand.turn(600)
    assert await alarms.sweep(room.service.kit, Settings()) == 1
    assert [each["record"] for each in await _alarms(room, "?overdue=false")] == [record]


async def test_a_cursor_that_was_never_given_out_is_refused(room: Room) -> None:
    early = "0001-01-01T00:00:00+14:00"
    made_up: list[tuple[str, tuple[object, ...]]] = [
        ("alarms", (NOW, b.CASE, -1)),
        ("alarms", (NOW, b.CASE, 2**31)),
        ("alarms", (early, b.CASE, 1)),
        ("cases", (early, b.CASE)),
        ("sync/rejected", (early, b.CASE, "")),
    ]
    for path, key in made_up:
        query = {"cursor": encode_cursor(key)}
        answer = await room.clients["customs"].get(f"/v1/{path}", params=query)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad_cursor")


async def test_the_other_services_are_told(room: Room) -> None:
    await _found(room)
    assert (await room.told())[-1] == "abnormal_found"
