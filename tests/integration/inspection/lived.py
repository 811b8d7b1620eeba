"""Two cases to which nearly all has happened that can: something of every table and file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.inspection.domain.checkpoints import Checkpoint
from services.inspection.jobs import alarms as alarm_jobs
from services.inspection.settings import Settings
from shared.contracts import booking, derived, requirement
from shared.contracts.values import Purpose, utc
from tests import kits, pictures
from tests.factories import said
from tests.integration.inspection import room as r
from tests.integration.inspection import test_partly as partly
from tests.integration.inspection.room import Body, Room
from tests.pens import Pen
from tests.unit.inspection import builders as b

ONE, TWO = partly.ONE, partly.TWO
TREATED: Body = {
    "done": True,
    "text": "done 已完成",
    "certificate": "H-1",
    "hours": "0.5",
    "celsius": "56",
}
MARK = {"reason": "the consignee must not know 不得让收货人知悉"}
SUPERVISORS = {"customs": "supervisor", "quarantine": "head of quarantine"}


async def live(room: Room) -> None:
    """Let both happen, with a checkpoint after each, which both agencies sign."""
    pens = {who: Pen(who, agency) for agency, who in SUPERVISORS.items()}
    keys = {who: await _registered(room, pen) for who, pen in pens.items()}
    await _inspected(room)
    await _ended(room)
    await _checkpoint(room, pens, keys)
    await _corrected(room)
    await _another(room)
    await _checkpoint(room, pens, keys)
    assert await room.broken() == []


async def _inspected(room: Room) -> None:
    await room.plan(containers=partly.BOXES)
    await room.do("yard", "gate-in", partly.seals(ONE, TWO))
    await room.do("customs", "open")
    await room.do("customs", "come")
    room.hand.turn(5)
    await room.do("customs", "leave")
    await room.do("quarantine", "join")
    for step, seal in (("seal_removed", "S1"), ("opened", None), ("unpacked", None)):
        await room.do("yard", "handle", _step(step, seal))
    answers = [_answer(1, "weight", "conform"), _answer(2, "quantity", "deviates")]
    await room.do("customs", "results", {"results": answers})
    await room.do("customs", f"records/{await _last(room)}/mark", MARK)
    await room.do("customs", "investigations", {"text": "watched 布控", **MARK})
    pest = {"code": "pest", "text": "live insects 活虫", "container": ONE}
    await room.do("customs", "findings", pest)
    alarm = await _last(room)
    for who in SUPERVISORS.values():
        await room.do(who, f"alarms/{alarm}/acknowledge")
    for number in (1, 2):
        await _photographed(room, number)
    drawn = {"what": "soil 土壤", "seal": "Q1", "laboratory": "Qingdao 青岛", "container": TWO}
    await room.do("quarantine", "samples", drawn)
    await room.do("quarantine", "samples/1/handovers", {"to": "courier", "seal_intact": True})


async def _ended(room: Room) -> None:
    await room.do("customs", "conclude", _minor(ONE))
    await room.do("quarantine", "conclude", r.CONFORM | {"containers": [ONE]})
    await room.hear(partly.decided(ONE))
    for step, seal in (("repacked", None), ("resealed", "N1")):
        await room.do("yard", "handle", _step(step, seal))
    wish = {"record": await _last(room), "facts": {"seal": "N2"}, "reason": "misread 误读"}
    await room.do("yard", "corrections", wish)
    left = {"seals": [{"container": ONE, "seal": "N2"}]}
    await room.do("yard", "gate-out", left)
    judged = {"conforms": False, "report": "L-7", "text": "eggs 虫卵"}
    await room.do("quarantine", "samples/1/result", judged)
    room.hand.turn(600)
    assert await alarm_jobs.sweep(room.service.kit, Settings()) == 2
    due = utc(room.hand.yard() + timedelta(days=2))
    order = {"kind": "heat", "by": "CNTAO-T1", "due": due}
    treat = {"disposal": "treat", "treatment": order}
    await room.do("quarantine", "conclude", _minor(TWO) | treat)
    await room.do("quarantine", "treatments/1/result", TREATED)
    await room.do("quarantine", "conclude", _minor(TWO))
    await room.do("customs", "conclude", r.CONFORM | {"containers": [TWO]})
    await room.met(containers=(TWO,))
    await room.do("yard", "gate-out", partly.seals(TWO))


async def _corrected(room: Room) -> None:
    """Both sign, an officer corrects with another one's consent, and both sign anew."""
    pens = {agency: Pen(agency, agency) for agency in SUPERVISORS}
    keys = {agency: await _registered(room, pen) for agency, pen in pens.items()}
    await _signed_off(room, pens, keys)
    chain = (await room.see(path=f"/{b.CASE}/records"))["items"]
    finding = next(each["seq"] for each in chain if each["kind"] == "finding")
    wish = {"record": finding, "facts": {"text": "dead insects 死虫"}, "reason": "seen again 复查"}
    await room.do("customs", "corrections", wish)
    await room.do("second", f"corrections/{await _last(room)}/confirm")
    await _signed_off(room, pens, keys)


