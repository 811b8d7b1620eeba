"""Each event says what its writer had heard and told of the filing when it wrote it."""

from shared.contracts.values import QUARANTINE
from tests.integration.mutual_recognition.world import World, found, laptops, wood


async def test_a_release_says_which_conclusion_and_which_recognition_came_before_it(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, QUARANTINE, found=(found(),))
    assert [
        (each.type.removeprefix("onestop."), each.aggregateversion, each.knows)
        for each in await world.events(filing)
    ] == [
        ("requirement.determined.v1", 1, "filing=1"),
        ("recognition.expected.v1", 1, "filing=1,requirement=1"),
        ("recognition.granted.v1", 2, "case=1,filing=1,requirement=1"),
        ("requirement.met.v1", 2, "case=1,filing=1,recognition=2"),
    ]


async def test_other_filings_are_no_part_of_it(world: World) -> None:
    busy = await world.accept(wood())
    await world.conclude(busy, "customs")
    quiet = await world.accept(laptops())
    assert {each.knows for each in await world.events(quiet)} == {"filing=1"}
