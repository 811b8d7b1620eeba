"""Containers are released by recognition one by one, on a real database."""

from shared.contracts.recognition import TOTAL
from shared.contracts.values import Verdict
from tests.integration.mutual_recognition.boxes import PARTLY, A, B, C, partly, three
from tests.integration.mutual_recognition.world import World, found


async def test_a_container_is_released_by_recognition_when_its_goods_agree(world: World) -> None:
    await world.trust()
    filing = await world.accept(three())
    await world.conclude(filing, "quarantine", containers=(A,), found=(found(1),))
    assert await world.told(filing) == [
        "requirement.determined",
        "recognition.expected",
        PARTLY,
    ]
    assert (await world.last(filing, PARTLY))["recognised"] == ["name", "quantity", "weight"]
    await world.conclude(filing, "quarantine", containers=(C,), found=(found(3),))
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM, containers=(B,))
    assert (await world.told(filing))[-3:] == [
        "recognition.granted",
        "requirement.met",
        "requirement.company_suspended",
    ]
    granted = await world.last(filing, "recognition.granted")
    assert {each["line"] for each in granted["verdicts"]} == {1, 3, TOTAL}
    assert (await world.last(filing, "requirement.met"))["outcome"] == "refused_entry"
    assert await world.broken() == {}


async def test_what_was_recognised_stays_released_when_another_container_disagrees(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(three())
    await world.conclude(filing, "quarantine", containers=(A,), found=(found(1),))
    await world.conclude(filing, "quarantine", containers=(B,), found=(found(2, net_kg="950"),))
    assert (await world.told(filing))[-2:] == ["recognition.refused", "requirement.revised"]
    await world.conclude(filing, "quarantine", containers=(C,), found=(found(3),))
    assert await partly(world, filing) == [("released", [A])]
    await world.conclude(filing, "customs", containers=(B, C))
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_containers_that_share_a_line_are_compared_together(world: World) -> None:
    await world.trust()
    filing = await world.accept(three(shared=True))
    half = found(1, quantity="250", net_kg="500")
    await world.conclude(filing, "quarantine", containers=(A,), found=(half,))
    assert await partly(world, filing) == []
    await world.conclude(filing, "quarantine", containers=(B,), found=(half, found(2)))
    assert await partly(world, filing) == [("released", [A, B])]
    await world.conclude(filing, "quarantine", containers=(C,), found=(found(3),))
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_refusal_names_the_conclusion_with_findings_and_not_that_on_what_shares_its_goods(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(three(shared=True))
    half = found(1, quantity="250", net_kg="500")
    await world.conclude(filing, "quarantine", containers=(A,), found=(half,))
    await world.conclude(
        filing, "quarantine", Verdict.MINOR, containers=(B,), found=(half, found(2))
    )
    assert (await world.last(filing, "recognition.refused"))["conclusions"] == [2]


async def test_a_release_that_nobody_recognised_is_seen(world: World) -> None:
    await world.trust()
    filing = await world.accept(three())
    await world.conclude(filing, "quarantine", containers=(A,), found=(found(1),))
    assert await world.broken() == {}
    await world.execute("ALTER TABLE requirements DISABLE TRIGGER decided_once")
    await world.execute(
        f"UPDATE requirements SET ends = jsonb_set(ends, '{{{A},recognised}}', '[]')"
    )
    assert set(await world.broken()) == {"a release in mode recognition has its recognition"}


async def test_containers_that_are_each_a_little_short_are_not_all_recognised(
    world: World,
) -> None:
    """The founding tolerance is 3 percent, or half a kilogram where that is more."""
    await world.trust()
    body = three()
    lines = [line | {"net_kg": "1", "gross_kg": "2"} for line in body["lines"]]
    filing = await world.accept({**body, "lines": lines, "net_kg": "3"})
    short = {"net_kg": "0.5"}
    await world.conclude(filing, "quarantine", containers=(A,), found=(found(1, **short),))
    assert await partly(world, filing) == [("released", [A])]
    await world.conclude(filing, "quarantine", containers=(C,), found=(found(3, **short),))
    assert await partly(world, filing) == [("released", [A])]
    refused = await world.last(filing, "recognition.refused")
    apart = [(each["line"], each["found"]) for each in refused["verdicts"] if not each["agrees"]]
    assert apart == [(TOTAL, "1.0 KGM")]
    assert await world.broken() == {}


async def test_the_gross_weight_of_all_containers_is_compared_with_what_was_declared_of_all(
    world: World,
) -> None:
    """What each of them weighs may be anything; three tonnes are 9.1 percent less than 3.3."""
    await world.trust()
    filing = await world.accept(three(gross_kg="3300"))
    for number, part, weight in ((1, A, "1300"), (2, B, "1000"), (3, C, "700")):
        await world.conclude(
            filing, "quarantine", containers=(part,), found=(found(number),), gross_kg=weight
        )
    assert await partly(world, filing) == [("released", [A]), ("released", [B])]
    refused = await world.last(filing, "recognition.refused")
    apart = [
        (each["declared"], each["found"], each["gross"])
        for each in refused["verdicts"]
        if not each["agrees"]
    ]
    assert apart == [("3300 KGM", "3000 KGM", True)]
    assert "requirement.company_suspended" not in await world.told(filing)
    assert await world.broken() == {}
