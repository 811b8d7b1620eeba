"""A day stays what it was: what was used is on the board and in the figures after it ended."""

import runpy
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.booking import app
from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import (
    Office,
    booking_id,
    case_closed_up,
    case_completed,
    case_opened,
)
from tests.streams import looked_for, reading
from tests.unit.booking import made
from tests.unit.booking.made import need

YARD = "CNTAO-Y1"
PATH = f"/v1/yards/{YARD}"
MONDAY, NEXT = "2026-03-02", "2026-03-09"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
QUARTER = timedelta(minutes=15)
MIGRATION = app.MIGRATIONS / "versions" / "0012_what_was_used.py"
FORGET = """
    UPDATE occupancy SET used = false,
           during = tstzrange(lower(during), lower(during) + interval '1 hour')
"""


async def _inspect(office: Office, serial: int, opened: datetime, ended: datetime) -> None:
    office.clock.now = ended
    await office.bring(case_opened(serial, opened), case_completed(serial, ended))


async def _board(office: Office, day: str = MONDAY) -> list[dict[str, Any]]:
    told = (await office.get(f"{PATH}/board", day=day, **STAFF)).json()
    return [each for row in told["rows"] for each in row["bookings"]]


async def _figures(office: Office, day: str = MONDAY) -> tuple[int, int, int]:
    told = (await office.get(f"{PATH}/figures", day=day, **STAFF)).json()
    minutes = [
        next(each["booked_minutes"] for each in told[sort] if each["name"] == name)
        for sort, name in (("bays", "plain"), ("teams", "customs"))
    ]
    return told["bookings"], *minutes


async def test_a_completed_inspection_stays_with_the_time_that_it_took(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    await _inspect(office, 1, made.OPENS, made.OPENS + 2 * QUARTER)
    (placed,) = await _board(office)
    assert (placed["status"], placed["booking_id"]) == ("completed", str(booking_id(1)))
    assert datetime.fromisoformat(placed["ends"]) == made.OPENS + 2 * QUARTER
    assert (placed["teams"], placed["bays"]) == (["C01"], ["P01"])
    assert await _figures(office) == (1, 30, 30)
    sheet = await office.get(f"{PATH}/board.csv", day=MONDAY, **STAFF)
    assert "completed" in sheet.text
    assert await office.broken() == []


async def test_what_it_gave_back_is_booked_by_others_beside_it(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    await _inspect(office, 1, made.OPENS, made.OPENS + QUARTER)
    await office.bring(made.determined(2, auto=True))
    ends, starts = (each for each in await _board(office))
    assert (ends["bays"], starts["bays"]) == (["P01"], ["P01"])
    assert ends["ends"] <= starts["starts"]


async def test_a_slot_that_follows_upon_a_used_one_leaves_it_as_it_was(office: Office) -> None:
    await office.bring(made.determined(1, need("customs"), need("quarantine"), auto=True))
    office.clock.now = made.OPENS + QUARTER
    await office.bring(case_opened(1, made.OPENS))
    office.clock.now = made.OPENS + 4 * QUARTER
    await office.bring(case_closed_up(1, office.clock.now, "quarantine"))
    again = await office.booking(1)
    assert again.status is Status.CONFIRMED
    first, second = await _board(office)
    assert (first["status"], first["teams"]) == ("completed", ["C01", "Q01"])
    assert (second["status"], second["teams"]) == ("confirmed", ["Q01"])
    assert (await _figures(office))[0] == 2


async def test_what_ended_before_its_slot_began_is_on_the_board_too(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    ended = made.OPENS - timedelta(minutes=5)
    await _inspect(office, 1, made.OPENS - timedelta(minutes=10), ended)
    (placed,) = await _board(office)
    assert datetime.fromisoformat(placed["ends"]) == ended


async def test_lateness_is_that_of_the_real_end(office: Office) -> None:
    arrival = made.MONDAY - timedelta(days=7)  # its free time is over
    await office.bring(made.determined(1, auto=True, arrival=arrival))
    free = (await office.booking(1)).window.free_until
    ended = made.OPENS + QUARTER
    await _inspect(office, 1, made.OPENS, ended)
    told = (await office.get(f"{PATH}/figures", day=MONDAY, **STAFF)).json()
    assert (told["late"], told["late_minutes"]) == (1, (ended - free) / timedelta(minutes=1))


async def test_what_was_completed_before_any_of_it_was_kept_is_found_again(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    await _inspect(office, 1, made.OPENS, made.OPENS + QUARTER)
    before = await _board(office)
    async with office.service.kit.database.transaction() as session:
        await session.execute(text(FORGET))
        await session.execute(text(runpy.run_path(str(MIGRATION))["KEEP"]))
    assert await _board(office) == before
    assert await _figures(office) == (1, 15, 15)


async def test_what_was_given_up_or_missed_was_not_used(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, auto=True))
    body = {"reason": "sold 已售"}
    office.clock.now = made.OPENS + QUARTER
    for serial, act, who in ((1, "missed", STAFF), (2, "cancel", {})):
        answer = await office.post(f"/v1/bookings/{booking_id(serial)}/{act}", body, **who)
        assert answer.status_code == 200
    assert {each["status"] for each in await _board(office)} <= {"confirmed"}


async def test_a_reader_of_the_board_is_told_until_when_it_took(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    async with (
        looked_for(office.service),
        reading(office.service, f"{PATH}/board/events", last=0, **STAFF) as on,
    ):
        await _inspect(office, 1, made.OPENS, made.OPENS + QUARTER)
        last = (await on.until(3))[-1]
    assert last["change"] == "completed"
    assert last["slot"]["ends"] == utc(made.OPENS + QUARTER)
    assert last["slot"]["bay"] == last["previous"]["bay"]


async def test_a_calendar_keeps_for_a_day_what_was_completed(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    await _inspect(office, 1, made.OPENS, made.OPENS + QUARTER)
    made_ = (await office.post("/v1/calendars", {"of": "yard", "yard": YARD}, **STAFF)).json()
    shown = (await office.get(made_["path"])).text
    assert f"UID:{booking_id(1)}" in shown
    office.clock.now += timedelta(days=2)
    assert "UID" not in (await office.get(made_["path"])).text
