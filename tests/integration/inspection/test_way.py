"""The way of a case from its plan to its end, over HTTP and by events."""

from datetime import datetime, timedelta
from typing import Any

from services.inspection.domain import records
from services.inspection.domain.records import Actor, Moment, Record
from shared.contracts import booking, derived, recognition, requirement
from shared.contracts.values import Mode, Outcome, Purpose
from tests import factories
from tests.factories import NOW
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

BOTH_UNPACK = (b.need("customs"), b.need("quarantine"))


def _recognition(kind: type[recognition.RecognitionEvent], **facts: Any) -> Any:
    return kind(
        filing_id=b.FILING,
        recognition_id=derived.recognition_id(b.REQUIREMENT),
        requirement_id=b.REQUIREMENT,
        primary_agency="quarantine",
        recognising_agency="customs",
        **facts,
    )


async def test_a_joint_inspection_from_its_plan_to_its_completion(room: Room) -> None:
    await room.plan()
    assert (await room.see("customs"))["may_open"] is True
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("customs", "open")
    opened = await room.do("quarantine", "join")
    assert (opened["status"], opened["may_open"]) == ("open", False)
    room.hand.turn(40)
    await room.do("quarantine", "findings", {"code": "pest", "text": "live insects 活虫"})
    found = [{"number": 1, "name": "kiwi", "quantity": "120.50", "unit": "KGM", "net_kg": "119.90"}]
    found[0]["hs_code"] = "08104000"
    conforms = {**r.CONFORM, "found": found, "gross_kg": "131.5"}
    await room.do("customs", "conclude", conforms)
    case = await room.do("quarantine", "conclude", {"verdict": "minor", "disposal": "release"})
    by_customs = case["sections"]["customs"]["conclusion"]
    assert (by_customs["found"][0]["net_kg"], by_customs["gross_kg"]) == ("119.90", "131.5")
    assert by_customs["found"][0]["hs_code"] == "08104000"
    assert case["sections"]["quarantine"]["conclusion"]["findings"][0]["code"] == "pest"
    await room.met()
    done = await room.see()
    assert done["status"] == "completed"
    assert done["counts"] == {
        "openings": 1,
        "moves": 1,
        "moves_avoided": 1,
        "unpackings": 1,
        "unpackings_avoided": 1,
        "findings": 1,
    }
    await room.do("yard", "gate-out", r.SEALS)
    assert await room.told() == [
        "planned",
        "opened",
        "joined",
        "abnormal_found",
        "concluded",
        "concluded",
        "completed",
    ]
    assert await room.broken() == []


async def test_a_refused_recognition_brings_the_second_agency_to_the_same_opening(
    room: Room,
) -> None:
    await room.plan(**b.recognition())
    await room.do("quarantine", "open", {"present": ["quarantine"]})
    case = await room.do("quarantine", "conclude", r.CONFORM)
    assert (case["status"], case["waiting"]) == ("awaiting_recognition", None)
    refusal = _recognition(
        recognition.RecognitionRefused, verdicts=(), reason=factories.said("weight")
    )
    await room.hear(refusal, b.revised("recognition_refused", needs=BOTH_UNPACK))
    waits = await room.see()
    assert waits["waiting"] == {"until": "2026-03-02T04:00:00Z", "for": ["customs"]}
    assert waits["recognition"]["status"] == "refused"
    assert waits["recognition"]["reason"] == factories.said("weight").model_dump()
    assert (await room.see("broker"))["recognition"]["reason"] is None
    room.hand.turn(60)
    assert (await room.do("customs", "join"))["waiting"] is None
    await room.do("customs", "conclude", r.CONFORM)
    await room.met(revision=2)
    assert (await room.see())["counts"]["unpackings_avoided"] == 1
    assert await room.told() == [
        "planned",
        "opened",
        "concluded",
        "waiting",
        "joined",
        "concluded",
        "completed",
    ]
    assert await room.broken() == []


async def test_after_a_lapsed_wait_a_new_slot_brings_a_second_opening(room: Room) -> None:
    await room.plan(needs=BOTH_UNPACK)
    await room.do("customs", "open", {"present": ["customs"]})
    await room.do("customs", "conclude", r.CONFORM)
    room.hand.turn(179)
    assert await room.sweep() == 0
    room.hand.turn(1)
    assert await room.sweep() == 1
    assert await room.sweep() == 0
    closed = await room.see()
    assert (closed["status"], closed["slot"], closed["may_open"]) == ("planned", None, False)
    await room.hear(r.confirmed(b.slot(NOW + timedelta(hours=24))))
    room.hand.turn(24 * 60)
    again = await room.do("quarantine", "open", {"present": ["quarantine"]})
    assert [each["reason"] for each in again["openings"]] == [
        None,
        {"en": "the second agency came after the wait", "zh": "第二查验单位在等待期后到场"},
    ]
    await room.do("quarantine", "conclude", r.CONFORM)
    await room.met()
    counts = (await room.see())["counts"]
    assert (counts["openings"], counts["moves"], counts["moves_avoided"]) == (2, 2, 0)
    assert "closed_up" in await room.told()
    assert await room.broken() == []


