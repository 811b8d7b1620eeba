"""What a yard was and will be, in its figures, on its board, and while it is read."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from services.booking import yardbook
from services.booking.jobs import sweeping
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import Office, booking_id, case_opened, slot_body
from tests.integration.booking.test_waiting import somebody_waits
from tests.unit.booking import made

PATH = "/v1/yards/CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": "CNTAO-Y1"}


async def _from_tuesday(office: Office, content: Any) -> None:
    body = {"valid_from": "2026-03-03", "reason": "rebuilt 改建", "content": content}
    plan = await office.post(f"{PATH}/versions/check", body, **STAFF)
    answer = await office.post(f"{PATH}/versions", body | {"moves": plan.json()["moves"]}, **STAFF)
    assert answer.status_code == 201, answer.text


async def test_figures_of_a_day_count_bays_as_what_they_are_then(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    path, monday = f"{PATH}/figures", "2026-03-02"
    before = (await office.get(path, day=monday, **STAFF)).json()
    content = made.content()
    for bay in content["bays"]:
        bay["kind"] = {"plain": "reefer"}.get(bay["kind"], bay["kind"])
    await _from_tuesday(office, content)
    assert (await office.get(path, day=monday, **STAFF)).json() == before
    after = (await office.get(path, day="2026-03-03", **STAFF)).json()
    assert [each["name"] for each in after["bays"]] == ["reefer", "dangerous", "scan"]


async def test_the_board_shows_an_open_container_in_a_bay_that_is_no_more(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    slot = (await office.booking(1)).slot
    assert slot is not None
    office.clock.now = slot.starts
    await office.bring(case_opened(1, slot.starts))
    content = made.content()
    content["bays"] = [bay for bay in content["bays"] if bay["code"] != slot.bay]
    await _from_tuesday(office, content)
    office.clock.now = made.OPENS + timedelta(days=1)
    await sweeping.keep_open_once(office.desk)
    board = (await office.get(f"{PATH}/board", **STAFF)).json()
    there = {row["bay"]: [each["booking_id"] for each in row["bookings"]] for row in board["rows"]}
    assert there[slot.bay] == [str(booking_id(1))]
    assert len(there) == len(made.content()["bays"])


async def test_a_yard_is_read_though_it_gets_a_bay_meanwhile(office: Office) -> None:
    content = made.content()
    content["bays"].append({"code": "P99", "kind": "plain"})
    async with office.service.kit.database.transaction() as session:
        await session.execute(text("LOCK TABLE yard_versions IN ACCESS EXCLUSIVE MODE"))
        read = asyncio.create_task(office.get(PATH))
        await somebody_waits(office)
        facts = {"reason": "built", "author": "yard", "made_at": office.clock.now}
        days = {"valid_from": date(2026, 3, 3), "valid_to": None}
        await yardbook.next_version(session, "CNTAO-Y1", content, **days, **facts)
    assert (await read).status_code == 200


async def test_the_first_version_can_be_sent_back_changed(office: Office) -> None:
    async with office.service.kit.database.transaction() as session:
        moves = {"moves": json.dumps({"CNTAO": 30})}
        await session.execute(
            text("UPDATE yards SET terminal_moves = CAST(:moves AS jsonb)"), moves
        )
    content = (await office.get(f"{PATH}/versions/1", **STAFF)).json()["content"]
    content["free_days"] += 1
    await _from_tuesday(office, content)


async def test_a_hold_that_ran_out_is_not_moved_but_ends(office: Office) -> None:
    await office.bring(made.determined(1))
    offers = (await office.get(f"/v1/requests/{booking_id(1)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(1)), "slot": slot_body(offers)}
    assert (await office.post("/v1/bookings", body)).status_code == 201
    office.clock.now += timedelta(minutes=11)
    closed = {"ends": utc(made.OPENS + timedelta(hours=1)), "reason": "sewer burst 管道破裂"}
    plan = (await office.post(f"{PATH}/closures/check", closed, **STAFF)).json()
    assert [each["to"] for each in plan["hits"]] == [None]
    answer = await office.post(f"{PATH}/closures", closed | {"moves": plan["moves"]}, **STAFF)
    assert answer.status_code == 201, answer.text
    assert await office.told(1) == ["requested", "held", "expired"]
    assert await office.broken() == []


async def test_a_closure_of_the_last_of_something_says_so_and_is_made_all_the_same(
    office: Office,
) -> None:
    cold = [bay.code for bay in made.yard().bays if bay.kind == "reefer"]
    closure = {"sort": "bay", "ends": utc(made.CLOSES), "reason": "paint 油漆"}
    told = [
        (await office.post(f"{PATH}/closures", closure | {"code": code}, **STAFF)).json()
        for code in cold
    ]
    *some, last = (each["plan"]["bare"] for each in told)
    assert some == [[]] * (len(cold) - 1)
    assert [(each["name"], each["ends"]) for each in last] == [("reefer", utc(made.CLOSES))]
    assert "no bay that takes reefer is left" in last[0]["text"]["en"]
