"""Corrections and signatures of a case, over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from tests import kits
from tests.factories import container_number
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Body, Room
from tests.pens import Pen
from tests.unit.inspection import builders as b


async def _post(room: Room, who: str, path: str, body: Body) -> Any:
    room.keys.append(f"key-{len(room.keys)}")
    return await room.clients[who].post(path, json=body, headers=kits.keyed(room.keys[-1]))


async def _registered(room: Room, pen: Pen) -> str:
    answer = await _post(room, pen.officer, "/v1/keys", pen.proof())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _signature(room: Room, pen: Pen, key: str) -> Body:
    statement = await room.see(pen.officer, f"/{b.CASE}/sign-off")
    signature = pen.sign(statement["statement"].encode())
    return {"seq": statement["seq"], "key_id": key, "signature": signature}


async def _completed(room: Room) -> int:
    """A case that found something, completed; the number of the finding's record."""
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    await room.do("customs", "findings", {"code": "pest", "text": "live insects 活虫"})
    records = (await room.see(path=f"/{b.CASE}/records"))["items"]
    await room.do("customs", "conclude", {"verdict": "minor", "disposal": "release"})
    await room.do("quarantine", "conclude", r.CONFORM)
    await room.met()
    return next(int(each["seq"]) for each in records if each["kind"] == "finding")


@pytest.fixture
def pens() -> dict[str, Pen]:
    """A key for an officer of each agency."""
    return {agency: Pen(agency, agency) for agency in ("customs", "quarantine")}


async def test_a_case_is_signed_off_once_an_officer_of_each_agency_has_signed(
    room: Room, pens: dict[str, Pen]
) -> None:
    await _completed(room)
    for agency, pen in pens.items():
        body = await _signature(room, pen, await _registered(room, pen))
        case = await room.do(agency, "sign-off", body)
        assert await room.refused(agency, "sign-off", body) == (409, "signed_before")
    assert case["signed_off"]
    records = (await room.see(path=f"/{b.CASE}/records"))["items"]
    completed = next(each for each in records if each["kind"] == "completed")
    assert {each["payload"]["hash"] for each in records[-2:]} == {completed["hash"]}
    assert await room.broken() == []


async def test_a_signature_counts_only_by_the_own_live_key_of_what_is_to_be_signed(
    room: Room, pens: dict[str, Pen]
) -> None:
    pen = pens["customs"]
    await room.plan()
    assert (await room.clients["customs"].get(f"/v1/cases/{b.CASE}/sign-off")).status_code == 409
    await _completed(room)
    key = await _registered(room, pen)
    body = await _signature(room, pen, key)
    for wrong, refused in (
        ({"signature": pen.sign(b"something else")}, (422, "signature_wrong")),
        ({"signature": pens["quarantine"].sign(b"")}, (422, "signature_wrong")),
        ({"seq": 1}, (409, "case_moved_on")),
        ({"key_id": str(b.CASE)}, (404, "key_unknown")),
    ):
        assert await room.refused("customs", "sign-off", body | wrong) == refused
    assert await room.refused("second", "sign-off", body) == (404, "key_unknown")
    assert (await _post(room, "supervisor", f"/v1/keys/{key}/revoke", {})).status_code == 200
    assert await room.refused("customs", "sign-off", body) == (404, "key_unknown")
    (listed,) = (await room.clients["auditor"].get("/v1/keys?agency=customs")).json()["items"]
    assert (listed["id"], listed["revoked_at"] is None) == (key, False)


async def test_a_key_is_registered_once_and_by_who_holds_it(
    room: Room, pens: dict[str, Pen]
) -> None:
    pen = pens["customs"]
    body = pen.proof()
    stolen = await _post(room, "second", "/v1/keys", body)
    assert (stolen.status_code, stolen.json()["code"]) == (422, "signature_wrong")
    await _registered(room, pen)
    twice = await _post(room, "customs", "/v1/keys", body)
    assert (twice.status_code, twice.json()["code"]) == (409, "key_registered")


