"""A result that does not come in time: both agencies inspect, on a real database."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import inspections
from services.mutual_recognition.domain.recognition import RESULT_WITHIN_HOURS
from services.mutual_recognition.jobs import lapsing
from services.mutual_recognition.rulebook import Rulebook
from shared.contracts import derived
from shared.contracts.values import Purpose, Verdict
from tests import factories
from tests.integration.mutual_recognition.boxes import A, partly, three
from tests.integration.mutual_recognition.waiting import until_blocked
from tests.integration.mutual_recognition.world import World, found, wood

ENDS = factories.NOW + timedelta(hours=3)
DUE = ENDS + timedelta(hours=RESULT_WITHIN_HOURS)
LAPSED = ["recognition.lapsed", "requirement.revised"]


async def _sweep(world: World, at: datetime) -> int:
    """The job looks once what was due at that time of the yard must have come."""
    clock = factories.still_clock(at + lapsing.ON_ITS_WAY)
    kit = replace(world.service.kit, clock=clock)
    return await lapsing.sweep(kit, Rulebook.of(world.settings))


async def _expected(world: World) -> UUID:
    await world.trust()
    filing = await world.accept(wood())
    await world.plan(filing, ENDS)
    return filing


async def test_without_a_result_both_agencies_inspect_and_are_told_why(world: World) -> None:
    filing = await _expected(world)
    assert await _sweep(world, DUE - timedelta(seconds=1)) == 0
    assert await _sweep(world, DUE) == 1
    assert (await world.told(filing))[2:] == LAPSED
    revised = await world.last(filing, "requirement.revised")
    assert (revised["mode"], revised["revision"], revised["cause"]) == (
        "joint",
        2,
        "recognition_lapsed",
    )
    assert [need["agency"] for need in revised["needs"]] == ["quarantine", "customs"]
    lapsed = await world.last(filing, "recognition.lapsed")
    assert lapsed["reason"] == revised["reason"]
    assert lapsed["reason"]["zh"] == "首查单位未在规定时间内作出查验结论"
    assert await _sweep(world, DUE) == 0
    assert await world.broken() == {}


async def test_a_late_result_counts_for_its_section_and_grants_nothing(world: World) -> None:
    filing = await _expected(world)
    await _sweep(world, DUE)
    await world.conclude(filing, "quarantine", found=(found(),))
    assert (await world.told(filing))[2:] == LAPSED
    await world.conclude(filing, "customs")
    assert (await world.told(filing))[2:] == [*LAPSED, "requirement.met"]
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["recognised"]) == ("released", [])
    assert await world.broken() == {}


async def test_a_container_opened_late_is_waited_for_from_then(world: World) -> None:
    filing = await _expected(world)
    await world.open(filing, ENDS + timedelta(hours=2))
    path = f"/v1/requirements/{derived.requirement_id(filing)}"
    seen = (await world.get(path)).json()["recognition"]
    assert datetime.fromisoformat(seen["result_due"]) == DUE + timedelta(hours=2)
    assert await _sweep(world, DUE) == 0
    assert await _sweep(world, DUE + timedelta(hours=2)) == 1
    assert (await world.get(path)).json()["recognition"]["result_due"] is None


async def test_what_is_amended_to_be_eligible_after_its_slot_is_waited_for_from_then(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.plan(filing, factories.NOW - timedelta(days=3))
    await world.amend(filing, wood())
    await world.leave(filing, Purpose.AMEND)
    assert (await world.told(filing))[-1] == "recognition.expected"
    due = factories.NOW + timedelta(hours=RESULT_WITHIN_HOURS)
    assert await _sweep(world, due - timedelta(seconds=1)) == 0
    assert await _sweep(world, due) == 1


async def test_what_the_laboratory_holds_has_its_result(world: World) -> None:
    filing = await _expected(world)
    await world.conclude(filing, "quarantine", Verdict.SUSPEND)
    assert await _sweep(world, DUE) == 1
    assert await _sweep(world, DUE) == 0
    await world.conclude(filing, "quarantine", found=(found(),))
    assert (await world.told(filing))[-2:] == ["recognition.granted", "requirement.met"]
    assert await world.broken() == {}


async def test_without_a_result_on_one_container_what_the_laboratory_holds_is_looked_at_too(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(three())
    await world.plan(filing, ENDS)
    await world.conclude(filing, "quarantine", Verdict.SUSPEND, containers=(A,))
    assert await _sweep(world, DUE) == 1
    await world.conclude(filing, "quarantine", containers=(A,))
    assert await partly(world, filing) == [("held", [A])]
    await world.conclude(filing, "customs", containers=(A,))
    assert await partly(world, filing) == [("held", [A]), ("released", [A])]


async def test_what_was_recognised_in_time_stays_released(world: World) -> None:
    await world.trust()
    filing = await world.accept(three())
    await world.plan(filing, ENDS)
    await world.conclude(filing, "quarantine", containers=(A,), found=(found(1),))
    assert await _sweep(world, DUE) == 1
    assert (await world.told(filing))[-2:] == LAPSED
    assert await partly(world, filing) == [("released", [A])]
    assert await world.broken() == {}
    for agency in ("quarantine", "customs"):
        await world.conclude(filing, agency, found=(found(2), found(3)))
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_result_at_the_last_instant_wins_if_it_came_first(world: World) -> None:
    filing = await _expected(world)
    database = world.service.kit.database
    async with database.transaction() as session:
        desk = desks.at(world.service.kit, Rulebook.of(world.settings))
        await desks.locked(session, derived.requirement_id(filing), desk=desk)
        looking = asyncio.create_task(_sweep(world, DUE))
        await until_blocked(world, looking)
        assert not looking.done()
        event = world.concluded(filing, "quarantine", found=(found(),))
        await inspections.conclude(session, event, desk=desk)
    assert await looking == 1
    assert (await world.told(filing))[2:] == ["recognition.granted", "requirement.met"]
    assert await world.broken() == {}


async def test_a_result_at_the_last_instant_waits_for_a_lapse_that_came_first(
    world: World,
) -> None:
    filing = await _expected(world)
    requirement = derived.requirement_id(filing)
    async with world.service.kit.database.transaction() as session:
        desk = desks.at(world.service.kit, Rulebook.of(world.settings))
        await inspections.lapse(session, requirement, yard_now=DUE, desk=desk)
        concluding = asyncio.create_task(world.conclude(filing, "quarantine", found=(found(),)))
        await until_blocked(world, concluding)
        assert not concluding.done()
    await concluding
    assert (await world.told(filing))[2:] == LAPSED
    assert await world.broken() == {}