async def _another(room: Room) -> None:
    """A case that was amended, lost its slot, and is frozen for a withdrawal when it comes in."""
    filing, requirement_id = r.nth_case(1)
    ids: dict[str, Any] = {"filing_id": filing, "requirement_id": requirement_id}
    its = r.of_booking() | ids
    version: dict[str, Any] = {**ids, "filing_version": 1, "revision": 1}
    settled = {**version, "purpose": Purpose.WITHDRAW, "reason": said("too late")}
    await room.hear(
        b.determined(**ids),
        booking.BookingConfirmed(**its, slot=b.slot(bay="P2")),
        requirement.LeaveAsked(**version, purpose=Purpose.AMEND),
        b.revised("amendment", **ids),
        booking.BookingMissed(**its, missed_at=b.at().yard),
        booking.BookingConfirmed(**its, slot=b.slot(bay="P3")),
        requirement.LeaveAsked(**version, purpose=Purpose.WITHDRAW),
        requirement.ChangeRefused(**settled),
        requirement.LeaveAsked(**version, purpose=Purpose.WITHDRAW),
    )
    case = derived.case_id(requirement_id)
    await _post(room, "yard", f"/v1/cases/{case}/gate-in", r.SEALS)
    await _post(room, "customs", f"/v1/cases/{case}/come", {})


async def _checkpoint(room: Room, pens: dict[str, Pen], keys: dict[str, str]) -> None:
    made = await _post(room, "supervisor", "/v1/checkpoints", {})
    number = Checkpoint.read(made["text"]).number
    for who, pen in pens.items():
        body = {"key_id": keys[who], "signature": pen.sign(made["text"].encode())}
        await _post(room, who, f"/v1/checkpoints/{number}/signatures", body)


async def _signed_off(room: Room, pens: dict[str, Pen], keys: dict[str, str]) -> None:
    for agency, pen in pens.items():
        told = await room.see(agency, f"/{b.CASE}/sign-off")
        signature = pen.sign(told["statement"].encode())
        body = {"seq": told["seq"], "key_id": keys[agency], "signature": signature}
        await room.do(agency, "sign-off", body)


async def _registered(room: Room, pen: Pen) -> str:
    return str((await _post(room, pen.officer, "/v1/keys", pen.proof()))["id"])


async def _post(room: Room, who: str, path: str, body: Body) -> Body:
    room.keys.append(f"key-{len(room.keys)}")
    answer = await room.clients[who].post(path, json=body, headers=kits.keyed(room.keys[-1]))
    assert answer.is_success, answer.text
    told: Body = answer.json()
    return told


async def _photographed(room: Room, number: int) -> None:
    headers = kits.keyed(f"photo-{number}", **{"Content-Type": "image/png"})
    path = f"/v1/cases/{b.CASE}/evidence"
    content = pictures.picture(number)
    answer = await room.clients["customs"].post(path, content=content, headers=headers)
    assert answer.status_code == 201, answer.text


async def _last(room: Room) -> int:
    """The number of the last record."""
    seq: int = (await room.see(path=f"/{b.CASE}/records"))["items"][-1]["seq"]
    return seq


def _step(step: str, seal: str | None) -> Body:
    box = {"container": ONE} | ({} if seal is None else {"seal": seal})
    return {"step": step, "containers": [box]}


def _answer(number: int, item: str, outcome: str) -> Body:
    figure = {"figure": "12.5"} if item == "weight" else {}
    return {"id": str(UUID(int=number)), "item": item, "outcome": outcome, **figure}


def _minor(container: str) -> Body:
    finding = {"code": "label_missing", "text": "label torn 标签破损", "container": container}
    body = {"verdict": "minor", "disposal": "release", "findings": [finding]}
    return {**body, "containers": [container]}