async def test_a_correction_after_the_end_needs_a_second_officer_and_new_signatures(
    room: Room, pens: dict[str, Pen]
) -> None:
    finding = await _completed(room)
    signing = {}
    for agency, pen in pens.items():
        signing[agency] = await _registered(room, pen)
        await room.do(agency, "sign-off", await _signature(room, pen, signing[agency]))
    wish = {"record": finding, "facts": {"text": "dead insects 死虫"}, "reason": "seen again 复查"}
    assert await room.refused("quarantine", "corrections", wish) == (409, "record_of_others")
    assert (await room.do("customs", "corrections", wish))["signed_off"]
    (open_,) = (await room.see(path=f"/{b.CASE}/corrections"))["items"]
    assert (open_["confirmed"], open_["before"]) == (False, {"text": "live insects 活虫"})
    confirm = f"corrections/{open_['seq']}/confirm"
    assert await room.refused("customs", confirm) == (409, "second_person_needed")
    assert not (await room.do("second", confirm))["signed_off"]
    assert await room.refused("second", confirm) == (409, "correction_settled")
    (done,) = (await room.see(path=f"/{b.CASE}/corrections"))["items"]
    assert (done["proposed_by"], done["confirmed_by"]) == ("customs", "second")
    for agency, pen in pens.items():
        case = await room.do(agency, "sign-off", await _signature(room, pen, signing[agency]))
    assert case["signed_off"]
    assert await room.broken() == []


async def test_a_corrected_answer_is_shown_as_corrected_and_still_known_when_sent_again(
    room: Room,
) -> None:
    await room.plan()
    await room.do("customs", "open")
    answer = {"id": str(b.FILING), "item": "weight", "outcome": "conform", "figure": "12.5"}
    await room.do("customs", "results", {"results": [answer]})
    seq = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    wish = {"record": seq, "facts": {"figure": "-5"}, "reason": "a decimal point 小数点"}
    impossible = await room.send("customs", "corrections", wish)
    assert [(each["code"], each["pointer"]) for each in impossible.json()["errors"]] == [
        ("figure_impossible", "/facts/figure")
    ]
    wish["facts"] = {"figure": "125"}
    await room.do("customs", "corrections", wish)
    await room.do("customs", "results", {"results": [answer]})
    asked = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    assert [one["figure"] for each in asked for one in each["answers"]] == ["125"]


async def test_of_two_proposals_that_do_not_fit_together_one_is_confirmed(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    answer = {"id": str(b.FILING), "item": "weight", "outcome": "deviates", "figure": "3"}
    await room.do("customs", "results", {"results": [answer]})
    seq = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    await room.do("customs", "conclude", r.SUSPEND)
    for facts in ({"figure": "0"}, {"outcome": "conform"}):
        wish = {"record": seq, "facts": facts, "reason": "seen again 复查"}
        await room.do("customs", "corrections", wish)
    proposals = (await room.see(path=f"/{b.CASE}/corrections"))["items"]
    first, second = (f"corrections/{each['seq']}/confirm" for each in proposals)
    await room.do("second", first)
    impossible = await room.send("second", second)
    assert [each["pointer"] for each in impossible.json()["errors"]] == [""]
    asked = (await room.see(path=f"/{b.CASE}/checklist"))["sections"]["customs"]
    (said,) = [one for each in asked for one in each["answers"]]
    assert (said["outcome"], said["figure"]) == ("deviates", "0")


async def test_yard_staff_correct_their_own_records(room: Room) -> None:
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    await room.do("customs", "open")
    box = {"container": container_number(1), "seal": "S0007"}
    await room.do("yard", "handle", {"step": "seal_removed", "containers": [box]})
    seq = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    wish = {"record": seq, "facts": {"seal": "S0001"}, "reason": "misread 误读"}
    assert await room.refused("other yard", "corrections", wish) == (404, "case_not_found")
    case = await room.do("yard", "corrections", wish)
    assert case["handled"][box["container"]]["seal"] == "S0001"
    tracked = (await room.see("broker", f"/{b.CASE}/tracking"))["items"][-1]
    assert tracked["seals"] == [{"sealNumber": "S0001"}]


async def test_what_is_signed_is_no_record_that_one_agency_keeps_to_itself(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    told = {"id": str(UUID(int=7)), "item": "quantity", "outcome": "deviates"}
    await room.do("customs", "results", {"results": [told]})
    seq = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    pest = {"code": "pest", "text": "live insects 活虫"}
    await room.do(
        "customs", "conclude", {"verdict": "minor", "disposal": "release", "findings": [pest]}
    )
    await room.do("quarantine", "conclude", r.CONFORM)
    await room.met()
    end = (await room.see("customs", f"/{b.CASE}/sign-off"))["seq"]
    wish = {"record": seq, "facts": {"note": "three 三"}, "reason": "seen again 复查"}
    await room.do("customs", "corrections", wish)
    proposal = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    await room.do("second", f"corrections/{proposal}/confirm", {})
    await room.do("customs", f"records/{seq}/mark", {"reason": "not to be known 不得知悉"})
    for who in ("customs", "quarantine"):
        assert (await room.see(who, f"/{b.CASE}/sign-off"))["seq"] == end
