"""Plans that yard staff and supervisors ask for: made aside, read, applied, called off."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psutil

from services.booking.commands import plans as orders
from services.booking.domain.booking import Status
from services.booking.jobs import planning
from services.booking.planner import solve
from shared.auth.principal import Role
from shared.contracts.values import BayKind, SlotWish
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

YARD = made.yard().code
HOUR = timedelta(hours=1)
UNTIL = made.MONDAY + timedelta(days=2)
ASKED = {"days": 2, "seconds": 2}


async def _post(office: Office, path: str, body: Any = None, org: str = YARD) -> Any:
    return await office.post(path, body, role=Role.YARD, org=org)


async def _asked(office: Office, **terms: Any) -> str:
    """The address of a plan that is asked for."""
    answer = await _post(office, "/v1/plans", {**ASKED, **terms})
    assert answer.status_code == 202, answer.text
    assert answer.json()["stage"] == "asked"
    return str(answer.headers["Location"])


async def _read(office: Office, path: str) -> Any:
    return (await office.get(path, role=Role.YARD, org=YARD)).json()


async def _crowd(office: Office) -> None:
    """Three hours of plain goods in the scan bays at seven, and perishables after them at eight."""
    await _bring(office, 1, 2, 3, auto=True)
    await _bring(office, 4, auto=True, perishable_until=UNTIL)


async def _bring(office: Office, *serials: int, auto: bool = False, **facts: Any) -> None:
    """An hour of customs in a scan bay is wanted."""
    for serial in serials:
        needed = made.determined(serial, auto=auto, **{"bay_kind": BayKind.SCAN, **facts})
        await office.bring(needed)


async def test_a_plan_is_made_aside_and_changes_bookings_when_it_is_applied(office: Office) -> None:
    await _crowd(office)
    await office.bring(made.determined(5))
    before = [await office.booking(serial) for serial in range(1, 6)]
    path = await _asked(office, replan=True, change_cost=0, freeze_minutes=60, most_moved=0.5)
    assert await planning.plan_once(office.desk)
    assert not await planning.plan_once(office.desk)
    plan = await _read(office, path)
    assert plan["stage"] == "proposed"
    assert (plan["figures"]["gap"], plan["figures"]["kept"], plan["unserved"]) == (0, 2, [])
    kinds = {each["booking_id"]: each["kind"] for each in plan["items"]}
    assert sorted(kinds.values()) == ["move", "move", "offer"]
    assert kinds[str(booking_id(5))] == "offer"
    assert [await office.booking(serial) for serial in range(1, 6)] == before

    applied = (await _post(office, f"{path}/apply")).json()
    assert (applied["stage"], applied["applied"]["applied"]) == ("applied", 2)
    assert applied["applied"]["left"] == []
    perishable = (await office.booking(4)).slot
    assert perishable is not None
    assert perishable.starts == made.OPENS
    assert await office.told(4) == ["requested", "confirmed", "rescheduled"]
    assert (await office.booking(5)).status is Status.REQUESTED
    assert await office.broken() == []
    again = await _post(office, f"{path}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "plan_not_proposed")


async def test_what_changed_after_the_plan_was_made_is_left_and_told(office: Office) -> None:
    await _crowd(office)
    path = await _asked(office, replan=True, change_cost=0, freeze_minutes=60, most_moved=0.5)
    await planning.plan_once(office.desk)
    moved = [each["booking_id"] for each in (await _read(office, path))["items"]]
    serial = next(i for i in (1, 2, 3) if str(booking_id(i)) in moved)
    cancelled = f"/v1/bookings/{booking_id(serial)}/cancel"
    assert (await _post(office, cancelled, {"reason": "ship late 船期延误"})).status_code == 200

    applied = (await _post(office, f"{path}/apply")).json()["applied"]
    why = {each["booking_id"]: each["why"] for each in applied["left"]}
    assert why[str(booking_id(serial))] == "changed"
    assert applied["applied"] + len(why) == len(moved)
    assert await office.broken() == []


async def test_what_asked_for_the_best_slot_is_booked_by_the_plan(office: Office) -> None:
    await _bring(office, 1, 2, auto=True)
    await _bring(office, 3)
    offers = (await office.get(f"/v1/requests/{booking_id(3)}/offers")).json()["offers"]
    held = {"request_id": str(booking_id(3)), "slot": slot_body(offers)}
    assert (await office.post("/v1/bookings", held)).status_code == 201
    await _bring(office, 4, slot_wish=SlotWish(auto_confirm=True, latest=made.OPENS + HOUR))
    assert (await office.booking(4)).status is Status.REQUESTED
    office.clock.now += timedelta(minutes=11)
    path = await _asked(office)
    await planning.plan_once(office.desk)
    await _post(office, f"{path}/apply")
    booked = await office.booking(4)
    assert booked.status is Status.CONFIRMED
    assert booked.slot is not None
    assert booked.slot.starts == made.OPENS
    assert await office.broken() == []


async def test_a_plan_tells_what_to_expect_and_what_would_help_most(office: Office) -> None:
    await _bring(office, *range(1, 7))
    path = await _asked(office, advise=True, seconds=15)
    await planning.plan_once(office.desk)
    plan = await _read(office, path)
    assert [each["requests"] for each in plan["expected"]] == [6]
    (help_,) = plan["advice"]
    assert (help_["like"], help_["agency"], help_["abilities"]) == ("S01", None, ["scan"])
    # with a fourth scan bay one of those who wait from seven to eight goes first: 4 slots at 2 CNY
    assert Decimal(help_["saved"]) == 8
    assert Decimal(help_["worth"]) > 0


async def test_only_one_plan_of_the_same_yards_is_under_way(office: Office) -> None:
    await office.bring(made.determined(1))
    path = await _asked(office)
    second = await _post(office, "/v1/plans", ASKED)
    assert (second.status_code, second.json()["code"]) == (409, "plan_under_way")
    called_off = (await _post(office, f"{path}/cancel")).json()
    assert called_off["stage"] == "cancelled"
    again = await _post(office, f"{path}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "plan_ended")
    assert not await planning.plan_once(office.desk)
    assert await _asked(office) != path


async def test_a_plan_that_is_called_off_stops_its_process(office: Office) -> None:
    await office.bring(*(made.determined(serial) for serial in range(1, 30)))
    path = await _asked(office, seconds=60)
    making = asyncio.create_task(planning.plan_once(office.desk))
    while not _solvers():
        assert not making.done()
        await asyncio.sleep(0.05)
    await _post(office, f"{path}/cancel")
    assert await making
    assert not _solvers()
    assert (await _read(office, path))["stage"] == "cancelled"


def _solvers() -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [each for each in found if solve.__name__ in each.cmdline()]


async def test_a_process_that_dies_leaves_bookings_alone_and_is_told(office: Office) -> None:
    await _crowd(office)
    before = [await office.booking(serial) for serial in range(1, 5)]
    path = await _asked(office, replan=True)
    making = asyncio.create_task(planning.plan_once(office.desk))
    while not _solvers():
        assert not making.done()
        await asyncio.sleep(0.05)
    for each in _solvers():
        each.kill()
    assert await making
    plan = await _read(office, path)
    assert plan["stage"] == "failed"
    assert "ended with -9" in plan["failure"]
    assert [await office.booking(serial) for serial in range(1, 5)] == before


async def test_a_plan_whose_service_was_killed_is_begun_again_and_given_up_in_the_end(
    office: Office,
) -> None:
    await office.bring(made.determined(1))
    path = await _asked(office)
    for _ in range(2):
        taken = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
        assert taken is not None
        assert not await planning.plan_once(office.desk)
        office.clock.now += planning.WITHIN + timedelta(seconds=2)
    assert await planning.plan_once(office.desk)
    plan = await _read(office, path)
    assert (plan["stage"], plan["terms"]["seconds"]) == ("failed", 2)
    assert "more than once" in plan["failure"]


async def test_a_plan_is_not_begun_again_while_it_is_tried_what_would_help(office: Office) -> None:
    await office.bring(made.determined(1))
    await _asked(office, advise=True, seconds=60)
    began = office.clock.now
    taken = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    assert taken.due_back == began + planning.WITHIN + timedelta(seconds=4 * 60)


async def test_an_answer_that_comes_after_its_time_is_not_taken(office: Office) -> None:
    await office.bring(made.determined(1))
    path = await _asked(office)
    late = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    office.clock.now += planning.WITHIN + timedelta(seconds=2)
    await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    assert await office.do(lambda s, _: orders.fail(s, late, "too late")) is None
    assert (await _read(office, path))["stage"] == "running"


async def test_yard_staff_plan_and_see_their_own_yard_alone(office: Office) -> None:
    path = await _asked(office)
    other = await _post(office, f"{path}/cancel", org="CNSHA-Y9")
    assert (other.status_code, other.json()["code"]) == (404, "plan_not_found")
    foreign = await _post(office, "/v1/plans", {**ASKED, "yards": [YARD]}, org="CNSHA-Y9")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "yard_not_found")
    listed = await office.get("/v1/plans", role=Role.YARD, org=YARD)
    assert [each["yards"] for each in listed.json()["items"]] == [[YARD]]
    none = await office.get("/v1/plans", role=Role.YARD, org="CNSHA-Y9")
    assert none.json()["items"] == []
