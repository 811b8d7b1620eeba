"""A revised booking keeps its time by changing places with one that loses nothing by it."""

from datetime import timedelta

import pytest

from services.booking.domain.booking import Status
from shared.contracts.values import Slot
from tests.integration.booking.room import Office, booking_id, met, slot_body
from tests.unit.booking import made
from tests.unit.booking.made import need

JOINT = (need("customs"), need("quarantine", "plant"))
PLANT = {"Q01", "Q04", "Q05", "Q07", "Q08"}
MORNING = range(2, 10)


@pytest.fixture(params=[Status.CONFIRMED, Status.HELD])
async def busy(office: Office, request: pytest.FixtureRequest) -> Office:
    """At seven customs inspects for 1, and all eight quarantine teams do general work for 2 to 9,
    agreed or held. Then the one of Q02, which knows no plants, is given up.
    """
    await _fill(office, held=request.param is Status.HELD)
    await _give_up_q02(office)
    return office


async def _give_up_q02(office: Office) -> None:
    gone = [serial for serial in MORNING if await _team(office, serial) == "Q02"]
    path = f"/v1/bookings/{booking_id(gone[0])}/cancel"
    assert (await office.post(path, {"reason": "sold 已售"})).status_code == 200


async def _fill(office: Office, *, held: bool) -> None:
    await office.bring(made.determined(1, auto=True))
    for serial in MORNING:
        await office.bring(made.determined(serial, need("quarantine")))
        offers = (await office.get(f"/v1/requests/{booking_id(serial)}/offers")).json()["offers"]
        body = {"request_id": str(booking_id(serial)), "slot": slot_body(offers)}
        assert (await office.post("/v1/bookings", body)).status_code == 201
        if not held:
            await office.post(f"/v1/bookings/{booking_id(serial)}/confirm", {})
    assert {(await _slot(office, serial)).starts for serial in range(1, 10)} == {made.OPENS}


async def _slot(office: Office, serial: int) -> Slot:
    slot = (await office.booking(serial)).slot
    assert slot is not None
    return slot


async def _team(office: Office, serial: int) -> str:
    return (await _slot(office, serial)).teams[0].team


async def test_one_that_needs_no_plant_team_gives_its_own_for_a_free_one(busy: Office) -> None:
    before = {serial: await _slot(busy, serial) for serial in MORNING}
    until = {serial: (await busy.booking(serial)).held_until for serial in MORNING}
    await busy.bring(made.revised(1, *JOINT, auto=True))
    mine = await _slot(busy, 1)
    assert (mine.starts, mine.teams[1].team in PLANT) == (made.OPENS, True)
    after = {serial: await _slot(busy, serial) for serial in MORNING}
    changed = [serial for serial in MORNING if after[serial] != before[serial]]
    assert len(changed) == 1
    was, now = before[changed[0]], after[changed[0]]
    assert (now.starts, now.ends, now.bay) == (was.starts, was.ends, was.bay)
    assert (was.teams[0].team, now.teams[0].team) == (mine.teams[1].team, "Q02")
    other = await busy.booking(changed[0])
    assert other.held_until == until[changed[0]]
    expected = "held" if other.status is Status.HELD else "rescheduled"
    assert (await busy.told(changed[0]))[-1] == expected
    assert await busy.broken() == []


async def test_without_one_that_keeps_its_time_the_changed_booking_moves_alone(
    office: Office,
) -> None:
    await _fill(office, held=False)
    before = [await _slot(office, serial) for serial in MORNING]
    await office.bring(made.revised(1, *JOINT, auto=True))
    assert [await _slot(office, serial) for serial in MORNING] == before
    assert (await _slot(office, 1)).starts > made.OPENS
    assert await office.broken() == []


async def test_nobody_changes_places_who_is_about_to_begin(office: Office) -> None:
    await _fill(office, held=False)
    await _give_up_q02(office)
    before = [await _slot(office, serial) for serial in MORNING]
    office.clock.now = made.OPENS - timedelta(minutes=20)
    await office.bring(made.revised(1, *JOINT, auto=True))
    assert [await _slot(office, serial) for serial in MORNING] == before
    assert (await _slot(office, 1)).starts > made.OPENS


async def test_nobody_changes_places_whose_requirement_is_met(office: Office) -> None:
    await _fill(office, held=False)
    await _give_up_q02(office)
    before = [await _slot(office, serial) for serial in MORNING]
    await office.bring(*(met(serial) for serial in MORNING))
    await office.bring(made.revised(1, *JOINT, auto=True))
    assert [await _slot(office, serial) for serial in MORNING] == before
    assert (await _slot(office, 1)).starts > made.OPENS
