"""How operations on an inspection's records are tried: corrections, keys, signatures."""

from typing import Any

from shared.auth.principal import Role
from shared.contracts.requirement import RequirementMet
from shared.contracts.values import Outcome
from tests import factories
from tests.factories import container_number
from tests.integration.access.inspection import CASE, PATH, opened, planned, to_handle
from tests.integration.access.people import (
    AUDITOR,
    CUSTOMS,
    HEAD_OF_CUSTOMS,
    HEAD_OF_QUARANTINE,
    QUARANTINE,
    STRANGERS,
    YARD_STAFF,
    Caller,
)
from tests.integration.access.scene import Ask, Entry, Scene, nothing
from tests.pens import Pen
from tests.unit.inspection import builders as b

SECOND_OF_CUSTOMS = Caller("second officer of customs", Role.OFFICER, "customs", "customs")


async def _to_correct(scene: Scene) -> Ask:
    """Everybody who may correct has a record of the own office."""
    await scene.arranged(to_handle)
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
    await scene.arranged(opened)
    await scene.done(CUSTOMS, "post", f"{CASE}/findings", {"code": "pest", "text": "活虫 insects"})
    (finding,) = [each["seq"] for each in await _records(scene) if each["kind"] == "finding"]
    verdict = {"verdict": "minor", "disposal": "release"}
    await scene.done(CUSTOMS, "post", f"{CASE}/conclude", verdict)
    wish = {"record": finding, "facts": {"text": "dead insects 死虫"}, "reason": "复查 again"}
    await scene.done(SECOND_OF_CUSTOMS, "post", f"{CASE}/corrections", wish)
    return Ask(PATH | {"seq": (await _records(scene))[-1]["seq"]}, {})


async def _to_mark(scene: Scene) -> Ask:
    """Each agency has an answer of its own."""
    await scene.arranged(opened)
    answers: dict[str | None, int] = {}
    for number, who in enumerate((CUSTOMS, QUARANTINE)):
        result = {"id": f"01a20695-d3f8-75ef-ba27-10fa5f69840{number}", "item": "quantity"}
        body = {"results": [result | {"outcome": "conform"}]}
        await scene.done(who, "post", f"{CASE}/results", body)
        answers[who.agency] = (await _records(scene))[-1]["seq"]
    return Ask(PATH | {"seq": answers["customs"]}, {"reason": "under investigation 调查"})


async def _to_unmark(scene: Scene) -> Ask:
    ask = await scene.arranged(_to_mark)
    await scene.done(CUSTOMS, "post", f"{CASE}/records/{ask.path['seq']}/mark", ask.body)
    return ask


async def _to_investigate(scene: Scene) -> Ask:
    await scene.arranged(opened)
    return Ask(PATH, {"text": "brand copied 仿冒", "reason": "under investigation 调查"})


async def _to_register(_: Scene) -> Ask:
    def body_of(who: Caller) -> object:
        return Pen(who.name, who.agency or "").proof()

    return Ask(body_of=body_of)


async def _to_revoke(scene: Scene) -> Ask:
    """A key of customs; the head of the other agency has nothing to revoke."""
    key = await scene.done(CUSTOMS, "post", "/v1/keys", Pen(CUSTOMS.name, "customs").proof())
    return Ask({"key_id": key["id"]}, {})


async def _ended(scene: Scene) -> Ask:
    await scene.arranged(opened)
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


async def _to_cut(scene: Scene) -> Ask:
    await scene.arranged(planned)
    return Ask(body={})


async def _cut(scene: Scene) -> Ask:
    """A checkpoint covers the case."""
    await scene.arranged(planned)
    await scene.done(HEAD_OF_CUSTOMS, "post", "/v1/checkpoints", {})
    return Ask(PATH)


async def _to_sign_checkpoint(scene: Scene) -> Ask:
    await scene.arranged(_cut)
    (told,) = (await scene.done(AUDITOR, "get", "/v1/checkpoints"))["items"]
    bodies = {}
    for who in (HEAD_OF_CUSTOMS, HEAD_OF_QUARANTINE):
        pen = Pen(who.name, who.agency or "")
        key = await scene.done(who, "post", "/v1/keys", pen.proof())
        bodies[who] = {"key_id": key["id"], "signature": pen.sign(told["text"].encode())}
    return Ask({"number": 1}, body_of=lambda who: bodies.get(who, bodies[HEAD_OF_CUSTOMS]))


ENTRIES = {
    "POST /v1/checkpoints": Entry(_to_cut, succeeds=HEAD_OF_CUSTOMS),
    "GET /v1/checkpoints": Entry(nothing),
    "POST /v1/checkpoints/{number}/signatures": Entry(
        _to_sign_checkpoint, succeeds=HEAD_OF_CUSTOMS
    ),
    "GET /v1/ledger/leaves": Entry(nothing),
    "GET /v1/cases/{case_id}/proof": Entry(_cut),
    "GET /v1/ledger/consistency": Entry(_cut),
    "POST /v1/cases/{case_id}/investigations": Entry(_to_investigate, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/records/{seq}/mark": Entry(_to_mark, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/records/{seq}/unmark": Entry(_to_unmark, succeeds=HEAD_OF_CUSTOMS),
    "POST /v1/cases/{case_id}/corrections": Entry(_to_correct, STRANGERS, succeeds=CUSTOMS),
    "POST /v1/cases/{case_id}/corrections/{seq}/confirm": Entry(
        _to_confirm, STRANGERS, succeeds=CUSTOMS
    ),
    "GET /v1/cases/{case_id}/corrections": Entry(planned),
    "GET /v1/keys": Entry(nothing),
    "POST /v1/keys": Entry(_to_register, succeeds=CUSTOMS),
    "POST /v1/keys/{key_id}/revoke": Entry(
        _to_revoke, frozenset({HEAD_OF_QUARANTINE}), succeeds=HEAD_OF_CUSTOMS
    ),
    "GET /v1/cases/{case_id}/sign-off": Entry(_ended),
    "POST /v1/cases/{case_id}/sign-off": Entry(_to_sign, succeeds=CUSTOMS),
}
