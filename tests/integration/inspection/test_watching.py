"""Officers of one agency see on their open stream what the other one records."""

from typing import Any

import pytest

from services.inspection import app
from services.inspection.jobs import alarms
from services.inspection.settings import Settings
from shared.auth.principal import Role
from shared.service import Service
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.streams import looked_for, reading
from tests.unit.inspection import builders as b

PATH = f"/v1/yards/{b.YARD}/events"
QUARANTINE: dict[str, Any] = {"role": Role.OFFICER, "org": "office", "agency": "quarantine"}
WEIGHT = {
    "id": "01a20695-d3f8-75ef-ba27-10fa5f698408",
    "item": "quantity",
    "outcome": "deviates",
    "note": "two pallets less 少两托",
}
PEST = {"code": "pest", "text": "live insects 活虫"}


@pytest.fixture
def again(room: Room) -> Service:
    """The same database at another process, whose stream ends soon and shows signs of life."""
    return app.create(room.service.kit, Settings(stream_beat_seconds=0.05))


async def test_results_findings_escalations_and_who_joins_are_on_the_other_agencys_stream(
    room: Room, again: Service
) -> None:
    """The stream is read at a process that wrote none of it."""
    await room.plan(needs=(b.need("customs"), b.need("quarantine")))
    async with looked_for(again), reading(again, PATH, **QUARANTINE) as reader:
        await reader.until(0, ids=1)
        await room.do("customs", "open")
        await room.do("quarantine", "join")
        answered = await room.send("customs", "results", {"results": [WEIGHT]})
        assert answered.status_code == 200, answered.text
        await room.do("customs", "findings", PEST)
        wish = {"agency": "customs", "scope": "sample", "reason": "smell 异味"}
        await room.do("customs", "escalate", wish)
        events = await reader.until(6)
    chain = (await room.see(path=f"/{b.CASE}/records"))["items"]
    assert [each["kind"] for each in events] == [
        "opened", "joined", "result", "finding", "abnormal_found", "escalation_requested",
    ]  # fmt: skip
    for told, record in zip(events, chain[-6:], strict=True):
        del told["id"]
        assert told == {**record, "filing_id": str(b.FILING)}


async def test_supervisors_of_both_agencies_are_pushed_a_finding_and_that_it_is_overdue(
    room: Room, again: Service
) -> None:
    await room.plan()
    await room.do("customs", "open")
    supervisor: dict[str, Any] = {"role": Role.SUPERVISOR, "org": "office"}
    async with (
        looked_for(again),
        reading(again, PATH, agency="customs", **supervisor) as one,
        reading(again, PATH, agency="quarantine", **supervisor) as other,
    ):
        for reader in (one, other):
            await reader.until(0, ids=1)
        await room.do("customs", "findings", PEST)
        room.hand.turn(600)
        assert await alarms.sweep(room.service.kit, Settings()) == 1
        told = [[each["kind"] for each in await reader.until(3)] for reader in (one, other)]
    assert told == [["finding", "abnormal_found", "alarm_overdue"]] * 2


async def test_who_comes_back_goes_on_after_the_last_record_read(
    room: Room, again: Service
) -> None:
    await room.plan()
    async with looked_for(room.service), reading(room.service, PATH, **QUARANTINE) as reader:
        await reader.until(0, ids=1)
        await room.do("customs", "open")
        await reader.until(1)
    await room.do("quarantine", "join")
    last = reader.events[-1]["id"]
    async with (
        looked_for(again),
        reading(again, PATH, last=last, **QUARANTINE) as back,
    ):
        await room.do("customs", "conclude", r.NONCONFORM)
        told = [each["kind"] for each in await back.until(2)]
    assert told[:2] == ["joined", "concluded"]


async def test_a_yard_is_told_of_its_own_cases_alone(room: Room, again: Service) -> None:
    elsewhere = "/v1/yards/CNTAO-Y2/events"
    assert (await room.clients["quarantine"].get(elsewhere)).status_code == 404
    await room.plan()
    filing, requirement = r.nth_case(2)
    ids: dict[str, Any] = {"filing_id": filing, "requirement_id": requirement}
    slot = r.confirmed(b.slot(yard="CNTAO-Y2")).model_copy(update=ids)
    await room.hear(b.determined(**ids), slot)
    async with (
        looked_for(again),
        reading(again, elsewhere, last=0, **QUARANTINE) as other,
        reading(again, PATH, last=0, **QUARANTINE) as here,
    ):
        told = await here.until(2), await other.until(2)
    filings = [{each["filing_id"] for each in events} for events in told]
    assert filings == [{str(b.FILING)}, {str(filing)}]
    assert not again.api.state.watch.readers
