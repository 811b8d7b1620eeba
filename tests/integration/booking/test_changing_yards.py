"""Yard staff change their yard: tried first, then made at once with what it moves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

YARD = "CNTAO-Y1"
PATH = f"/v1/yards/{YARD}"
NOON = made.MONDAY + timedelta(hours=12)
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}


def _closure(**changes: Any) -> dict[str, Any]:
    return {"ends": utc(NOON), "reason": "sewer burst 管道破裂", **changes}


async def _tell(office: Office, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """The plan, as a dry run tells it."""
    async with office.client(Role.YARD, YARD) as client:
        answer = await client.post(f"{PATH}/{kind}/check", json=body)
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def test_a_closed_bay_moves_its_bookings_to_another_at_the_same_time(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, auto=True))
    before = [(await office.booking(serial)).slot for serial in (1, 2)]
    assert before[0] is not None
    body = _closure(sort="bay", code=before[0].bay)
    plan = await _tell(office, "closures", body)
    assert [each["booking_id"] for each in plan["hits"]] == [str(booking_id(1))]
    assert (await office.booking(1)).slot == before[0]
    made_ = await office.post(f"{PATH}/closures", body | {"moves": plan["moves"]}, **STAFF)
    assert made_.status_code == 201, made_.text
    after = [(await office.booking(serial)).slot for serial in (1, 2)]
    assert after[0] is not None
    assert (after[0].starts, after[0].bay != before[0].bay) == (before[0].starts, True)
    assert after[1] == before[1]
    assert (await office.told(1))[-1] == "rescheduled"
    assert await office.broken() == []


async def test_a_closed_yard_moves_all_of_its_day_and_offers_nothing_in_it(office: Office) -> None:
    for serial in range(1, 4):
        await office.bring(made.determined(serial, auto=serial < 3))
    plan = await _tell(office, "closures", _closure())
    assert len(plan["hits"]) == 2
    await office.post(f"{PATH}/closures", _closure(moves=plan["moves"]), **STAFF)
    slots = [(await office.booking(serial)).slot for serial in (1, 2)]
    assert all(slot is not None and slot.starts >= NOON for slot in slots)
    offers = (await office.get(f"/v1/requests/{booking_id(3)}/offers")).json()["offers"]
    assert offers[0]["slot"]["starts"] == utc(NOON)
    early = slot_body(offers) | {"starts": utc(made.OPENS)}
    body = {"request_id": str(booking_id(3)), "slot": early}
    assert (await office.post("/v1/bookings", body)).status_code == 422
    assert await office.broken() == []


async def test_what_came_in_between_is_told_instead_of_being_moved_unseen(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    plan = await _tell(office, "closures", _closure())
    await office.bring(made.determined(2, auto=True))
    stale = await office.post(f"{PATH}/closures", _closure(moves=plan["moves"]), **STAFF)
    assert (stale.status_code, stale.json()["code"]) == (409, "yard_moved_on")
    assert (await office.told(1))[-1] == "confirmed"
    now = stale.json()["errors"][0]["facts"]["plan"]["moves"]
    assert len(now) == 2
    again = await office.post(f"{PATH}/closures", _closure(moves=now), **STAFF)
    assert again.status_code == 201


async def test_a_lifted_closure_gives_its_time_back(office: Office) -> None:
    await office.bring(made.determined())
    closed = (await office.post(f"{PATH}/closures", _closure(), **STAFF)).json()["number"]
    listed = (await office.get(f"{PATH}/closures", **STAFF)).json()["items"]
    assert [(each["id"], each["author"]) for each in listed] == [(closed, "a yard")]
    lift = {"reason": "repaired 已修复"}
    assert (await office.post(f"{PATH}/closures/{closed}/lift", lift, **STAFF)).status_code == 200
    twice = await office.post(f"{PATH}/closures/{closed}/lift", lift, **STAFF)
    assert (twice.status_code, twice.json()["code"]) == (409, "closure_over")
    assert (await office.get(f"{PATH}/closures", **STAFF)).json()["items"] == []
    past: dict[str, Any] = {"from": utc(office.clock.now - timedelta(hours=1))}
    (kept,) = (await office.get(f"{PATH}/closures", **STAFF, **past)).json()["items"]
    assert (kept["lifted_by"], kept["lifted_reason"]) == ("a yard", lift["reason"])
    offers = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()["offers"]
    assert offers[0]["slot"]["starts"] == utc(made.OPENS)


def _version(change: Callable[[Any], None], first: str = "2026-03-03") -> dict[str, Any]:
    content = made.content()
    change(content)
    return {"valid_from": first, "reason": "spring rota 春季排班", "content": content}


def _without_reefers(content: Any) -> None:
    content["bays"] = [bay for bay in content["bays"] if bay["kind"] != "reefer"]


async def test_a_version_moves_what_it_hits_and_cancels_what_has_no_place(office: Office) -> None:
    cold: dict[str, Any] = {"bay_kind": "reefer", "arrival": made.MONDAY + timedelta(hours=18)}
    await office.bring(made.determined(1, auto=True, **cold))
    await office.bring(made.determined(2, auto=True, arrival=cold["arrival"]))
    body = _version(_without_reefers)
    plan = await _tell(office, "versions", body)
    assert [(each["booking_id"], each["to"]) for each in plan["hits"]] == [
        (str(booking_id(1)), None)
    ]
    done = await office.post(f"{PATH}/versions", body | {"moves": plan["moves"]}, **STAFF)
    assert (done.status_code, done.json()["number"]) == (201, 2)
    assert (await office.booking(1)).status is Status.CANCELLED
    assert (await office.booking(2)).status is Status.CONFIRMED
    shown = (await office.get(f"{PATH}/versions/2", **STAFF)).json()
    assert (shown["author"], shown["valid_from"]) == ("a yard", "2026-03-03")
    assert (await office.get(PATH)).json()["version"] == 1
    office.clock.now += timedelta(days=1)
    assert (await office.get(PATH)).json()["version"] == 2
    assert await office.broken() == []


async def test_new_bays_are_booked_from_their_day_on(office: Office) -> None:
    extra = [{"code": f"R1{number}", "kind": "reefer"} for number in range(4)]
    body = _version(lambda content: content["bays"].extend(extra))
    assert (await office.post(f"{PATH}/versions", body, **STAFF)).status_code == 201
    late = made.MONDAY + timedelta(hours=18)
    for serial in range(8):
        await office.bring(made.determined(serial, auto=True, bay_kind="reefer", arrival=late))
    slots = [(await office.booking(serial)).slot for serial in range(8)]
    assert {slot.starts for slot in slots if slot} == {made.OPENS + timedelta(days=1)}
    assert len({slot.bay for slot in slots if slot}) == 8
    assert await office.broken() == []


async def test_bad_data_is_refused_whole_and_the_past_is_fixed(office: Office) -> None:
    bad = _version(lambda content: content["teams"][0].update(skills=["diving"]))
    answer = await office.post(f"{PATH}/versions", bad, **STAFF)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == (
        "team_with_unknown_skill",
        "/content/teams/0/skills/0",
    )
    today = _version(_without_reefers, "2026-03-02")
    answer = await office.post(f"{PATH}/versions", today, **STAFF)
    assert (answer.status_code, answer.json()["code"]) == (422, "past_is_fixed")
    same = _version(lambda content: None)
    answer = await office.post(f"{PATH}/versions", same, **STAFF)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_change")
    gone = await office.post(f"{PATH}/closures", _closure(sort="bay", code="X9"), **STAFF)
    assert (gone.status_code, gone.json()["code"]) == (422, "no_such_resource")
    for half in ({"sort": "bay"}, {"code": "P01"}):
        for path in (f"{PATH}/closures/check", f"{PATH}/closures"):
            answer = await office.post(path, _closure(**half), **STAFF)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["code"] == "sort_without_code"
    assert len((await office.get(f"{PATH}/versions", **STAFF)).json()["items"]) == 1


async def test_a_supervisor_changes_the_own_agencys_teams_alone(office: Office) -> None:
    customs: dict[str, Any] = {"role": Role.SUPERVISOR, "org": "customs"}
    own = _version(lambda content: content["teams"][0].update({"break": ["10:00", "10:30"]}))
    assert (await office.post(f"{PATH}/versions", own, **customs)).status_code == 201
    for body in (_version(_without_reefers), _closure()):
        kind = "versions" if "content" in body else "closures"
        answer = await office.post(f"{PATH}/{kind}", body, **customs)
        assert (answer.status_code, answer.json()["code"]) == (403, "others_resources")
    theirs = await office.post(f"{PATH}/closures", _closure(sort="team", code="Q01"), **customs)
    assert theirs.status_code == 403


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE yard_versions SET valid_from = valid_from - 1",
        "DELETE FROM yard_versions",
        "UPDATE yard_closures SET starts = starts - interval '1 day'",
        "UPDATE yard_closures SET lifted_at = now(), lifted_by = 'me', reason = 'other'",
        "DELETE FROM yard_closures",
    ],
)
async def test_the_database_refuses_to_rewrite_what_was(office: Office, statement: str) -> None:
    await office.post(f"{PATH}/versions", _version(_without_reefers), **STAFF)
    await office.post(f"{PATH}/closures", _closure(), **STAFF)
    with pytest.raises(DBAPIError, match="never changed"):
        async with office.service.kit.database.transaction() as session:
            await session.execute(text(statement))


async def test_a_spreadsheet_is_read_row_by_row_and_what_it_says_can_be_sent(
    office: Office,
) -> None:
    rows = ["sort,code,kind,plugs,agency,skills,scopes,shift,break,days"]
    rows += [f"bay,{bay['code']},{bay['kind']},,,,,,," for bay in made.content()["bays"]]
    for team in made.content()["teams"]:
        skills = " ".join(team["skills"])
        shift, rest = ("-".join(team[name]) for name in ("shift", "break"))
        rows.append(f"team,{team['code']},,,{team['agency']},{skills},,{shift},{rest},")
    rows.append("gear,G1,gang,,,,unpack sample,08:00-16:00,,monday friday")
    async with office.client(Role.YARD, YARD) as client:
        url, day = f"{PATH}/versions/read-csv", "2026-03-03"
        good = (await client.post(url, json={"lines": rows, "valid_from": day})).json()
        bad_rows = [*rows, "bay,P01,plain,,,,,,,", "team,C99,,,customs,general,,7-15,,", "x,y"]
        bad = (await client.post(url, json={"lines": bad_rows, "valid_from": day})).json()
        head = (await client.post(url, json={"lines": ["a,b"], "valid_from": day})).json()
    assert not any(row["faults"] for row in good["rows"])
    body = {"valid_from": day, "reason": "gang 装卸班", "content": good["content"]}
    assert (await office.post(f"{PATH}/versions", body, **STAFF)).status_code == 201
    assert bad["content"] is None
    wrong = {row["line"]: [f["column"] for f in row["faults"]] for row in bad["rows"]}
    last = len(rows)
    assert {line for line, columns in wrong.items() if columns} == {last + 2, last + 3}
    assert set(wrong[last + 2]) == {"shift"}
    assert head["faults"][0]["code"] == "wrong_header"


@pytest.mark.parametrize(
    ("lines", "column"),
    [([f"bay,B{number},plain" for number in range(501)], "bays"),
     (['"', *["a" * 1000] * 140], "")],
    ids=["more bays than a yard has", "a cell without an end"],
)  # fmt: skip
async def test_a_spreadsheet_that_is_too_long_is_told_so(
    office: Office, lines: list[str], column: str
) -> None:
    body = {"lines": ["sort,code,kind", *lines], "valid_from": "2026-03-03"}
    answer = await office.post(f"{PATH}/versions/read-csv", body, **STAFF)
    assert answer.status_code == 200
    told = answer.json()
    assert [(each["code"], each["column"]) for each in told["faults"]] == [("too_long", column)]
    assert told["content"] is None
