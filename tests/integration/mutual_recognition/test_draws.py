"""The random draw hangs on the bill of lading: neither amending nor filing anew draws again."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.values import Purpose
from tests.integration.mutual_recognition.world import World, laptops, wood

FORGET_KEYS = (
    "ALTER TABLE decisions DISABLE TRIGGER USER",
    "UPDATE decisions SET draw_key = NULL",
    "ALTER TABLE decisions ENABLE TRIGGER USER",
)


async def _decision(world: World, filing: UUID) -> Any:
    required = (await world.get(f"/v1/requirements?filing_id={filing}")).json()["items"][0]
    return (await world.get(f"/v1/decisions/{required['decision_id']}")).json()


async def test_an_amendment_does_not_draw_again(world: World) -> None:
    filing = await world.accept(wood())
    before = await _decision(world, filing)
    await world.amend(filing, wood(line={"duty_percent": "8"}))
    await world.leave(filing, Purpose.AMEND)
    after = await _decision(world, filing)
    assert after["id"] != before["id"]
    assert after["draws"] == before["draws"]


async def test_filing_the_same_cargo_anew_does_not_draw_again(world: World) -> None:
    first = await world.accept(laptops())
    await world.withdraw(first)
    await world.leave(first, Purpose.WITHDRAW)
    anew = await world.accept(laptops(reference="anew", bill_of_lading="ostq-26030001"))
    one, other = await _decision(world, first), await _decision(world, anew)
    assert one["draw_key"] == other["draw_key"] == "bl/OSTQ26030001"
    assert one["draws"] == other["draws"]
    assert other["recomputed"]


async def test_another_bill_of_lading_draws_anew_and_sheds_nothing(world: World) -> None:
    filing = await world.accept(wood())
    before = await _decision(world, filing)
    await world.amend(filing, wood(bill_of_lading="OSTQ26039999"))
    await world.leave(filing, Purpose.AMEND)
    after = await _decision(world, filing)
    assert after["draw_key"] == "bl/OSTQ26039999"
    assert after["draws"] != before["draws"]
    needs = [each["outcome"]["needs"] for each in (before, after)]
    assert needs[0] == needs[1]
    assert await world.broken() == {}


async def test_a_decision_from_before_there_were_keys_is_recomputed_by_its_filings_id(
    world: World,
) -> None:
    filing = await world.accept(wood(bill_of_lading=None))
    assert (await _decision(world, filing))["draw_key"] == str(filing)
    async with world.service.kit.database.transaction() as session:
        for statement in FORGET_KEYS:
            await session.execute(text(statement))
    assert (await _decision(world, filing))["draw_key"] == str(filing)
    assert await world.broken() == {}
