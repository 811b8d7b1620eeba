"""Giving up, exchanging, missing a slot, and holds that run out."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.auth.principal import Role
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made
from tests.unit.booking.made import need


async def _slot(office: Office, serial: int = 1, number: int = 0) -> dict[str, object]:
    answer = await office.get(f"/v1/requests/{booking_id(serial)}/offers")
    return slot_body(answer.json()["offers"], number)


async def _hold(office: Office, serial: int = 1, number: int = 0) -> None:
    body = {"request_id": str(booking_id(serial)), "slot": await _slot(office, serial, number)}
    assert (await office.post("/v1/bookings", body)).status_code == 201


async def _confirmed(office: Office, serial: int = 1) -> None:
    await office.bring(made.determined(serial))
    await _hold(office, serial)
    answer = await office.post(f"/v1/bookings/{booking_id(serial)}/confirm", {})
    assert answer.status_code == 200


async def test_a_cancelled_slot_is_free_again_and_another_can_be_held(office: Office) -> None:
    await _confirmed(office)
    answer = await office.post(f"/v1/bookings/{booking_id()}/cancel", {"reason": "strike"})
    assert (answer.status_code, answer.json()["slot"]) == (200, None)
    await _hold(office)
    assert await office.told() == ["requested", "held", "confirmed", "cancelled", "held"]
    assert await office.broken() == []


async def test_a_slot_is_exchanged_in_one_step(office: Office) -> None:
    await _confirmed(office)
    before = (await office.booking()).slot
    slot = await _slot(office, number=2)
    answer = await office.post(
        f"/v1/bookings/{booking_id()}/reschedule", {"slot": slot, "reason": "late ship"}
    )
    assert answer.status_code == 200, answer.text
    after = (await office.booking()).slot
    assert before is not None
    assert after is not None
    assert after.starts == before.starts + timedelta(hours=2)
    assert await office.broken() == []


async def test_the_old_slot_stays_where_the_new_one_is_taken(office: Office) -> None:
    await _confirmed(office, 1)
    await _confirmed(office, 2)
    taken = (await office.booking(1)).slot
    assert taken is not None
    slot = slot_body([{"slot": taken.model_dump(mode="json")}])
    before = await office.booking(2)
    answer = await office.post(
        f"/v1/bookings/{booking_id(2)}/reschedule", {"slot": slot, "reason": "late ship"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert await office.booking(2) == before
    assert await office.broken() == []


async def test_a_hold_can_be_exchanged_for_another(office: Office) -> None:
    await office.bring(made.determined())
    await _hold(office)
    await _hold(office, number=1)
    slot = (await office.booking()).slot
    assert slot is not None
    assert slot.starts == made.OPENS + timedelta(hours=1)
    assert await office.broken() == []


async def test_cargo_can_only_miss_a_slot_that_has_begun(office: Office) -> None:
    await _confirmed(office)
    path, body = f"/v1/bookings/{booking_id()}/missed", {"reason": "no truck"}
    early = await office.post(path, body, role=Role.YARD, org="CNTAO-Y1")
    assert (early.status_code, early.json()["code"]) == (409, "slot_not_begun")
    office.clock.now = made.OPENS + timedelta(minutes=30)
    answer = await office.post(path, body, role=Role.YARD, org="CNTAO-Y1")
    assert (answer.status_code, answer.json()["status"]) == (200, "missed")


async def test_after_a_missed_slot_the_next_best_is_booked_where_that_was_wished(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    office.clock.now = made.OPENS + timedelta(minutes=30)
    await office.post(
        f"/v1/bookings/{booking_id()}/missed",
        {"reason": "no truck"},
        role=Role.YARD,
        org="CNTAO-Y1",
    )
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    assert booking.slot.starts == office.clock.now + timedelta(minutes=30)
    assert await office.told() == ["requested", "confirmed", "missed", "confirmed"]


async def test_what_the_state_does_not_allow_is_a_conflict(office: Office) -> None:
    await office.bring(made.determined())
    for path, body in (("confirm", {}), ("cancel", {"reason": "x"})):
        answer = await office.post(f"/v1/bookings/{booking_id()}/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "booking_move_not_allowed")


async def test_a_repeated_request_is_answered_the_same_and_takes_effect_once(
    office: Office,
) -> None:
    await office.bring(made.determined())
    body = {"request_id": str(booking_id()), "slot": await _slot(office)}
    headers = {"Idempotency-Key": '"twice"'}
    async with office.client() as client:
        answers = [await client.post("/v1/bookings", json=body, headers=headers) for _ in "ab"]
    assert answers[0].content == answers[1].content
    assert await office.told() == ["requested", "held"]


async def test_the_sweeper_lets_holds_that_ran_out_expire(office: Office) -> None:
    await office.bring(made.determined(1), made.determined(2))
    await _hold(office, 1)
    office.clock.now += timedelta(minutes=5)
    await _hold(office, 2)
    office.clock.now += timedelta(minutes=5)
    assert await sweeping.expire_once(office.desk) == 1
    assert [(await office.booking(serial)).status for serial in (1, 2)] == [
        Status.EXPIRED,
        Status.HELD,
    ]
    assert await office.told(1) == ["requested", "held", "expired"]
    assert await office.broken() == []


async def test_a_hold_that_ran_out_is_set_aside_by_whoever_wants_its_slot(
    office: Office,
) -> None:
    await office.bring(made.determined(1), made.determined(2))
    await _hold(office, 1)
    office.clock.now += timedelta(minutes=11)
    await _hold(office, 2)
    assert [(await office.booking(serial)).status for serial in (1, 2)] == [
        Status.EXPIRED,
        Status.HELD,
    ]
    one, other = (await office.booking(1)).slot, (await office.booking(2)).slot
    assert one == other
    assert await office.broken() == []


async def test_a_request_that_found_no_slot_is_booked_once_there_is_one(office: Office) -> None:
    await office.bring(made.determined(1, need("customs", "diving"), auto=True))
    await sweeping.retry_once(office.desk)
    assert (await office.booking()).status is Status.REQUESTED
    async with office.service.kit.database.transaction() as session:
        await session.execute(
            text("""UPDATE resources SET skills = skills || '["diving"]' WHERE code = 'C09'""")
        )
        await session.execute(text("UPDATE yard_stamp SET stamp = stamp + 1"))
    office.clock.now += timedelta(minutes=2)
    await sweeping.retry_once(office.desk)
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    assert [place.team for place in booking.slot.teams] == ["C09"]


async def test_the_database_refuses_what_the_code_would_get_wrong(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2))
    twice = text(
        "INSERT INTO occupancy (resource, during, booking_id, active)"
        " SELECT resource, during, :other, true FROM occupancy"
    )
    with pytest.raises(IntegrityError, match="occupancy_once"):
        async with office.service.kit.database.transaction() as session:
            await session.execute(twice, {"other": booking_id(2)})


async def test_the_invariants_see_what_is_broken(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, auto=True))
    async with office.service.kit.database.transaction() as session:
        await session.execute(
            text("UPDATE occupancy SET active = false WHERE booking_id = :id"),
            {"id": booking_id(1)},
        )
        await session.execute(
            text("UPDATE bookings SET status = 'completed', version = 9 WHERE id = :id"),
            {"id": booking_id(2)},
        )
    broken = " ".join(await office.broken())
    assert f"booking {booking_id(1)} does not take what it needs" in broken
    assert f"booking {booking_id(2)} is completed and takes something" in broken
    assert f"booking {booking_id(2)} is at 9 with 2 events" in broken
