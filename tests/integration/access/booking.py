"""How each operation of booking is tried."""

from datetime import timedelta
from typing import Any

from services.booking.jobs import planning
from shared.auth.principal import Role
from shared.contracts import derived
from tests.integration.access.people import (
    BROKER,
    EVERYBODY,
    OTHER_BROKER,
    OTHER_YARD,
    OTHER_YARD_STAFF,
    STRANGERS,
    YARD,
    YARD_STAFF,
    Caller,
)
from tests.integration.access.scene import Ask, Entry, Scene, nothing, same
from tests.unit.booking import made

REQUEST = derived.booking_id(made.determined().requirement_id)
SECOND = derived.booking_id(made.determined(2).requirement_id)
STRETCH = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-12T00:00:00Z"}
OTHERS = frozenset({OTHER_BROKER})
OTHERS_STAFF = frozenset({OTHER_YARD_STAFF})
ALL_OTHERS = frozenset(who for who in EVERYBODY if who.admitted and who != YARD_STAFF)


async def _requested(scene: Scene) -> Ask:
    await scene.bring(made.determined())
    return Ask({"request_id": REQUEST})


async def _offer(scene: Scene, number: int = 0) -> Any:
    found = await scene.done(BROKER, "get", f"/v1/requests/{REQUEST}/offers")
    slot = found["offers"][number]["slot"]
    return {name: slot[name] for name in ("yard", "bay", "teams", "starts")}


async def _to_hold(scene: Scene) -> Ask:
    await scene.arranged(_requested)
    return Ask(body={"request_id": str(REQUEST), "slot": await _offer(scene)})


async def _held(scene: Scene) -> Ask:
    await scene.done(BROKER, "post", "/v1/bookings", (await scene.arranged(_to_hold)).body)
    return Ask({"booking_id": REQUEST})


async def _confirmed(scene: Scene) -> Ask:
    held = await scene.arranged(_held)
    await scene.done(BROKER, "post", f"/v1/bookings/{REQUEST}/confirm")
    return held


async def _to_cancel(scene: Scene) -> Ask:
    return Ask((await scene.arranged(_confirmed)).path, {"reason": "strike 罢工"})


async def _to_reschedule(scene: Scene) -> Ask:
    path = (await scene.arranged(_confirmed)).path
    return Ask(path, {"slot": await _offer(scene, 2), "reason": "late ship 船期延误"})


async def _to_miss(scene: Scene) -> Ask:
    path = (await scene.arranged(_confirmed)).path
    scene.clock.now += timedelta(days=1)
    return Ask(path, {"reason": "the cargo did not come 货物未到"})


def _version(who: Caller) -> Any:
    """A smaller yard; a supervisor may change teams of the own agency alone: a break."""
    content = made.content()
    if who.agency is None:
        few = {"C07", "C15", "Q07", "Q15", "P01"}
        for part in ("bays", "teams"):
            content[part] = [each for each in content[part] if each["code"] in few]
        return {"valid_from": "2026-03-09", "reason": "new rota 新排班", "content": content}
    code, day = ("Q01", 6) if who.agency == "quarantine" else ("C01", 7)
    for team in content["teams"]:
        if team["code"] == code:
            team["break"] = ["10:15", "10:45"]
    days = {"valid_from": f"2026-03-0{day}", "valid_to": f"2026-03-0{day + 1}"}
    return {**days, "reason": "new rota 新排班", "content": content}


def _closure(who: Caller) -> Any:
    code = "Q01" if who.agency == "quarantine" else "C01"
    return {
        "sort": "team",
        "code": code,
        "ends": "2026-03-05T00:00:00Z",
        "reason": "training 培训",
    }


async def _to_change(_: Scene) -> Ask:
    return Ask({"code": YARD}, body_of=_version)


async def _to_close(_: Scene) -> Ask:
    return Ask({"code": YARD}, body_of=_closure)


async def _to_read_csv(_: Scene) -> Ask:
    rows = ["sort,code,kind,plugs", "bay,P01,plain,0"]
    return Ask({"code": YARD}, {"lines": rows, "valid_from": "2026-03-09"})


