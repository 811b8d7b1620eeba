"""How each operation of mutual_recognition is tried."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.mutual_recognition import learning
from services.mutual_recognition.risk.experience import Kind
from shared.contracts import derived
from shared.contracts.filing import Consignment, FilingAccepted
from tests import factories
from tests.integration.access.people import (
    AUDITOR,
    BROKER,
    CUSTOMS,
    HEAD_OF_CUSTOMS,
    HEAD_OF_QUARANTINE,
    OTHER_BROKER,
    Caller,
)
from tests.integration.access.scene import START, Ask, Entry, Scene, nothing, same
from tests.integration.mutual_recognition import backtested
from tests.unit.mutual_recognition import builders

FILING = UUID(int=1)
REQUIREMENT = derived.requirement_id(FILING)
COMPANY = {"uscc": factories.CONSIGNEE, "name": "青岛样品贸易有限公司"}
SINCE = {"valid_from": "2026-01-01", "grounds": "audit 稽核"}
RATING = {"grade": "high", **SINCE}
OTHERS = frozenset({OTHER_BROKER})
SUSPENSION = {"grounds": "a false declaration 申报不实", "way_back": "an audit 接受稽核"}


async def _trusted(scene: Scene) -> Ask:
    """Both agencies rate the consignee high."""
    path = f"/v1/companies/{factories.CONSIGNEE}/ratings"
    await scene.arranged(_registered)
    for head in (HEAD_OF_CUSTOMS, HEAD_OF_QUARANTINE):
        await scene.done(head, "post", path, RATING)
    return Ask()


async def _required(scene: Scene) -> Ask:
    """Wood of a trusted company: both agencies select it whatever is drawn, customs recognises."""
    await scene.arranged(_trusted)
    line = factories.line(1, hs_code="4407110000", name="sawn pine 松木板材")
    body = factories.filing(now=START, lines=[line], containers=[factories.container(1)])
    await scene.bring(
        FilingAccepted(
            filing_id=FILING,
            filing_version=1,
            receipt_number="R1",
            consignment=Consignment.model_validate(body),
        )
    )
    return Ask({"requirement_id": REQUIREMENT})


async def _decided(scene: Scene) -> Ask:
    path = f"/v1/requirements/{REQUIREMENT}"
    await scene.arranged(_required)
    found = await scene.done(AUDITOR, "get", path)
    return Ask({"decision_id": found["decision_id"]})


async def _to_order(scene: Scene) -> Ask:
    order = {"scope": "sample", "minutes": 90, "reason": "intelligence 情报布控"}
    return Ask((await scene.arranged(_required)).path, order)


async def _to_register(_: Scene) -> Ask:
    return Ask(body=COMPANY)


async def _learnt(scene: Scene) -> Ask:
    """Wood was inspected, and what was found is counted."""
    await scene.arranged(_required)
    row = {"requirement_id": REQUIREMENT, "kind": Kind.GOODS, "member": "4407", "found": True}
    async with scene.kit.database.transaction() as session:
        await session.execute(insert(learning.findings).values(row))
        await learning.learn(session, scene.service.api.state.book)
    return Ask({"kind": "goods"})


async def _registered(scene: Scene) -> Ask:
    await scene.done(HEAD_OF_CUSTOMS, "post", "/v1/companies", COMPANY)
    return Ask({"uscc": factories.CONSIGNEE}, RATING)


async def _to_suspend(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_registered)).path, SUSPENSION)


async def _suspended(scene: Scene) -> Ask:
    await scene.arranged(_registered)
    path = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
    officer = Caller("duty", HEAD_OF_CUSTOMS.role, "customs", "customs")
    made = await scene.done(officer, "post", path, SUSPENSION)
    of = {"uscc": factories.CONSIGNEE, "suspension_id": made["items"][0]["id"]}
    return Ask(of, {"grounds": "audit passed 稽核合格"})


async def _noticed(scene: Scene) -> Ask:
    await scene.arranged(_suspended)
    found = await scene.done(HEAD_OF_CUSTOMS, "get", "/v1/notices")
    return Ask({"number": found["items"][0]["number"]})


async def _to_enter(_: Scene) -> Ask:
    return Ask({"register": "goods"}, {"code": "4407", "name": "sawn wood 锯材", **SINCE})


async def _entered(scene: Scene) -> Ask:
    asked = await scene.arranged(_to_enter)
    await scene.done(HEAD_OF_CUSTOMS, "post", "/v1/pilots/goods", asked.body)
    return Ask(asked.path)


async def _to_commit(_: Scene) -> Ask:
    day = f"{START + timedelta(days=2):%Y-%m-%d}"
    return Ask(body={"valid_from": day, "valid_to": day})


async def _committed(scene: Scene) -> Ask:
    asked = await scene.arranged(_to_commit)
    await scene.done(HEAD_OF_CUSTOMS, "post", "/v1/draws", asked.body)
    return Ask()


def _table() -> Any:
    """The founding table's last two rows: one that makes eligible, and the default."""
    founding = builders.founding()["recognition"].table
    table = founding.model_dump(mode="json", exclude_defaults=True)
    return {**table, "valid_from": f"{START:%Y}-12-31", "rows": table["rows"][-2:]}


async def _to_draft(_: Scene) -> Ask:
    return Ask({"name": "recognition"}, _table())


async def _to_reject(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_drafted)).path, {"reason": "too lenient 过宽"})


