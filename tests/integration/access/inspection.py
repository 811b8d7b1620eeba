"""How each operation of inspection is tried: a joint case whose slot has begun."""

from typing import Any

from shared.auth.principal import Role
from shared.contracts import derived
from shared.contracts.booking import BookingConfirmed
from shared.contracts.requirement import LeaveAsked, RequirementMet
from shared.contracts.values import Outcome, Purpose, Scope
from tests import factories
from tests.factories import container_number
from tests.integration.access.people import (
    AUDITOR,
    CUSTOMS,
    HEAD_OF_QUARANTINE,
    QUARANTINE,
    STRANGERS,
    YARD_STAFF,
    Caller,
)
from tests.integration.access.scene import START, Ask, Entry, Scene, nothing
from tests.pens import Pen
from tests.unit.inspection import builders as b

SECOND_OF_CUSTOMS = Caller("second officer of customs", Role.OFFICER, "customs", "customs")
CASE = f"/v1/cases/{b.CASE}"
PATH: dict[str, object] = {"case_id": b.CASE}
SEALS = {"seals": [{"container": container_number(1), "seal": "S0001"}]}


async def _planned(scene: Scene) -> Ask:
    confirmed = BookingConfirmed(
        filing_id=b.FILING,
        booking_id=derived.booking_id(b.REQUIREMENT),
        requirement_id=b.REQUIREMENT,
        revision=1,
        slot=b.slot(START),
    )
    await scene.bring(b.determined(), confirmed)
    return Ask(PATH)


async def _to_pass_the_gate(scene: Scene) -> Ask:
    await scene.arranged(_planned)
    return Ask(PATH, SEALS)


async def _inside(scene: Scene) -> Ask:
    await scene.arranged(_planned)
    await scene.done(YARD_STAFF, "post", f"{CASE}/gate-in", SEALS)
    return Ask(PATH, SEALS)


async def _to_handle(scene: Scene) -> Ask:
    await scene.arranged(_inside)
    return Ask(PATH, {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]})


async def _to_open(scene: Scene) -> Ask:
    await scene.arranged(_planned)
    return Ask(PATH, {})


async def _to_join(scene: Scene) -> Ask:
    await scene.arranged(_planned)
    await scene.done(CUSTOMS, "post", f"{CASE}/open", {"present": ["customs"]})
    return Ask(PATH, {})


async def _opened(scene: Scene) -> Ask:
    await scene.arranged(_planned)
    await scene.done(CUSTOMS, "post", f"{CASE}/open", {})
    await scene.done(QUARANTINE, "post", f"{CASE}/join", {})
    return Ask(PATH)


async def _to_find(scene: Scene) -> Ask:
    await scene.arranged(_opened)
    return Ask(PATH, {"code": "pest", "text": "live insects 活虫"})


async def _to_answer(scene: Scene) -> Ask:
    await scene.arranged(_opened)
    return Ask(PATH, {"results": [{"id": str(b.CASE), "item": "quantity", "outcome": "conform"}]})


async def _to_edit(_: Scene) -> Ask:
    said = {"en": "brand as declared", "zh": "品牌与申报相符"}
    body = {"subject": "marks", "said": said, "valid_from": "2100-01-01"}
    return Ask({"code": "brand"}, body)


async def _to_sample(scene: Scene) -> Ask:
    await scene.arranged(_opened)
    return Ask(PATH, {"what": "kiwifruit 猕猴桃", "seal": "Q-1", "laboratory": "CNTAO-L1"})


async def _sampled(scene: Scene) -> None:
    """Both agencies go as deep as samples, and have a first one."""
    await scene.arranged(_opened)
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
    await scene.arranged(_opened)
    return Ask(PATH, {"verdict": "conform", "disposal": "release"})


async def _to_escalate(scene: Scene) -> Ask:
    await scene.arranged(_opened)
    return Ask(PATH, {"agency": "customs", "scope": "sample", "reason": "smell 异味"})


async def _to_consent(scene: Scene) -> Ask:
    await scene.arranged(_opened)
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


async def _to_correct(scene: Scene) -> Ask:
    """Everybody who may correct has a record of the own office."""
    await scene.arranged(_to_handle)
    wrong: dict[str | None, int] = {}
    for who in (YARD_STAFF, CUSTOMS, QUARANTINE):
        body = {"step": "moved_to_bay", "containers": [{"container": container_number(1)}]}
        await scene.done(who, "post", f"{CASE}/handle", body)
        wrong[who.agency] = (await _records(scene))[-1]["seq"]

    def body_of(who: Caller) -> object:
        facts = {"reason": "misread 误读"}
        return {"record": wrong.get(who.agency, 1), "facts": facts, "reason": "seen again 复查"}

    return Ask(PATH, body_of=body_of)