async def _closed(scene: Scene) -> Ask:
    """Each supervisor has a closure of the own agency's team to lift, the yard's staff any."""
    path = f"/v1/yards/{YARD}/closures"
    closed = await scene.done(YARD_STAFF, "post", path, _closure(YARD_STAFF))
    return Ask({"code": YARD, "number": closed["number"]}, {"reason": "back again 恢复"})


def _calendar(who: Caller) -> Any:
    return {"of": "broker"} if who.role is Role.BROKER else {"of": "yard", "yard": YARD}


async def _to_subscribe(_: Scene) -> Ask:
    return Ask(body_of=_calendar)


async def _subscribed(scene: Scene) -> Ask:
    made = await scene.done(YARD_STAFF, "post", "/v1/calendars", _calendar(YARD_STAFF))
    return Ask({"calendar_id": made["id"], "address": made["path"].split("/")[-2]})


async def _to_wait(scene: Scene) -> Ask:
    asked = await scene.arranged(_requested)
    body = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-04T00:00:00Z", "yards": [YARD]}
    return Ask(asked.path, body)


async def _waiting(scene: Scene) -> Ask:
    asked = await scene.arranged(_to_wait)
    await scene.done(BROKER, "post", f"/v1/requests/{REQUEST}/wait", asked.body)
    return Ask(asked.path, {"reason": "sold 已售"})


async def _at_the_gate(scene: Scene) -> Ask:
    await scene.arranged(_requested)
    return Ask({"code": YARD}, {"request_id": str(REQUEST)})


async def _to_exchange(scene: Scene) -> Ask:
    """The broker has two agreed slots, and offers the second for the first one's time."""
    asked = await scene.arranged(_confirmed)
    await scene.bring(made.determined(2))
    offers = await scene.done(BROKER, "get", f"/v1/requests/{SECOND}/offers")
    slot = offers["offers"][3]["slot"]
    body = {name: slot[name] for name in ("yard", "bay", "teams", "starts")}
    hold = {"request_id": str(SECOND), "slot": body}
    await scene.done(BROKER, "post", "/v1/bookings", hold)
    await scene.done(BROKER, "post", f"/v1/bookings/{SECOND}/confirm")
    return Ask(asked.path, STRETCH)


async def _offered(scene: Scene) -> Ask:
    asked = await scene.arranged(_to_exchange)
    made_ = await scene.done(BROKER, "post", f"/v1/bookings/{SECOND}/exchanges", STRETCH)
    return Ask({**asked.path, "exchange_id": made_["id"]})


async def _own_offer(scene: Scene) -> Ask:
    asked = await scene.arranged(_to_exchange)
    await scene.done(BROKER, "post", f"/v1/bookings/{REQUEST}/exchanges", STRETCH)
    return Ask(asked.path, {"reason": "not needed 不再需要"})


async def _to_plan(scene: Scene) -> Ask:
    await scene.arranged(_requested)
    return Ask(body={"days": 2, "seconds": 1, "yards": [YARD]})


async def _planned(scene: Scene) -> Ask:
    body = (await scene.arranged(_to_plan)).body
    return Ask({"plan_id": (await scene.done(YARD_STAFF, "post", "/v1/plans", body))["id"]})


async def _proposed(scene: Scene) -> Ask:
    asked = await scene.arranged(_planned)
    await planning.plan_once(scene.service.api.state.desk)
    return asked


async def _to_found(_: Scene) -> Ask:
    return Ask(body=_version(YARD_STAFF) | {"code": OTHER_YARD})


