"""Officers sign in and out over the API and from devices; one is at one container at a time."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.inspection import presence
from shared.contracts import derived
from shared.contracts.booking import BookingConfirmed
from shared.contracts.values import utc
from tests import kits
from tests.factories import NOW
from tests.integration.inspection import devices, filed
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

LI = {"officers": ["o.li"]}
SHIFT = 8 * 60
"""Minutes from when the devices' shift began to now."""


async def _another(room: Room) -> UUID:
    """Another case, in its slot as well, with its container in the yard."""
    filing, requirement = r.nth_case(2)
    names = {"filing_id": filing, "requirement_id": requirement}
    booking = {**names, "booking_id": derived.booking_id(requirement), "revision": 1}
    await room.hear(b.determined(**names), BookingConfirmed(**booking, slot=b.slot(bay="P2")))
    case = derived.case_id(requirement)
    await _post(room, "yard", case, "gate-in", r.SEALS)
    return case


async def _post(room: Room, who: str, case: UUID, act: str, body: Any) -> Any:
    key = kits.keyed(f"{who}-{case}-{act}-{room.hand.yard()}")
    answer = await room.clients[who].post(f"/v1/cases/{case}/{act}", json=body, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _stays(room: Room, case: UUID = b.CASE) -> list[tuple[str, str | None, int | None]]:
    """Of customs: who, what ended it, after how many minutes."""
    stays = (await room.see(path=f"/{case}"))["sections"]["customs"]["attendance"]
    return [(each["officer"], each["ended"], _minutes(each)) for each in stays]


def _minutes(stay: dict[str, str]) -> int | None:
    if stay["left_at"] is None:
        return None
    came, left = (datetime.fromisoformat(stay[name]) for name in ("came_at", "left_at"))
    return int((left - came).total_seconds() // 60)


async def test_who_signs_in_elsewhere_is_signed_out_here(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    other = await _another(room)
    await room.do("customs", "come", LI)
    room.hand.turn(30)
    await _post(room, "customs", other, "come", LI)
    assert await _stays(room) == [("o.li", "elsewhere", 30)]
    assert await _stays(room, other) == [("o.li", None, None)]
    room.hand.turn(10)
    await _post(room, "customs", other, "leave", LI)
    assert await _stays(room, other) == [("o.li", "signed_out", 10)]
    assert await room.broken() == []


async def test_who_comes_back_is_there_whatever_a_device_tells_of_the_time_between(
    room: Room,
) -> None:
    """Here from 0 to 10 and again since 40; a device tells of 20 to 30 elsewhere."""
    await room.plan()
    await room.do("customs", "open")
    other = await _another(room)
    for turned, act in ((0, "come"), (10, "leave"), (30, "come"), (20, "")):
        room.hand.turn(turned)
        if act:
            await room.do("customs", act)
    shift = [
        devices.record(kind, {}, case=other, minutes=SHIFT + minutes)
        for kind, minutes in (("come", 20), ("leave", 30))
    ]
    answer = await devices.send(room, "customs", *shift)
    assert [each["status"] for each in answer["records"]] == ["applied"] * 2
    assert await _stays(room) == [("customs", "signed_out", 10), ("customs", None, None)]
    assert await _stays(room, other) == [("customs", "signed_out", 10)]


async def test_of_two_places_at_once_one_is_left_whoever_is_first(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await room.do("customs", "open")
    other = await _another(room)
    await asyncio.gather(
        *(
            _post(room, who, case, "come", LI)
            for who, case in (("customs", b.CASE), ("second", other))
        )
    )
    found = [*await _stays(room), *await _stays(room, other)]
    assert sorted(ended or "" for _, ended, _ in found) == ["", "elsewhere"]
    assert await superuser.fetchval("SELECT count(*) FROM officers_present") == 1


async def test_the_database_has_an_officer_in_one_place_when_a_transaction_ends(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await room.do("customs", "open")
    other = await _another(room)
    await room.do("customs", "come", LI)
    put = "INSERT INTO officers_present VALUES ($1, 'customs', 'o.li')"
    with pytest.raises(asyncpg.UniqueViolationError):
        await superuser.execute(put, other)
    async with superuser.transaction():
        await superuser.execute(put, other)
        await superuser.execute("DELETE FROM officers_present WHERE case_id = $1", b.CASE)


async def test_the_opening_tells_who_was_there_and_the_conclusion_ends_it(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    await room.do("customs", "come")
    room.hand.turn(25)
    case = await room.do("customs", "conclude", r.CONFORM)
    assert case["openings"][0]["officers"] == {"customs": ["customs"]}
    assert await _stays(room) == [("customs", "concluded", 25)]
    assert (await room.see("broker"))["openings"][0]["officers"] is None
    assert (await room.see("broker"))["sections"]["customs"]["attendance"] is None
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert kinds[-3:] == ["officer_came", "concluded", "officer_left"]


async def test_the_gate_signs_out_whoever_was_forgotten(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("customs", "come")
    room.hand.turn(5)
    await room.do("yard", "gate-out", r.SEALS)
    assert await _stays(room) == [("customs", "gate_out", 5)]
    assert await superuser.fetchval("SELECT count(*) FROM officers_present") == 0
    assert await room.refused("customs", "come") == (409, "not_inside")
    answer = await room.send("customs", "leave")
    assert [each["code"] for each in answer.json()["errors"]] == ["officer_absent"]


async def test_a_shift_without_a_link_is_counted_by_the_devices_clock_once(room: Room) -> None:
    """At both containers in turn, in one batch, and the sign-out of the first one forgotten."""
    room.hand.moment = b.at(SHIFT).yard
    await room.plan()
    other = await _another(room)
    begins = SHIFT
    shift = [
        devices.record("open", {}, minutes=begins),
        devices.record("come", {}, minutes=begins + 10),
        devices.record("come", {}, case=other, minutes=begins + 70),
        devices.record("leave", {}, case=other, minutes=begins + 100),
    ]
    ahead = timedelta(hours=2)
    late = [each | {"at": _later(each["at"], ahead)} for each in shift]
    answer = await devices.send(room, "customs", *reversed(late), skew=ahead)
    assert [each["status"] for each in answer["records"]] == ["applied"] * 4, answer
    assert await _stays(room) == [("customs", "elsewhere", 60)]
    assert await _stays(room, other) == [("customs", "signed_out", 30)]
    (stay,) = (await room.see())["sections"]["customs"]["attendance"]
    assert stay["came_at"] == utc(b.at(10).yard)
    again = await devices.send(room, "customs", *late, skew=ahead)
    assert {each["status"] for each in again["records"]} == {"known"}
    assert len(await _stays(room)) == 1
    assert await room.broken() == []


def _later(at: str, by: Any) -> str:
    moment = datetime.fromisoformat(at) + by
    return str(moment.isoformat())


async def test_yard_staff_sign_no_officer_in(room: Room) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    answer = await devices.send(room, "yard", devices.record("come", LI, minutes=SHIFT))
    assert answer["records"][0]["errors"][0]["code"] == "step_of_officers"


async def test_a_stay_that_was_corrected_is_measured_anew(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("customs", "come")
    room.hand.turn(60)
    await room.do("customs", "leave")
    items = (await room.see(path=f"/{b.CASE}/records"))["items"]
    seq = next(each["seq"] for each in items if each["kind"] == "officer_came")
    left = utc(b.at(45).yard)
    body = {"record": seq, "facts": {"left_at": left}, "reason": "watch 看表"}
    await room.do("customs", "corrections", body)
    assert await _stays(room) == [("customs", "signed_out", 45)]
    refused = await room.refused(
        "customs", "corrections", body | {"facts": {"left_at": utc(b.at(61).yard)}}
    )
    assert refused == (422, "stay_unfit")


async def test_officers_are_claimed_before_cases_are_locked(room: Room) -> None:
    """Somebody who comes waits for the same officer's other step, and for nobody else's."""
    database = room.service.kit.database
    await room.plan()
    await room.do("customs", "open")
    async with database.transaction() as session:
        assert await presence.claim(session, "customs", {"o.li"}) == set()
        waits = asyncio.create_task(room.do("customs", "come", LI))
        await room.do("customs", "come", {"officers": ["o.wang"]})
        assert not waits.done()
    await waits
    assert {officer for officer, _, _ in await _stays(room)} == {"o.li", "o.wang"}
    assert room.hand.yard() == NOW


async def test_officers_minutes_are_those_on_record_and_no_others(room: Room) -> None:
    """Two of customs: 20 minutes and 35; of quarantine nobody signed in."""
    await filed.inspect(room, "o.li", "o.wang")
    await room.hear(filed.accepted(filed.named("free")))
    (seen,) = await _measured(room, "/filings", yard=b.YARD)
    assert [each["officer_minutes"] for each in seen["agencies"]] == [55, None]
    assert seen["officer_minutes"] == 55
    found = await _measured(room, "/filings")
    assert {each["officer_minutes"] for each in found if each["yard"] is None} == {None}
    for by in ("yard", "agency", "company", "goods", "period"):
        groups = await _measured(room, by=by)
        counted = sum(each["officers_recorded"] for each in groups)
        assert (sum(each["officer_minutes"] or 0 for each in groups), counted) == (55, 1), by
    by_agency = {each["agency"]: each for each in await _measured(room, by="agency")}
    assert by_agency["quarantine"]["officer_minutes"] is None


async def _measured(room: Room, path: str = "", **query: str) -> Any:
    answer = await room.clients["supervisor"].get(f"/v1/measures{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]