async def test_an_escalation_calls_the_other_agency_to_the_open_container(room: Room) -> None:
    await room.plan(**b.single())
    await room.do("customs", "open", {"present": ["customs"]})
    asked = {"agency": "quarantine", "scope": "sample", "reason": "smell 异味"}
    await room.do("customs", "escalate", asked)
    await room.hear(b.revised(needs=BOTH_UNPACK))
    await room.do("quarantine", "join")
    await room.do("quarantine", "conclude", r.NONCONFORM)
    await room.do("customs", "conclude", r.CONFORM)
    await room.met(Outcome.REFUSED_ENTRY, revision=2)
    assert (await room.see())["status"] == "completed"
    assert await room.broken() == []


async def test_a_suspended_verdict_awaits_the_laboratory_and_is_concluded_anew(
    room: Room,
) -> None:
    await room.plan(**b.single())
    await room.do("customs", "open", {"present": ["customs"]})
    await room.do("customs", "conclude", r.SUSPEND)
    await room.met(Outcome.HELD)
    assert (await room.see())["status"] == "awaiting_laboratory"
    room.hand.turn(3 * 24 * 60)
    await room.do("customs", "conclude", r.CONFORM)
    await room.met(Outcome.RELEASED)
    assert (await room.see())["status"] == "completed"
    assert await room.broken() == []


async def test_a_given_leave_keeps_the_container_closed_until_the_change_is_settled(
    room: Room,
) -> None:
    await room.plan(**b.single())
    ids = {"filing_id": b.FILING, "requirement_id": b.REQUIREMENT, "revision": 1}
    await room.hear(requirement.LeaveAsked(**ids, filing_version=1, purpose=Purpose.AMEND))
    assert await room.refused("customs", "open", {"present": ["customs"]}) == (409, "case_frozen")
    await room.hear(requirement.AmendmentNoted(**ids, filing_version=2))
    await room.do("customs", "open", {"present": ["customs"]})
    await room.hear(requirement.LeaveAsked(**ids, filing_version=2, purpose=Purpose.WITHDRAW))
    assert await room.told() == ["planned", "leave_given", "opened", "leave_refused"]


async def test_an_amendment_after_the_opening_waits_for_an_officers_consent(room: Room) -> None:
    await room.plan(**b.single())
    ids = {"filing_id": b.FILING, "requirement_id": b.REQUIREMENT, "revision": 1}
    await room.do("customs", "open", {"present": ["customs"]})
    assert await room.refused("customs", "consent", {"consent": True}) == (409, "consent_not_asked")
    await room.hear(requirement.LeaveAsked(**ids, filing_version=1, purpose=Purpose.AMEND))
    assert (await room.see())["consent"] == "asked"
    refused = await room.refused("customs", "consent", {"consent": False})
    assert refused == (422, "refusal_without_reason")
    await room.do("customs", "consent", {"consent": True, "reason": "a slip of the pen"})
    assert await room.refused("customs", "conclude", r.CONFORM) == (409, "amendment_awaited")
    await room.hear(b.revised("amendment", **b.single()))
    assert (await room.see())["consent"] is None
    await room.do("customs", "conclude", r.CONFORM)
    assert await room.told() == ["planned", "opened", "leave_given", "concluded"]
    assert await room.broken() == []


async def test_a_withdrawn_filing_voids_its_case(room: Room) -> None:
    await room.plan()
    ids = {"filing_id": b.FILING, "requirement_id": b.REQUIREMENT, "revision": 1}
    await room.hear(
        requirement.LeaveAsked(**ids, filing_version=1, purpose=Purpose.WITHDRAW),
        requirement.RequirementVoided(**ids, filing_version=1, reason=factories.said("withdrawn")),
        booking.BookingCancelled(
            **r.of_booking(), reason=factories.said("withdrawn"), rebookable=False
        ),
    )
    assert (await room.see())["status"] == "void"
    assert await room.told() == ["planned", "leave_given", "voided"]
    assert await room.broken() == []


async def test_a_requirement_of_mode_none_has_no_case(room: Room) -> None:
    await room.hear(b.determined(mode=Mode.NONE, needs=()))
    await room.met()
    assert (await room.see(path=""))["items"] == []


async def test_the_chain_that_is_read_over_http_can_be_verified_by_anyone(room: Room) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("customs", "open")
    page = await room.see("auditor", f"/{b.CASE}/records")
    chain = [_record(each) for each in page["items"]]
    assert [record.kind for record in chain] == [
        "determined",
        "slot_given",
        "planned",
        "gate_in",
        "opened",
    ]
    assert chain[-1].actor == Actor("customs", "officer", "customs")
    head = records.Head(seq=5, hash=chain[-1].hash)
    assert records.broken(chain, case_id=b.CASE, head=head) == []


def _record(shown: dict[str, Any]) -> Record:
    times = {name: datetime.fromisoformat(each) for name, each in shown["times"].items()}
    return Record(
        case_id=b.CASE,
        seq=shown["seq"],
        kind=shown["kind"],
        actor=Actor(**shown["actor"]),
        times=Moment(**times),
        payload=shown["payload"],
        prev_hash=shown["prev_hash"],
        hash=shown["hash"],
    )