ENTRIES = {
    "POST /v1/yards": Entry(_to_found, frozenset({YARD_STAFF}), succeeds=OTHER_YARD_STAFF),
    "GET /v1/yards/{code}/versions": Entry(same(code=YARD), OTHERS_STAFF),
    "GET /v1/yards/{code}/versions/{number}": Entry(same(code=YARD, number=1), OTHERS_STAFF),
    "POST /v1/yards/{code}/versions/check": Entry(_to_change, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/yards/{code}/versions": Entry(_to_change, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/yards/{code}/versions/read-csv": Entry(
        _to_read_csv, OTHERS_STAFF, succeeds=YARD_STAFF
    ),
    "GET /v1/yards/{code}/closures": Entry(same(code=YARD), OTHERS_STAFF),
    "POST /v1/yards/{code}/closures/check": Entry(_to_close, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/yards/{code}/closures": Entry(_to_close, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/yards/{code}/closures/{number}/lift": Entry(
        _closed, OTHERS_STAFF, succeeds=YARD_STAFF
    ),
    "GET /v1/yards": Entry(nothing),
    "GET /v1/yards/{code}": Entry(same(code=YARD)),
    "GET /v1/yards/{code}/board": Entry(same(code=YARD), OTHERS_STAFF),
    "GET /v1/yards/{code}/board/events": Entry(same(code=YARD), OTHERS_STAFF),
    "POST /v1/calendars": Entry(_to_subscribe, OTHERS_STAFF, succeeds=YARD_STAFF),
    "GET /v1/calendars": Entry(_subscribed, ALL_OTHERS, lists=True),
    "DELETE /v1/calendars/{calendar_id}": Entry(_subscribed, ALL_OTHERS, succeeds=YARD_STAFF),
    "GET /v1/calendars/{address}/bookings.ics": Entry(_subscribed),
    "GET /v1/requests": Entry(_requested, STRANGERS, lists=True),
    "GET /v1/requests/{request_id}": Entry(_requested, STRANGERS),
    "GET /v1/requests/{request_id}/offers": Entry(_requested, STRANGERS),
    "POST /v1/requests/{request_id}/wait": Entry(_to_wait, STRANGERS, succeeds=BROKER),
    "GET /v1/requests/{request_id}/wait": Entry(_waiting, STRANGERS),
    "POST /v1/requests/{request_id}/wait/end": Entry(_waiting, STRANGERS, succeeds=BROKER),
    "POST /v1/yards/{code}/walk-ins": Entry(_at_the_gate, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/bookings": Entry(_to_hold, STRANGERS, succeeds=BROKER),
    "GET /v1/yards/{code}/board.csv": Entry(same(code=YARD), OTHERS_STAFF),
    "GET /v1/yards/{code}/figures": Entry(same(code=YARD), OTHERS_STAFF),
    "GET /v1/fairness": Entry(_requested, STRANGERS, lists=True),
    "POST /v1/bookings/{booking_id}/prolong": Entry(_held, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/bookings/{booking_id}/confirm": Entry(_held, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/bookings/{booking_id}/cancel": Entry(_to_cancel, STRANGERS, succeeds=BROKER),
    "POST /v1/bookings/{booking_id}/reschedule": Entry(_to_reschedule, STRANGERS, succeeds=BROKER),
    "POST /v1/bookings/{booking_id}/missed": Entry(_to_miss, STRANGERS, succeeds=YARD_STAFF),
    "POST /v1/bookings/{booking_id}/exchanges": Entry(_to_exchange, OTHERS, succeeds=BROKER),
    "GET /v1/bookings/{booking_id}/exchanges": Entry(_offered, OTHERS),
    "POST /v1/bookings/{booking_id}/exchanges/end": Entry(_own_offer, OTHERS, succeeds=BROKER),
    "POST /v1/bookings/{booking_id}/exchanges/{exchange_id}/accept": Entry(
        _offered, OTHERS, succeeds=BROKER
    ),
    "POST /v1/plans": Entry(_to_plan, OTHERS_STAFF, succeeds=YARD_STAFF),
    "GET /v1/plans": Entry(_planned, OTHERS_STAFF, lists=True),
    "GET /v1/plans/{plan_id}": Entry(_planned, OTHERS_STAFF),
    "POST /v1/plans/{plan_id}/apply": Entry(_proposed, OTHERS_STAFF, succeeds=YARD_STAFF),
    "POST /v1/plans/{plan_id}/cancel": Entry(_planned, OTHERS_STAFF, succeeds=YARD_STAFF),
}
