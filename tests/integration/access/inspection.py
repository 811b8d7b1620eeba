"""How each operation of inspection is tried: a joint case whose slot has begun."""

from shared.contracts import derived
from shared.contracts.booking import BookingConfirmed
from shared.contracts.requirement import LeaveAsked
from shared.contracts.values import Purpose, Scope
from tests.factories import container_number
from tests.integration.access.people import (
    CUSTOMS,
    HEAD_OF_CUSTOMS,
    QUARANTINE,
    STRANGERS,
    YARD_STAFF,
)
from tests.integration.access.scene import START, Ask, Entry, Scene, nothing
from tests.integration.inspection.filed import accepted
from tests.unit.inspection import builders as b

CASE = f"/v1/cases/{b.CASE}"
PATH: dict[str, object] = {"case_id": b.CASE}
PEST = {"code": "pest", "text": "live insects 活虫"}
SEALS = {"seals": [{"container": container_number(1), "seal": "S0001"}]}


async def planned(scene: Scene) -> Ask:
    confirmed = BookingConfirmed(
        filing_id=b.FILING,
        booking_id=derived.booking_id(b.REQUIREMENT),
        requirement_id=b.REQUIREMENT,
        revision=1,
        slot=b.slot(START),
    )
    await scene.bring(b.determined(), confirmed)
    return Ask(PATH)


async def _measured(scene: Scene) -> Ask:
    await scene.arranged(planned)
    await scene.bring(accepted())
    return Ask()


async def _in_yard(scene: Scene) -> Ask:
    await scene.arranged(planned)
    return Ask({"code": b.YARD})


async def _to_pass_the_gate(scene: Scene) -> Ask:
    await scene.arranged(planned)
    return Ask(PATH, SEALS)


async def _inside(scene: Scene) -> Ask:
    await scene.arranged(planned)
    await scene.done(YARD_STAFF, "post", f"{CASE}/gate-in", SEALS)
    return Ask(PATH, SEALS)


async def to_handle(scene: Scene) -> Ask:
    await scene.arranged(_inside)
    return Ask(PATH, {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]})


async def _to_open(scene: Scene) -> Ask:
    await scene.arranged(planned)
    return Ask(PATH, {})


async def _to_join(scene: Scene) -> Ask:
    await scene.arranged(planned)
    await scene.done(CUSTOMS, "post", f"{CASE}/open", {"present": ["customs"]})
    return Ask(PATH, {})


async def opened(scene: Scene) -> Ask:
    await scene.arranged(planned)
    await scene.done(CUSTOMS, "post", f"{CASE}/open", {})
    await scene.done(QUARANTINE, "post", f"{CASE}/join", {})
    return Ask(PATH)


async def _to_come(scene: Scene) -> Ask:
    await scene.arranged(_inside)
    return Ask(PATH, {"officers": ["o.li"]})


async def _come(scene: Scene) -> Ask:
    await scene.arranged(opened)
    for who in (CUSTOMS, QUARANTINE):
        await scene.done(who, "post", f"{CASE}/come", {"officers": ["o.li"]})
    return Ask(PATH, {"officers": ["o.li"]})


async def _to_find(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, PEST)


async def _alarmed(scene: Scene) -> Ask:
    await scene.arranged(opened)
    await scene.done(CUSTOMS, "post", f"{CASE}/findings", {"code": "pest", "text": "活虫 insects"})
    (alarm,) = (await scene.done(CUSTOMS, "get", "/v1/alarms"))["items"]
    return Ask(PATH | {"record": alarm["record"]}, {})


async def _to_answer(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, {"results": [{"id": str(b.CASE), "item": "quantity", "outcome": "conform"}]})


async def _to_edit(_: Scene) -> Ask:
    said = {"en": "brand as declared", "zh": "品牌与申报相符"}
    body = {"subject": "marks", "said": said, "valid_from": "2100-01-01"}
    return Ask({"code": "brand"}, body)


async def _to_list(_: Scene) -> Ask:
    said = {"en": "live snails", "zh": "活蜗牛"}
    return Ask({"code": "snails"}, {"said": said, "severity": "major", "valid_from": "2100-01-01"})


async def _to_sample(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, {"what": "kiwifruit 猕猴桃", "seal": "Q-1", "laboratory": "CNTAO-L1"})


async def _sampled(scene: Scene) -> None:
    """Both agencies go as deep as samples, and have a first one."""
    await scene.arranged(opened)
    needs = tuple(b.need(agency, Scope.SAMPLE) for agency in ("customs", "quarantine"))
    await scene.bring(b.revised(needs=needs))
    for number, who in enumerate((CUSTOMS, QUARANTINE)):
        body = {"what": "kiwifruit 猕猴桃", "seal": f"S-{number}", "laboratory": "CNTAO-L1"}
        await scene.done(who, "post", f"{CASE}/samples", body)


