"""Who suspends a company and who concludes on its goods wait for each other."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from services.mutual_recognition import app
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import suspensions
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.contracts.case import SectionConcluded
from tests import factories, kits
from tests.integration.mutual_recognition.waiting import take_in, until_blocked
from tests.integration.mutual_recognition.world import World, found, planned, wood

PATH = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
WHY = {"grounds": "a false declaration 申报不实", "way_back": "pass an audit 通过稽核"}


@dataclass
class Hands:
    """A clock that is set by hand."""

    now: datetime = factories.NOW
    factor: Decimal = Decimal(1)

    def wall(self) -> datetime:
        """Now."""
        return self.now

    yard = wall


@pytest.fixture
async def clock(world: World) -> Hands:
    """The clock of the world, set by hand; both agencies trust its company."""
    hands = Hands()
    world.service = app.create(kits.kit(world.service.kit.database, clock=hands), Settings())
    world.deliveries.service = world.service
    await world.trust()
    return hands


async def _end(world: World, filing: UUID) -> str:
    told = [each for each in await world.told(filing) if each.startswith("recognition.")]
    return told[-1]


@pytest.mark.usefixtures("clock")
async def test_what_is_concluded_while_a_suspension_is_under_way_is_not_recognised(
    world: World,
) -> None:
    filing = await world.accept(wood())
    kit, book = world.service.kit, Rulebook.of(Settings())
    async with kit.database.transaction() as session:
        given = {"uscc": factories.CONSIGNEE, "agency": "customs", "by": "duty", **WHY}
        await suspensions.suspend(session, come_to=lambda: desks.at(kit, book), **given)
        concluding = asyncio.create_task(
            world.conclude(filing, "quarantine", found=(found(),)),
        )
        await until_blocked(world, concluding)
    await concluding
    assert await _end(world, filing) == "recognition.refused"


async def test_a_suspension_during_a_conclusion_comes_after_its_grant_in_the_record(
    world: World, clock: Hands
) -> None:
    filing = await world.accept(wood())
    async with world.service.kit.database.transaction() as session:
        await take_in(world, session, world.concluded(filing, "quarantine", found=(found(),)))
        suspending = asyncio.create_task(world.post(PATH, WHY))
        await until_blocked(world, suspending)
        clock.now += timedelta(seconds=1)
    (given,) = (await suspending).json()["items"]
    assert await _end(world, filing) == "recognition.granted"
    granted = [each.time for each in await world.events(filing) if "granted" in each.type]
    assert datetime.fromisoformat(given["suspended_at"]) > granted[-1]


@pytest.mark.usefixtures("clock")
async def test_two_batches_about_the_same_companies_do_not_wait_in_a_circle(world: World) -> None:
    """Each locks both companies before anything else, in one order, whatever comes between."""
    other = factories.uscc(7)
    await world.trust(other)
    far = {"consignee": wood()["consignee"] | {"uscc": other}}
    one, two, three, four, five, six = [
        await world.accept(wood(reference=str(number), **(far if number in {1, 2} else {})))
        for number in range(6)
    ]
    database = world.service.kit.database

    def concluded(filing: UUID) -> SectionConcluded:
        return world.concluded(filing, "quarantine", found=(found(),))

    async def take(first: UUID, between: UUID, last: UUID) -> None:
        async with database.transaction() as session:
            events = concluded(first), planned(between, factories.NOW), concluded(last)
            await take_in(world, session, *events)

    async with database.transaction() as session:
        await session.execute(text("SELECT FROM companies FOR UPDATE"))
        some = (one, five, two), (three, six, four)
        batches = [asyncio.create_task(take(*each)) for each in some]
        await until_blocked(world, *batches)
    await asyncio.gather(*batches)
    ends = [await _end(world, each) for each in (one, two, three, four)]
    assert ends == ["recognition.granted"] * 4
