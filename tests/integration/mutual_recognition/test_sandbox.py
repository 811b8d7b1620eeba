"""A filing's mark decides only where mutual recognition itself is configured as a sandbox."""

from dataclasses import replace

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from tests.integration.mutual_recognition.world import World, laptops

MARKED = laptops(reference="SANDBOX-JOINT-1") | {"sandbox": "joint"}


async def test_a_mark_decides_nothing_where_there_is_no_sandbox(world: World) -> None:
    filing = await world.accept(MARKED)
    determined = await world.last(filing, "requirement.determined")
    assert (determined["mode"], determined["sandbox"]) == ("none", None)


async def test_a_decision_by_a_mark_can_be_recomputed_where_there_is_no_sandbox_any_more(
    world: World,
) -> None:
    allowing = World(app.create(replace(world.service.kit, sandbox=True), Settings()))
    filing = await allowing.accept(MARKED)
    determined = await world.last(filing, "requirement.determined")
    assert (determined["mode"], determined["sandbox"]) == ("joint", "joint")
    assert await world.broken() == {}
