"""Plans that are made and applied by themselves."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.booking import plans, store
from services.booking.commands import plans as orders
from services.booking.desk import Desk
from services.booking.domain.booking import Status
from services.booking.jobs import planning
from services.booking.planner.order import Stage
from services.booking.planner.proposal import Item, Kind, Proposal
from services.booking.settings import Settings
from shared.auth.principal import Role
from shared.contracts.values import BayKind
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made
from tests.unit.booking.planner.situations import slot

YARD = made.yard().code
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"


@pytest.fixture
def desk(office: Office) -> Desk:
    """A desk at which a plan is made every hour."""
    settings = Settings(plan_every_minutes=60, plan_seconds=0.5)
    return Desk(office.service.kit, settings)


async def _stages(office: Office) -> list[tuple[str, str]]:
    """Who asked for each plan and where it stands, the newest first."""
    listed = (await office.get("/v1/plans", role=Role.YARD, org=YARD)).json()["items"]
    return [(each["asked_by"], each["stage"]) for each in listed]


async def test_a_plan_is_asked_for_every_so_often_whatever_else_is_planned(
    office: Office, desk: Desk
) -> None:
    assert await planning.ask_if_due(desk)
    assert not await planning.ask_if_due(desk)
    begun = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    assert await office.do(lambda s, _: orders.fail(s, begun, "the solver crashed"))
    office.clock.now += timedelta(minutes=59)
    assert not await planning.ask_if_due(desk)
    body = {"days": 1, "seconds": 1}
    asked = await office.post("/v1/plans", body, role=Role.YARD, org=YARD)
    assert asked.status_code == 202
    office.clock.now += timedelta(minutes=1)
    assert not await planning.ask_if_due(desk)
    await office.post(f"{asked.headers['Location']}/cancel", None, role=Role.YARD, org=YARD)
    assert await planning.ask_if_due(desk)
    assert [by for by, _ in await _stages(office)] == ["schedule", YARD, "schedule"]


async def _taken(office: Office, desk: Desk) -> Any:
    """A plan of its own accord that is being made, and what it comes to: a slot for the first."""
    assert await planning.ask_if_due(desk)
    order = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    of = await office.booking(1)
    item = Item(booking_id=of.id, version=of.version, kind=Kind.BOOK, slot=slot(), cost=Decimal(0))
    return order, Proposal(items=(item,), seed=1, made_at=office.clock.now)


async def test_it_is_applied_with_being_proposed_or_is_still_to_be_made(
    office: Office, desk: Desk
) -> None:
    await office.bring(made.determined(1, bay_kind=BayKind.SCAN))
    order, made_of = await _taken(office, desk)
    database = office.service.kit.database
    async with database.transaction() as busy:
        await store.lock(busy, booking_id(1))
        publishing = asyncio.create_task(planning._publish(desk, order, made_of))
        async with database.connect() as watching:
            while not (await watching.execute(text(WAITING))).scalar_one():
                assert not publishing.done()
                await asyncio.sleep(0.02)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
    async with database.connect() as reading:
        found = await plans.find(reading, order.id)
    assert found is not None
    assert found.stage is Stage.RUNNING
    await planning._publish(desk, order, made_of)
    assert await _stages(office) == [("schedule", "applied")]
    assert (await office.booking(1)).status is Status.CONFIRMED


async def test_offers_tell_what_a_plans_scarce_resources_are_worth_to_others(
    office: Office,
) -> None:
    for serial in range(1, 7):
        await office.bring(made.determined(serial, bay_kind=BayKind.SCAN))
    at_the_counter = office.service.api.state.desk
    assert await planning.price_anew(at_the_counter, None) is None
    before = await _costs(office)
    asked = await office.post("/v1/plans", {"days": 2, "seconds": 1}, role=Role.YARD, org=YARD)
    assert await planning.plan_once(office.desk)
    newest = await planning.price_anew(at_the_counter, None)
    assert str(newest) == asked.json()["id"]
    assert await planning.price_anew(at_the_counter, newest) == newest
    after = await _costs(office)
    assert after[made.OPENS] > before[made.OPENS]
    later = made.OPENS + timedelta(hours=3)
    assert after.get(later, before[later]) == before[later]


async def _costs(office: Office) -> dict[Any, Decimal]:
    """What each offered start costs, CNY."""
    path = f"/v1/requests/{booking_id(1)}/offers"
    offers = (await office.get(path, limit=20)).json()["offers"]
    return {datetime.fromisoformat(o["slot"]["starts"]): Decimal(o["cny"]) for o in offers}
