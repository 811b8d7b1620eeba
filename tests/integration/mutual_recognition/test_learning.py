"""Findings among inspected, counted once each on a real database, and asked for by tables."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from services.mutual_recognition import learning
from services.mutual_recognition.jobs import learning as job
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules import dictionaries
from shared.auth.principal import Role
from shared.contracts.values import Verdict
from tests import factories
from tests.integration.mutual_recognition.world import World, laptops, wood

COMPANY = f"/v1/risk/companies/{factories.CONSIGNEE}"
WOOD = "/v1/risk/goods/4407"


async def _look(world: World) -> int:
    """The job looks, in the process that answers."""
    return await job.look(world.service.kit, world.service.api.state.book)


async def _inspected(world: World, serial: int, verdict: Verdict = Verdict.CONFORM) -> UUID:
    """Wood that quarantine alone inspects."""
    filing = await world.accept(wood(reference=str(serial), line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine", verdict)
    return filing


async def _told(world: World, path: str) -> Any:
    answer: httpx.Response = await world.get(path, Role.SUPERVISOR, agency="customs")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _counts(world: World, path: str) -> tuple[int, int]:
    told = await _told(world, path)
    return told["found"], told["inspected"]


async def test_an_inspection_counts_once_when_it_has_ended(world: World) -> None:
    await _inspected(world, 1)
    await _inspected(world, 2, Verdict.NONCONFORM)
    held = await _inspected(world, 3, Verdict.SUSPEND)
    await world.accept(laptops())
    assert await _look(world) == 2
    assert await _look(world) == 0
    assert await _counts(world, WOOD) == await _counts(world, COMPANY) == (1, 2)
    await world.conclude(held, "quarantine")
    assert await _look(world) == 1
    assert await _counts(world, WOOD) == (1, 3)
    assert await world.broken() == {}


async def test_what_happens_to_a_requirement_later_counts_no_more(world: World) -> None:
    filing = await _inspected(world, 1)
    assert await _look(world) == 1
    await world.withdraw(filing)
    assert (await world.told(filing))[-1] == "requirement.change_refused"
    assert await _look(world) == 0
    assert await _counts(world, WOOD) == (0, 1)


async def test_what_is_no_real_cargo_says_nothing(world: World) -> None:
    filing = await world.accept(wood(sandbox="joint", line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM)
    assert (await world.last(filing, "requirement.met"))["outcome"] == "refused_entry"
    assert await _look(world) == 1
    assert await _counts(world, WOOD) == await _counts(world, COMPANY) == (0, 0)


async def test_processes_that_count_at_once_count_each_once(world: World) -> None:
    for serial in range(3):
        await _inspected(world, serial)
    database = world.service.kit.database

    async def count() -> int:
        async with database.transaction() as session:
            return await learning.count(session)

    assert sum(await asyncio.gather(count(), count())) == 3
    await _look(world)
    assert await _counts(world, WOOD) == (0, 3)


async def test_an_end_that_is_counted_before_it_is_one_is_seen(world: World) -> None:
    filing = await _inspected(world, 1)
    await _look(world)
    await world.execute("UPDATE requirements SET counted = false")
    assert list(await world.broken()) == ["only what inspections that ended found is counted"]
    assert filing


async def _asked(world: World, filing: UUID) -> Decimal:
    """What the tables were told of the goods when the filing was decided."""
    requirement = await _told(world, f"/v1/requirements?filing_id={filing}")
    decision = requirement["items"][0]["decision_id"]
    told = await _told(world, f"/v1/decisions/{decision}")
    assert told["recomputed"] is True
    return Decimal(told["inputs"]["filing"][dictionaries.GOODS_RATE])


async def test_what_was_known_is_stored_with_the_decision(world: World) -> None:
    first = await _inspected(world, 1)
    before = await _asked(world, first)
    for serial in range(2, 6):
        await _inspected(world, serial)
    await _look(world)
    later = await _asked(world, await world.accept(wood(reference="9")))
    assert later < before == await _asked(world, first)
    assert str(later) == (await _told(world, WOOD))["percent_high"]
    assert await world.broken() == {}


async def test_rates_are_listed_by_code_and_of_the_unknown_the_group_s_is_told(
    world: World,
) -> None:
    await _inspected(world, 1)
    for code in ("4403210000", "4408100000"):
        line = {"duty_percent": "5", "hs_code": code}
        filing = await world.accept(wood(reference=code, line=line))
        await world.conclude(filing, "quarantine")
    await _look(world)
    first = await _told(world, "/v1/risk/goods?limit=2")
    assert [each["member"] for each in first["items"]] == ["440321", "440711"]
    rest = await _told(world, f"/v1/risk/goods?limit=2&cursor={first['next']}")
    assert [each["member"] for each in rest["items"]] == ["440810"]
    assert rest["next"] is None
    unknown = await _told(world, "/v1/risk/goods/4418")
    assert (unknown["group"], unknown["found"], unknown["inspected"]) == ("44", 0, 0)
    low, middle, high = (
        Decimal(unknown[name]) for name in ("percent_low", "percent", "percent_high")
    )
    assert 0 <= low < middle < high <= 100


async def test_a_heading_has_the_same_figures_alone_and_in_the_list(world: World) -> None:
    """Also where it has rows of its own, from before codes had six digits."""
    await _inspected(world, 1)
    await _inspected(world, 2, Verdict.NONCONFORM)
    await _look(world)
    await world.execute(
        "INSERT INTO inspection_findings SELECT requirement_id, kind, '4407', found"
        " FROM inspection_findings WHERE kind = 'goods' AND found"
    )
    await _look(world)
    heading, code = (await _told(world, "/v1/risk/goods"))["items"]
    assert (heading["member"], heading["found"], heading["inspected"]) == ("4407", 2, 3)
    assert (code["member"], code["found"], code["inspected"]) == ("440711", 1, 2)
    assert await _told(world, WOOD) == heading


async def test_who_asks_for_no_code_is_told_which_there_are(world: World) -> None:
    for member in ("44071", "4407110000", "wood"):
        refused = await world.get(f"/v1/risk/goods/{member}")
        assert (refused.status_code, refused.json()["code"]) == (404, "no_such_member")
        assert refused.json()["mend"]["en"].endswith("the first 6 or 4 digits of an HS code.")


async def test_a_process_that_begins_learns_before_it_decides(world: World) -> None:
    for serial in range(4):
        await _inspected(world, serial)
    await _look(world)
    fresh = Rulebook.of(world.settings)
    async with world.service.kit.database.connect() as connection:
        known = await learning.learnt(connection, fresh)
    assert known == world.service.api.state.book.learnt
