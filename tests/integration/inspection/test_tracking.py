"""A container's way through the yard, recorded by who is there and followed by its broker."""

from typing import Any

from tests.factories import container_number
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.unit.inspection import builders as b

BOX = container_number(1)


def _step(step: str, seal: str | None = None, **said: Any) -> Body:
    box = {"container": BOX} | ({"seal": seal} if seal else {})
    return {"step": step, "containers": [box], **said}


async def _through_the_yard(room: Room) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("yard", "handle", _step("moved_to_bay"))
    room.hand.turn(5)
    await room.do("customs", "open")
    await room.do("customs", "handle", _step("seal_removed", "S0001"))
    await room.do("quarantine", "join")
    for step in ("opened", "unpacked", "repacked"):
        room.hand.turn(5)
        await room.do("yard", "handle", _step(step, witnesses=["Han Meimei 韩梅梅"]))
    for agency in ("customs", "quarantine"):
        await room.do(agency, "conclude", r.CONFORM)
    await room.met()
    await room.do("yard", "handle", _step("resealed", "N0001"))
    await room.do("yard", "gate-out", {"seals": [{"container": BOX, "seal": "N0001"}]})


async def test_a_broker_follows_the_container_in_the_terms_of_dcsa(room: Room) -> None:
    await _through_the_yard(room)
    items = (await room.see("broker", f"/{b.CASE}/tracking"))["items"]
    assert [(each["step"], each["equipmentEventTypeCode"]) for each in items] == [
        ("gated_in", "GTIN"),
        ("moved_to_bay", None),
        ("seal_removed", "RMVD"),
        ("opened", None),
        ("unpacked", "STRP"),
        ("repacked", "STUF"),
        ("resealed", "RSEA"),
        ("gated_out", "GTOT"),
    ]
    assert [each["emptyIndicatorCode"] for each in items].count("EMPTY") == 1
    unpacked = items[4]
    assert unpacked["eventDateTime"] == b.at(15).yard.isoformat().replace("+00:00", "Z")
    assert unpacked["eventLocation"] == {"yard": b.YARD, "bay": "P1"}
    assert (unpacked["eventType"], unpacked["eventClassifierCode"]) == ("EQUIPMENT", "ACT")
    assert items[2]["seals"] == [{"sealNumber": "S0001"}]
    assert len({each["eventID"] for each in items}) == len(items)
    assert items == (await room.see("broker", f"/{b.CASE}/tracking"))["items"]
    assert await room.broken() == []


async def test_the_record_says_which_agencies_were_at_each_step(room: Room) -> None:
    await _through_the_yard(room)
    records = (await room.see(path=f"/{b.CASE}/records"))["items"]
    told = {
        each["payload"]["step"]: (each["payload"].get("present"), each["actor"]["role"])
        for each in records
        if each["kind"] == "handled"
    }
    assert told == {
        "moved_to_bay": (None, "yard"),
        "seal_removed": (["customs"], "officer"),
        "opened": (["customs", "quarantine"], "yard"),
        "unpacked": (["customs", "quarantine"], "yard"),
        "repacked": (["customs", "quarantine"], "yard"),
        "resealed": (None, "yard"),
    }


async def test_who_has_nothing_to_do_with_the_container_does_not_handle_it(room: Room) -> None:
    await room.plan(**b.single())
    await room.do("yard", "gate-in", r.SEALS)
    moved = _step("moved_to_bay")
    assert await room.refused("other yard", "handle", moved) == (404, "case_not_found")
    assert await room.refused("quarantine", "handle", moved) == (403, "agency_not_needed")
    assert await room.refused("broker", "handle", moved) == (403, "role_not_allowed")
    assert await room.refused("customs", "handle", _step("painted")) == (422, "faults")