async def _records(scene: Scene) -> list[Any]:
    found: list[Any] = (await scene.done(AUDITOR, "get", f"{CASE}/records"))["items"]
    return found


async def _to_confirm(scene: Scene) -> Ask:
    """Another officer of customs has proposed a correction of what customs found."""
    await scene.arranged(_opened)
    await scene.done(CUSTOMS, "post", f"{CASE}/findings", {"code": "pest", "text": "活虫 insects"})
    finding = (await _records(scene))[-1]["seq"]
    verdict = {"verdict": "minor", "disposal": "release"}
    await scene.done(CUSTOMS, "post", f"{CASE}/conclude", verdict)
    wish = {"record": finding, "facts": {"text": "dead insects 死虫"}, "reason": "复查 again"}
    await scene.done(SECOND_OF_CUSTOMS, "post", f"{CASE}/corrections", wish)
    return Ask(PATH | {"seq": (await _records(scene))[-1]["seq"]}, {})


async def _to_register(_: Scene) -> Ask:
    def body_of(who: Caller) -> object:
        return Pen(who.name, who.agency or "").proof()

    return Ask(body_of=body_of)


async def _to_revoke(scene: Scene) -> Ask:
    """A key of customs; the head of the other agency has nothing to revoke."""
    key = await scene.done(CUSTOMS, "post", "/v1/keys", Pen(CUSTOMS.name, "customs").proof())
    return Ask({"key_id": key["id"]}, {})


async def _ended(scene: Scene) -> Ask:
    await scene.arranged(_opened)
    for who in (CUSTOMS, QUARANTINE):
        verdict = {"verdict": "conform", "disposal": "release"}
        await scene.done(who, "post", f"{CASE}/conclude", verdict)
    facts = {"filing_version": 1, "revision": 1, "reason": factories.said("all concluded")}
    ids = {"filing_id": b.FILING, "requirement_id": b.REQUIREMENT}
    await scene.bring(RequirementMet(outcome=Outcome.RELEASED, **ids, **facts))
    return Ask(PATH)


async def _to_sign(scene: Scene) -> Ask:
    await scene.arranged(_ended)
    bodies = {}
    for who in (CUSTOMS, QUARANTINE):
        pen = Pen(who.name, who.agency or "")
        key = await scene.done(who, "post", "/v1/keys", pen.proof())
        told = await scene.done(who, "get", f"{CASE}/sign-off")
        signature = pen.sign(told["statement"].encode())
        bodies[who] = {"seq": told["seq"], "key_id": key["id"], "signature": signature}
    return Ask(PATH, body_of=lambda who: bodies.get(who, bodies[CUSTOMS]))


ENTRIES = {
    "GET /v1/cases": Entry(_planned, STRANGERS, lists=True),
    "GET /v1/cases/{case_id}": Entry(_planned, STRANGERS),
    "GET /v1/cases/{case_id}/records": Entry(_planned),
    "POST /v1/cases/{case_id}/gate-in": Entry(_to_pass_the_gate, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/cases/{case_id}/handle": Entry(_to_handle, STRANGERS, succeeds=YARD_STAFF),
    "GET /v1/cases/{case_id}/tracking": Entry(_inside, STRANGERS),
    "POST /v1/cases/{case_id}/gate-out": Entry(_inside, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/cases/{case_id}/open": Entry(_to_open, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/join": Entry(_to_join, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/findings": Entry(_to_find, succeeds=CUSTOMS),
    "GET /v1/checklists": Entry(nothing),
    "PUT /v1/checklists/{code}": Entry(_to_edit),
    "GET /v1/cases/{case_id}/checklist": Entry(_planned),
    "POST /v1/cases/{case_id}/results": Entry(_to_answer, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/samples": Entry(_to_sample, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/samples/{number}/handovers": Entry(_to_hand_over),
    "POST /v1/cases/{case_id}/samples/{number}/result": Entry(_to_judge),
    "POST /v1/cases/{case_id}/conclude": Entry(_to_conclude, succeeds=QUARANTINE),
    "POST /v1/cases/{case_id}/consent": Entry(_to_consent, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/escalate": Entry(_to_escalate, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/corrections": Entry(_to_correct, STRANGERS, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/corrections/{seq}/confirm": Entry(
        _to_confirm, STRANGERS, succeeds=CUSTOMS
    ),
    "GET /v1/cases/{case_id}/corrections": Entry(_planned),
    "GET /v1/keys": Entry(nothing),
    "POST /v1/keys": Entry(_to_register),
    "POST /v1/keys/{key_id}/revoke": Entry(_to_revoke, frozenset({HEAD_OF_QUARANTINE})),
    "GET /v1/cases/{case_id}/sign-off": Entry(_ended),
    "POST /v1/cases/{case_id}/sign-off": Entry(_to_sign, succeeds=CUSTOMS),
}
