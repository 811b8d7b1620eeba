"""Checklists as data, officers' answers, disputes and laboratories, over HTTP."""

from typing import Any
from uuid import uuid5

from shared.contracts import derived
from shared.contracts.values import Container, Outcome, Scope
from tests import kits
from tests.factories import NOW, container_number
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.integration.inspection.test_partly import decided, seals
from tests.unit.inspection import builders as b

ONE, TWO = (container_number(serial) for serial in (1, 2))
BOXES = tuple(Container(number=each, size_type="45G1") for each in (ONE, TWO))
MARKS: Body = {
    "subject": "marks",
    "said": {"en": "Cartons bear the declared brand", "zh": "纸箱标有所申报的品牌"},
    "required": True,
    "valid_from": NOW.date().isoformat(),
}


async def _edit(room: Room, body: Body, *, who: str = "supervisor", key: str = "edit-1") -> Any:
    return await room.clients[who].put(
        "/v1/checklists/carton_marks", json=body, headers=kits.keyed(key)
    )


async def _codes(room: Room, query: str = "") -> dict[str, int]:
    answer = await room.clients["auditor"].get(f"/v1/checklists{query}")
    return {each["item"]["code"]: each["version"] for each in answer.json()["items"]}


def _answer(number: int, item: str = "carton_marks", **facts: Any) -> Body:
    """A result with an id of its own."""
    return {"id": str(uuid5(b.CASE, str(number))), "item": item, "outcome": "conform", **facts}


async def _opened(room: Room, **changes: Any) -> None:
    await room.plan(**changes)
    await room.do("customs", "open")


async def test_a_supervisor_changes_the_own_agencys_checklist_from_a_day_on(room: Room) -> None:
    assert (await _edit(room, MARKS)).json()["version"] == 1
    later = MARKS | {"valid_from": "2100-01-01", "withdrawn": True}
    assert (await _edit(room, later, key="edit-2")).json()["version"] == 2
    assert (await _codes(room, "?agency=customs"))["carton_marks"] == 1
    assert "carton_marks" not in await _codes(room, "?agency=quarantine")
    assert "carton_marks" not in await _codes(room, "?at=2100-01-01")
    past = await _edit(room, MARKS | {"valid_from": "2020-01-01"}, key="edit-3")
    assert (past.status_code, past.json()["code"]) == (422, "edition_past")
    assert (await _edit(room, MARKS, who="customs", key="edit-4")).status_code == 403


async def test_nothing_is_concluded_while_a_required_item_is_left_or_in_dispute(
    room: Room,
) -> None:
    await _edit(room, MARKS)
    await _opened(room, **b.single())
    open_ = await room.send("customs", "conclude", r.CONFORM)
    assert (open_.status_code, open_.json()["code"]) == (409, "checklist_open")
    assert open_.json()["errors"][0]["facts"]["unanswered"] == ["carton_marks"]
    await room.do("customs", "results", {"results": [_answer(1), _answer(2, outcome="deviates")]})
    seen = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    (marks,) = [each for each in seen if each["item"]["code"] == "carton_marks"]
    assert marks["disputed"]
    assert [(each["outcome"], each["stands"]) for each in marks["answers"]] == [
        ("conform", True),
        ("deviates", True),
    ]
    assert await room.refused("customs", "conclude", r.CONFORM) == (409, "checklist_open")
    replaces = [_answer(1)["id"], _answer(2)["id"]]
    await room.do("customs", "results", {"results": [_answer(3, replaces=replaces)]})
    await room.do("customs", "conclude", r.CONFORM)
    assert await room.broken() == []


async def test_an_inspection_under_way_keeps_the_checklist_of_its_first_opening(
    room: Room,
) -> None:
    await _opened(room, **b.single())
    room.hand.turn(24 * 60)
    await _edit(room, MARKS | {"valid_from": room.hand.yard().date().isoformat()})
    assert "carton_marks" in await _codes(room)
    await room.do("customs", "conclude", r.CONFORM)


async def test_an_answer_sent_again_is_recorded_once_and_its_id_is_nobody_elses(
    room: Room,
) -> None:
    await _opened(room)
    weighed = _answer(1, "weight", figure="120.50", line=1, container=ONE)
    for _ in range(2):
        await room.do("customs", "results", {"results": [weighed]})
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert kinds.count("result") == 1
    other = weighed | {"figure": "121"}
    assert await room.refused("customs", "results", {"results": [other]}) == (409, "id_taken")
    filing, requirement = r.nth_case(1)
    ids = {"filing_id": filing, "requirement_id": requirement}
    booked = r.confirmed().model_copy(update=ids)
    await room.hear(b.determined(**ids), booked)
    path = f"/v1/cases/{derived.case_id(requirement)}"
    for act, body in (("open", {}), ("results", {"results": [_answer(1, "quantity")]})):
        answer = await room.clients["customs"].post(
            f"{path}/{act}", json=body, headers=kits.keyed(f"another-{act}")
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert await room.broken() == []


async def test_answers_are_for_those_at_the_container_and_officers_alone(room: Room) -> None:
    await _opened(room)
    body = {"results": [_answer(1, "quantity")]}
    assert await room.refused("quarantine", "results", body) == (409, "not_at_container")
    assert await room.refused("broker", "results", body) == (403, "role_not_allowed")
    assert (await room.clients["broker"].get(f"/v1/cases/{b.CASE}/checklist")).status_code == 403


async def test_a_laboratorys_late_result_ends_the_wait_of_one_container_alone(room: Room) -> None:
    await room.plan(containers=BOXES, **b.single("quarantine", Scope.SAMPLE))
    await room.do("yard", "gate-in", seals(ONE, TWO))
    await room.do("quarantine", "open")
    drawn = {"what": "2 kg 猕猴桃", "seal": "Q-1", "laboratory": "CNTAO-L1", "container": TWO}
    await room.do("quarantine", "samples", drawn)
    hand_over = {"to": "courier 快递员", "seal_intact": True}
    await room.do("quarantine", "samples/1/handovers", hand_over)
    refused = await room.refused("quarantine", "conclude", r.CONFORM)
    assert refused == (409, "laboratory_awaited")
    await room.do("quarantine", "conclude", r.SUSPEND | {"containers": [TWO]})
    await room.do("quarantine", "conclude", r.CONFORM | {"containers": [ONE]})
    await room.hear(decided(ONE))
    await room.met(Outcome.HELD, containers=(TWO,))
    await room.do("yard", "gate-out", seals(ONE))
    room.hand.turn(3 * 24 * 60)
    assert (await room.see("broker"))["sections"]["quarantine"]["samples"] is None
    judged = {"conforms": True, "report": "R-2026-1", "text": "no residue 未检出"}
    case = await room.do("quarantine", "samples/1/result", judged)
    (sample,) = case["sections"]["quarantine"]["samples"]
    assert (sample["judged"]["report"], sample["handovers"][0]["to"]) == (
        "R-2026-1",
        "courier 快递员",
    )
    again = await room.refused("quarantine", "samples/1/result", judged)
    assert again == (409, "sample_judged")
    await room.do("quarantine", "conclude", r.CONFORM)
    await room.met()
    assert (await room.see())["status"] == "completed"
    assert await room.broken() == []
