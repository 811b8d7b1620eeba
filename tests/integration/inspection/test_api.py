"""What each caller may see and do, and what is refused."""

from typing import Any

from shared.contracts import derived
from tests import kits
from tests.factories import BROKER, OTHER_BROKER
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b


async def _status(room: Room, who: str, path: str = f"/{b.CASE}") -> int:
    return (await room.clients[who].get(f"/v1/cases{path}")).status_code


async def test_a_broker_sees_the_own_case_without_what_was_found_until_it_ends(
    room: Room,
) -> None:
    await room.plan(**b.single())
    await room.do("customs", "open", {"present": ["customs"]})
    await room.do("customs", "conclude", r.NONCONFORM)
    for who in ("broker", "yard"):
        conclusion = (await room.see(who))["sections"]["customs"]["conclusion"]
        assert conclusion["verdict"] == "nonconform"
        assert [conclusion[name] for name in ("findings", "found", "officer")] == [None] * 3
    assert (await room.see("quarantine"))["sections"]["customs"]["conclusion"]["findings"]
    await room.met()
    assert (await room.see("broker"))["sections"]["customs"]["conclusion"]["findings"]


async def test_another_companys_or_yards_case_does_not_exist(room: Room) -> None:
    await room.plan(broker=OTHER_BROKER)
    assert [await _status(room, who) for who in ("broker", "other yard", "yard")] == [404, 404, 200]
    for who in ("broker", "other yard"):
        assert (await room.see(who, ""))["items"] == []
    assert await room.refused("other yard", "gate-in", r.SEALS) == (404, "case_not_found")
    assert (await room.see("yard", "?yard=CNTAO-Y2"))["items"] == []


async def test_records_are_for_officers_supervisors_and_auditors(room: Room) -> None:
    await room.plan()
    path = f"/{b.CASE}/records"
    seen = {who: await _status(room, who, path) for who in ("customs", "auditor", "broker", "yard")}
    assert seen == {"customs": 200, "auditor": 200, "broker": 403, "yard": 403}
    assert await _status(room, "auditor", f"/{derived.case_id(b.FILING)}/records") == 404


async def test_nobody_does_anothers_work(room: Room) -> None:
    await room.plan()
    others = [("broker", "open"), ("yard", "open"), ("customs", "gate-in"), ("auditor", "conclude")]
    for who, act in others:
        assert await room.refused(who, act) == (403, "role_not_allowed")


async def test_an_officer_writes_the_own_agencys_section_alone(room: Room) -> None:
    await room.plan(**b.single("quarantine"))
    await room.do("quarantine", "open", {"present": ["quarantine"]})
    for act, body in (("conclude", r.CONFORM), ("join", {})):
        assert await room.refused("customs", act, body) == (403, "agency_not_needed")
    finding = {"code": "pest", "text": "live insects 活虫"}
    assert await room.refused("customs", "findings", finding) == (403, "agency_not_needed")


async def test_all_faults_of_a_conclusion_are_told_at_once(room: Room) -> None:
    await room.plan(**b.single())
    await room.do("customs", "open", {"present": ["customs"]})
    found = {"number": 9, "name": "kiwi", "quantity": "1", "unit": "KGM", "net_kg": "1"}
    body = {"verdict": "nonconform", "disposal": "release", "found": [found]}
    answer = await room.send("customs", "conclude", body)
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == [
        "disposal_unfit",
        "finding_missing",
        "line_not_declared",
    ]
    assert answer.json()["errors"][0]["detail"]["zh"].startswith("处置方式与结论不符")


UNFIT: list[tuple[str, Any]] = [
    ("open", {"present": []}),
    ("open", {"present": ["customs", "quarantine"]}),
    ("open", {"present": ["Customs; DROP TABLE cases"]}),
    ("findings", {"code": "NOT A CODE", "text": "x"}),
    ("conclude", {"verdict": "fine", "disposal": "release"}),
    ("conclude", {"verdict": "conform", "disposal": "release", "found": [{"number": 1}]}),
    ("escalate", {"agency": "quarantine", "scope": "everything", "reason": "x"}),
    ("consent", {"consent": "yes"}),
]


async def test_what_does_not_fit_the_act_is_refused_and_changes_nothing(room: Room) -> None:
    await room.plan()
    before = await room.see()
    for act, body in UNFIT:
        assert (await room.send("customs", act, body)).status_code == 422, body
    assert await room.see() == before


async def test_the_same_request_twice_acts_once(room: Room) -> None:
    await room.plan()
    first = await room.send("customs", "open", key="open-1")
    again = await room.send("customs", "open", key="open-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await room.told() == ["planned", "opened"]


async def test_agencies_of_one_organisation_do_not_share_their_keys(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")
    await room.do("quarantine", "join")
    for who in ("customs", "quarantine"):
        assert (await room.send(who, "conclude", r.CONFORM, key="same")).status_code == 200
    assert (await room.told()).count("concluded") == 2


async def test_a_change_needs_a_key_and_an_unknown_case_is_not_found(room: Room) -> None:
    path = f"/v1/cases/{b.CASE}/join"
    assert (await room.clients["customs"].post(path, json={})).status_code == 400
    assert await room.refused("customs", "join") == (404, "case_not_found")


async def test_cases_are_listed_page_by_page_and_filtered(room: Room) -> None:
    await _five_cases(room)
    seen: list[str] = []
    path = "?limit=2"
    while path:
        page = await room.see("auditor", path)
        seen += [each["id"] for each in page["items"]]
        path = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 5
    assert await _count(room, "status=planned") == 5
    assert await _count(room, "status=open") == 0
    assert await _count(room, "agency=quarantine") == 2
    assert await _count(room, f"yard={b.YARD}") == 1
    assert await _count(room, f"filing_id={r.nth_case(3)[0]}") == 1
    for query in ("status=odd", "cursor=odd", "limit=0"):
        assert await _status(room, "auditor", f"?{query}") == 422


async def _count(room: Room, query: str) -> int:
    return len((await room.see("auditor", f"?{query}"))["items"])


async def _five_cases(room: Room) -> None:
    for number in range(5):
        filing, requirement = r.nth_case(number)
        agency = "customs" if number > 1 else "quarantine"
        ids = {"filing_id": filing, "requirement_id": requirement, "broker": BROKER}
        await room.hear(b.determined(**ids, **b.single(agency)))
    filing, requirement = r.nth_case(0)
    ids = {"filing_id": filing, "requirement_id": requirement}
    booked = r.confirmed().model_copy(update={**ids, "booking_id": derived.booking_id(requirement)})
    await room.hear(booked)


async def test_records_come_page_by_page(room: Room) -> None:
    await room.plan()
    first = await room.see("auditor", f"/{b.CASE}/records?limit=2")
    rest = await room.see("auditor", f"/{b.CASE}/records?cursor={first['next']}")
    assert [each["seq"] for each in (*first["items"], *rest["items"])] == [1, 2, 3]
    assert rest["next"] is None


async def test_every_operation_names_its_roles_and_every_change_its_key(room: Room) -> None:
    document = (await room.clients["auditor"].get("/openapi.json")).json()
    paths = {path: each for path, each in document["paths"].items() if "/cases" in path}
    assert paths
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["x-roles"], path
            headers = [each["name"] for each in operation.get("parameters", [])]
            assert (method == "post") == ("Idempotency-Key" in headers), path
    assert kits.keyed("k") == {"Idempotency-Key": '"k"'}