async def _drafted(scene: Scene, *, author: Caller = HEAD_OF_CUSTOMS) -> Ask:
    made = await scene.done(author, "post", "/v1/tables/recognition/versions", _table())
    return Ask({"name": "recognition", "number": made["version"]})


async def _to_replace(scene: Scene) -> Ask:
    return Ask((await _drafted(scene)).path, _table())


async def _to_submit(scene: Scene) -> Ask:
    return await _drafted(scene)


async def _submitted(scene: Scene, *, author: Caller) -> Ask:
    drafted = await _drafted(scene, author=author)
    path = f"/v1/tables/recognition/versions/{drafted.path['number']}/submit"
    await scene.done(author, "post", path)
    return drafted


async def _to_approve(scene: Scene) -> Ask:
    author = Caller("author", HEAD_OF_CUSTOMS.role, "customs", "customs")
    submitted = await _submitted(scene, author=author)
    await scene.arranged(_backtested)
    await backtested.make(scene.service.kit)
    return submitted


async def _backtested(scene: Scene) -> Ask:
    asked = await scene.done(
        HEAD_OF_QUARANTINE, "post", "/v1/tables/recognition/backtests", _table()
    )
    return Ask({"backtest_id": asked["id"]})


async def _to_try(scene: Scene) -> Ask:
    submitted = await _submitted(scene, author=HEAD_OF_CUSTOMS)
    return Ask(submitted.path, {"until": f"{START:%Y}-12-31"})


async def _tried(scene: Scene) -> Ask:
    wish = await scene.arranged(_to_try)
    path = f"/v1/tables/recognition/versions/{wish.path['number']}/trial"
    await scene.done(HEAD_OF_CUSTOMS, "post", path, wish.body)
    return Ask(wish.path)


ENTRIES = {
    "GET /v1/requirements": Entry(_required, OTHERS, lists=True),
    "GET /v1/requirements/{requirement_id}": Entry(_required, OTHERS),
    "POST /v1/requirements/{requirement_id}/orders": Entry(_to_order, succeeds=CUSTOMS),
    "GET /v1/decisions/{decision_id}": Entry(_decided),
    "GET /v1/recognitions": Entry(_required, OTHERS, lists=True),
    "GET /v1/companies": Entry(_registered),
    "POST /v1/companies": Entry(_to_register, succeeds=HEAD_OF_CUSTOMS),
    "GET /v1/companies/{uscc}": Entry(_registered),
    "POST /v1/companies/{uscc}/ratings": Entry(_registered, succeeds=HEAD_OF_QUARANTINE),
    "GET /v1/companies/{uscc}/suspensions": Entry(_registered, OTHERS | {BROKER}),
    "POST /v1/companies/{uscc}/suspensions": Entry(_to_suspend, succeeds=HEAD_OF_QUARANTINE),
    "POST /v1/companies/{uscc}/suspensions/{suspension_id}/lift": Entry(
        _suspended, frozenset({HEAD_OF_QUARANTINE}), succeeds=HEAD_OF_CUSTOMS
    ),
    "GET /v1/suspensions": Entry(_suspended, lists=True),
    "GET /v1/notices": Entry(_suspended, OTHERS | {BROKER}, lists=True),
    "GET /v1/notices/events": Entry(_suspended),
    "POST /v1/notices/{number}/acknowledge": Entry(
        _noticed, OTHERS | {BROKER}, succeeds=HEAD_OF_QUARANTINE
    ),
    "GET /v1/pilots/{register}": Entry(_entered, lists=True),
    "POST /v1/pilots/{register}": Entry(_to_enter, succeeds=HEAD_OF_QUARANTINE),
    "GET /v1/risk/{kind}": Entry(_learnt, lists=True),
    "GET /v1/risk/{kind}/{member}": Entry(same(kind="goods", member="4407")),
    "GET /v1/draws": Entry(_committed, lists=True),
    "POST /v1/draws": Entry(_to_commit, succeeds=HEAD_OF_QUARANTINE),
    "GET /v1/tables": Entry(nothing),
    "GET /v1/tables/{name}/versions/{number}": Entry(same(name="recognition", number=1)),
    "POST /v1/tables/{name}/versions": Entry(_to_draft, succeeds=HEAD_OF_CUSTOMS),
    "PUT /v1/tables/{name}/versions/{number}": Entry(_to_replace, succeeds=HEAD_OF_CUSTOMS),
    "POST /v1/tables/{name}/versions/{number}/submit": Entry(_to_submit, succeeds=HEAD_OF_CUSTOMS),
    "POST /v1/tables/{name}/versions/{number}/approve": Entry(
        _to_approve, succeeds=HEAD_OF_QUARANTINE
    ),
    "GET /v1/tables/{name}/versions/{number}/trial": Entry(_tried),
    "POST /v1/tables/{name}/versions/{number}/trial": Entry(_to_try, succeeds=HEAD_OF_QUARANTINE),
    "POST /v1/tables/{name}/versions/{number}/trial/stop": Entry(_tried, succeeds=HEAD_OF_CUSTOMS),
    "POST /v1/tables/{name}/backtests": Entry(_to_draft, succeeds=HEAD_OF_CUSTOMS),
    "GET /v1/backtests/{backtest_id}": Entry(_backtested),
    "POST /v1/tables/{name}/versions/{number}/reject": Entry(
        _to_reject, succeeds=HEAD_OF_QUARANTINE
    ),
}
