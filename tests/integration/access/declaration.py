"""How each operation of declaration is tried."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from services.cli import sheet
from services.declaration import dictionary
from services.declaration.forms import FilingIn
from services.declaration.jobs import feeding
from services.declaration.message import writing
from services.declaration.tables import DELIVERIES
from tests import factories, legacy, receiver
from tests.integration.access.people import BROKER, CUSTOMS, OTHER_BROKER, Caller
from tests.integration.access.scene import START, Ask, Entry, Raw, Scene, nothing, same, uuid_of
from tests.unit.declaration.made import Told

FILINGS = "/v1/filings"
OTHERS = frozenset({OTHER_BROKER})


def _draft(who: Caller = BROKER, **changes: Any) -> Any:
    broker = {"uscc": who.org or BROKER.org, "name": "青岛一站报关有限公司"}
    return factories.filing(now=START, broker=broker, **changes)


async def _new(_: Scene) -> Ask:
    return Ask(body_of=lambda who: _draft(who, reference=f"REF {who.name}"))


def _message(who: Caller) -> Raw:
    content = FilingIn.model_validate_json(json.dumps(_draft(who, reference=f"XML {who.name}")))
    on = dictionary.at(START.date())
    made = writing.write(content.content(), dictionary=on, zone=ZoneInfo("Asia/Shanghai"))
    return Raw(made, "application/xml")


async def _to_send(_: Scene) -> Ask:
    return Ask(body_of=_message)


def _file(who: Caller) -> Raw:
    made = sheet.as_csv([_draft(who, reference=f"BULK {who.name}")])
    return Raw(made.encode(), "text/csv")


async def _to_upload(_: Scene) -> Ask:
    return Ask(body_of=_file)


async def _uploaded(scene: Scene) -> Ask:
    made = await scene.done(BROKER, "post", "/v1/bulk", _file(BROKER))
    return Ask({"job_id": uuid_of(made)})


async def _filed(scene: Scene) -> Ask:
    made = await scene.done(BROKER, "post", FILINGS, _draft())
    return Ask({"filing_id": uuid_of(made)})


async def _released(scene: Scene) -> Ask:
    """Another filing: this one has ended."""
    made = await scene.done(BROKER, "post", FILINGS, _draft(reference="RELEASED"))
    await scene.bring(Told(uuid_of(made)).met())
    path = f"{FILINGS}/{made['id']}/release-notices"
    (notice,) = (await scene.done(BROKER, "get", path))["items"]
    return Ask({"filing_id": made["id"], "code": notice["address"].rsplit("/", 1)[1]})


async def _version(scene: Scene) -> Ask:
    return Ask({**(await scene.arranged(_filed)).path, "version": 1})


async def _fed(scene: Scene) -> Ask:
    await scene.arranged(_filed)
    await feeding.once(scene.kit)
    return Ask()


async def _two(scene: Scene) -> Ask:
    return Ask({**(await scene.arranged(_filed)).path, "before": 1, "after": 1})


async def _to_amend(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_filed)).path, _draft(bill_of_lading="OSTQ26030002"))


async def _to_withdraw(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_filed)).path, {"reason": "sold elsewhere 货物转卖"})


async def _to_question(scene: Scene) -> Ask:
    pointers = ["/containers/0/number", "/lines/0"]
    body = {"text": "Which licence covers line 1?\n请说明许可证。", "pointers": pointers}
    return Ask((await scene.arranged(_filed)).path, body)


async def _asked(scene: Scene) -> Ask:
    ask = await scene.arranged(_to_question)
    path = f"{FILINGS}/{ask.path['filing_id']}/questions"
    made = await scene.done(CUSTOMS, "post", path, ask.body)
    return Ask({**ask.path, "question": made["number"]})


async def _to_answer(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_asked)).path, {"text": "The second one.\n第二份。"})


async def _to_close(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_asked)).path, {"reason": "seen elsewhere 已另行核实"})


async def _to_ask(_: Scene) -> Ask:
    goods = {"hs_code": "0202300090", "direction": "import", "origin": "AU"}
    return Ask(body={**goods, "transport_mode": "2", "package_type": "22", "at": "2026-03-02"})


async def _pair(_: Scene) -> Ask:
    return Ask(body_of=lambda who: legacy.pair(now=START, broker=who.org, reference=who.name))


async def _merged(scene: Scene) -> Ask:
    body = legacy.pair(now=START, broker=BROKER.org)
    return Ask({"filing_id": uuid_of(await scene.done(BROKER, "post", f"{FILINGS}/merged", body))})


INSTRUCTION = "/v1/standing-instructions/arrival"


async def _to_instruct(_: Scene) -> Ask:
    return Ask({"item": "arrival"}, {"take": "customs"})


async def _instructed(scene: Scene) -> Ask:
    await scene.done(BROKER, "put", INSTRUCTION, {"take": "customs"})
    return Ask({"item": "arrival"})


async def _to_hook(_: Scene) -> Ask:
    return Ask(body={"url": receiver.lasting().url})


async def _hooked(scene: Scene) -> Ask:
    made = await scene.done(BROKER, "post", "/v1/webhooks", {"url": receiver.lasting().url})
    return Ask({"webhook_id": uuid_of(made)}, {})


async def _to_pause(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_hooked)).path, {"status": "paused"})


async def _given_up(scene: Scene) -> Ask:
    path = (await scene.arranged(_hooked)).path
    await scene.done(BROKER, "post", FILINGS, _draft(reference="GIVEN UP"))
    await feeding.once(scene.kit)
    give_up = update(DELIVERIES).values(state="failed", ended_at=scene.clock.now)
    async with scene.kit.database.transaction() as session:
        notice = (await session.execute(give_up.returning(DELIVERIES.c.id))).scalars().first()
    return Ask({**path, "notice_id": notice}, {})


ENTRIES = {
    "POST /v1/filings": Entry(_new, succeeds=BROKER),
    "POST /v1/filings/message.xml": Entry(_to_send, succeeds=BROKER),
    "GET /v1/filings/{filing_id}/message.xml": Entry(_filed, OTHERS),
    "POST /v1/bulk": Entry(_to_upload, succeeds=BROKER),
    "GET /v1/bulk/template.csv": Entry(nothing),
    "GET /v1/bulk/template.xlsx": Entry(nothing),
    "GET /v1/bulk/{job_id}": Entry(_uploaded, OTHERS),
    "GET /v1/bulk/{job_id}/report.csv": Entry(_uploaded, OTHERS),
    "POST /v1/bulk/{job_id}/cancel": Entry(_uploaded, OTHERS, succeeds=BROKER),
    "GET /v1/filings": Entry(_filed, OTHERS, lists=True),
    "GET /v1/filings/export.csv": Entry(_filed, OTHERS, lists=True),
    "GET /v1/filings/{filing_id}": Entry(_filed, OTHERS),
    "POST /v1/filings/{filing_id}/amend": Entry(_to_amend, OTHERS, succeeds=BROKER),
    "POST /v1/filings/{filing_id}/withdraw": Entry(_to_withdraw, OTHERS, succeeds=BROKER),
    "GET /v1/filings/{filing_id}/receipts": Entry(_filed, OTHERS),
    "GET /v1/filings/{filing_id}/slip.pdf": Entry(_filed, OTHERS),
    "GET /v1/filings/{filing_id}/release-notices": Entry(_released, OTHERS),
    "GET /v1/filings/{filing_id}/release-notice.pdf": Entry(_released, OTHERS),
    "GET /v1/notices/keys": Entry(nothing),
    "GET /v1/notices/{code}": Entry(_released),
    "GET /v1/receipts": Entry(_fed, OTHERS, lists=True),
    "POST /v1/webhooks": Entry(_to_hook, succeeds=BROKER),
    "GET /v1/webhooks": Entry(_hooked, OTHERS, lists=True),
    "GET /v1/webhooks/{webhook_id}": Entry(_hooked, OTHERS),
    "PATCH /v1/webhooks/{webhook_id}": Entry(_to_pause, OTHERS, succeeds=BROKER),
    "DELETE /v1/webhooks/{webhook_id}": Entry(_hooked, OTHERS, succeeds=BROKER),
    "POST /v1/webhooks/{webhook_id}/rotate": Entry(_hooked, OTHERS, succeeds=BROKER),
    "POST /v1/webhooks/{webhook_id}/test": Entry(_hooked, OTHERS, succeeds=BROKER),
    "GET /v1/webhooks/{webhook_id}/failed": Entry(_given_up, OTHERS),
    "POST /v1/webhooks/{webhook_id}/failed/redrive": Entry(_given_up, OTHERS, succeeds=BROKER),
    "POST /v1/webhooks/{webhook_id}/failed/{notice_id}/redrive": Entry(
        _given_up, OTHERS, succeeds=BROKER
    ),
    "POST /v1/filings/check": Entry(_new, succeeds=BROKER),
    "GET /v1/reference/items": Entry(nothing),
    "GET /v1/reference/{list}": Entry(same(list="units")),
    "POST /v1/reference/required": Entry(_to_ask, succeeds=BROKER),
    "POST /v1/filings/merge": Entry(_pair, succeeds=BROKER),
    "POST /v1/filings/merged": Entry(_pair, succeeds=BROKER),
    "GET /v1/standing-instructions": Entry(_instructed, OTHERS, lists=True),
    "GET /v1/standing-instructions/{item}": Entry(_instructed, OTHERS),
    "PUT /v1/standing-instructions/{item}": Entry(_to_instruct, succeeds=BROKER),
    "DELETE /v1/standing-instructions/{item}": Entry(_instructed, OTHERS, succeeds=BROKER),
    "POST /v1/filings/{filing_id}/questions": Entry(_to_question, succeeds=CUSTOMS),
    "GET /v1/filings/{filing_id}/questions": Entry(_asked, OTHERS),
    "GET /v1/filings/{filing_id}/questions/{question}": Entry(_asked, OTHERS),
    "POST /v1/filings/{filing_id}/questions/{question}/answer": Entry(
        _to_answer, OTHERS, succeeds=BROKER
    ),
    "POST /v1/filings/{filing_id}/questions/{question}/close": Entry(_to_close, succeeds=CUSTOMS),
    "GET /v1/filings/{filing_id}/history": Entry(_filed, OTHERS),
    "GET /v1/filings/{filing_id}/versions": Entry(_filed, OTHERS),
    "GET /v1/filings/{filing_id}/versions/{version}": Entry(_version, OTHERS),
    "GET /v1/filings/{filing_id}/versions/{before}/differences/{after}": Entry(_two, OTHERS),
    "GET /v1/filings/{filing_id}/merge": Entry(_merged, OTHERS),
    "GET /v1/filings/{filing_id}/views/customs": Entry(_filed, OTHERS),
    "GET /v1/filings/{filing_id}/views/quarantine": Entry(_filed, OTHERS),
}