async def _to_hand_over(scene: Scene) -> Ask:
    await _sampled(scene)
    return Ask(PATH | {"number": 1}, {"to": "courier 快递员", "seal_intact": True})


async def _to_judge(scene: Scene) -> Ask:
    await _sampled(scene)
    return Ask(PATH | {"number": 1}, {"conforms": True, "report": "R-1", "text": "none 未检出"})


async def _to_conclude(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, {"verdict": "conform", "disposal": "release"})


async def _to_treat(scene: Scene) -> Ask:
    await scene.arranged(opened)
    order = {"kind": "cleaning", "by": "CNTAO-T1", "due": "2100-01-01T00:00:00Z"}
    body = {"verdict": "minor", "disposal": "treat", "findings": [PEST], "treatment": order}
    for who in (CUSTOMS, QUARANTINE):
        await scene.done(who, "post", f"{CASE}/conclude", body)
    return Ask(PATH | {"number": 1}, {"done": True, "text": "clean 已清洗"})


async def _to_escalate(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, {"agency": "customs", "scope": "sample", "reason": "smell 异味"})


async def _to_consent(scene: Scene) -> Ask:
    await scene.arranged(opened)
    await scene.bring(
        LeaveAsked(
            filing_id=b.FILING,
            requirement_id=b.REQUIREMENT,
            filing_version=1,
            revision=1,
            purpose=Purpose.AMEND,
        )
    )
    return Ask(PATH, {"consent": False, "reason": "it is being weighed 正在过磅"})


async def _to_sync(scene: Scene) -> Ask:
    """A device's batch is taken; what is not its sender's is rejected in the answer."""
    await scene.arranged(_inside)
    record = {
        "id": "01a20695-d3f8-75ef-ba27-10fa5f698408",
        "case_id": str(b.CASE),
        "at": START.isoformat(),
        "kind": "handle",
        "data": {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]},
    }
    return Ask(body={"device": "tablet-1", "sent_at": START.isoformat(), "records": [record]})


ENTRIES = {
    "POST /v1/sync": Entry(_to_sync, succeeds=YARD_STAFF),
    "GET /v1/sync/rejected": Entry(nothing),
    "GET /v1/cases": Entry(planned, STRANGERS, lists=True),
    "GET /v1/cases/{case_id}": Entry(planned, STRANGERS),
    "GET /v1/cases/{case_id}/records": Entry(planned),
    "GET /v1/alarms": Entry(nothing),
    "POST /v1/cases/{case_id}/alarms/{record}/acknowledge": Entry(
        _alarmed, succeeds=HEAD_OF_CUSTOMS
    ),
    "GET /v1/measures": Entry(_measured, STRANGERS, lists=True),
    "GET /v1/measures.csv": Entry(_measured, STRANGERS, lists=True),
    "GET /v1/measures/filings": Entry(_measured, STRANGERS, lists=True),
    "GET /v1/measures/filings.csv": Entry(_measured, STRANGERS, lists=True),
    "GET /v1/yards/{code}/events": Entry(_in_yard),
    "POST /v1/cases/{case_id}/gate-in": Entry(_to_pass_the_gate, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/cases/{case_id}/handle": Entry(to_handle, STRANGERS, succeeds=YARD_STAFF),
    "GET /v1/cases/{case_id}/tracking": Entry(_inside, STRANGERS),
    "POST /v1/cases/{case_id}/gate-out": Entry(_inside, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/cases/{case_id}/open": Entry(_to_open, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/join": Entry(_to_join, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/come": Entry(_to_come, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/leave": Entry(_come, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/findings": Entry(_to_find, succeeds=CUSTOMS),
    "GET /v1/checklists": Entry(nothing),
    "PUT /v1/checklists/{code}": Entry(_to_edit, succeeds=HEAD_OF_CUSTOMS),
    "GET /v1/finding-codes": Entry(nothing),
    "PUT /v1/finding-codes/{code}": Entry(_to_list, succeeds=HEAD_OF_CUSTOMS),
    "GET /v1/cases/{case_id}/checklist": Entry(planned),
    "POST /v1/cases/{case_id}/results": Entry(_to_answer, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/samples": Entry(_to_sample, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/samples/{number}/handovers": Entry(
        _to_hand_over, succeeds=QUARANTINE
    ),
    "POST /v1/cases/{case_id}/samples/{number}/result": Entry(_to_judge, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/conclude": Entry(_to_conclude, succeeds=QUARANTINE),
    "GET /v1/treatments": Entry(nothing),
    "GET /v1/treatments/kinds": Entry(nothing),
    "POST /v1/cases/{case_id}/treatments/{number}/result": Entry(_to_treat, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/consent": Entry(_to_consent, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/escalate": Entry(_to_escalate, succeeds=CUSTOMS),
}
