"""The gate and samples' holders are recorded without a link as well."""

from shared.contracts.values import Scope
from tests.factories import container_number
from tests.integration.inspection import devices
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.integration.inspection.test_sync import _became, _rejected
from tests.unit.inspection import builders as b

MOVED = {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]}
SAMPLE = {"what": "leaves 叶片", "seal": "S-1", "laboratory": "port laboratory"}


async def test_the_gate_s_device_records_who_came_in_and_left_in_any_order(room: Room) -> None:
    await room.plan(**b.single())
    came = devices.record("gate_in", r.SEALS, minutes=1)
    moved = devices.record("handle", MOVED, minutes=2)
    assert await _became(room, "yard", moved, came) == ["applied", "applied"]
    assert (await room.see("yard"))["gate"]["inside"] is True
    assert await _became(room, "yard", came, moved) == ["known", "known"]
    await room.do("customs", "open")
    await room.do("customs", "conclude", r.CONFORM)
    await room.met()
    left = devices.record("gate_out", r.SEALS, minutes=300)
    assert await _became(room, "yard", left) == ["applied"]
    assert (await room.see("yard"))["gate"]["inside"] is False
    assert await room.broken() == []


async def test_of_the_gate_other_yards_and_officers_record_nothing(room: Room) -> None:
    await room.plan()
    came = devices.record("gate_in", r.SEALS)
    assert await _became(room, "other yard", came) == ["rejected"]
    assert await _rejected(room, "other yard") == [(came["id"], "case_not_found")]
    assert await _became(room, "customs", came) == ["rejected"]
    assert await _rejected(room) == [(came["id"], "step_of_yard")]
    early = devices.record("gate_out", r.SEALS)
    assert await _became(room, "yard", early) == ["rejected"]
    assert await _rejected(room, "yard") == [(early["id"], "not_inside")]
    wrong: Body = {"seals": [{"container": "OTHER", "seal": "AB-1"}]}
    answer = await devices.send(room, "yard", devices.record("gate_in", wrong))
    assert answer["records"][0]["errors"][0]["pointer"] == "/data/seals/0/container"


async def test_a_sample_s_next_holder_is_recorded_without_a_link(room: Room) -> None:
    await room.plan(**b.single("quarantine", Scope.SAMPLE))
    records = (
        devices.record("handover", {"number": 1, "to": "courier", "seal_intact": True}, minutes=3),
        devices.record("sample", SAMPLE, minutes=2),
        devices.record("open", {}, minutes=1),
    )
    assert await _became(room, "quarantine", *records) == ["applied"] * 3
    (sample,) = (await room.see("quarantine"))["sections"]["quarantine"]["samples"]
    assert [each["to"] for each in sample["handovers"]] == ["courier"]
    unknown = devices.record("handover", {"number": 2, "to": "courier", "seal_intact": True})
    assert await _became(room, "quarantine", unknown) == ["rejected"]
    assert await _rejected(room, "quarantine") == [(unknown["id"], "sample_unknown")]
    assert await room.broken() == []
