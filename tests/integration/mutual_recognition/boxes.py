"""A filing of three containers, and what agencies say of some of them."""

from typing import Any

from shared.contracts.values import Verdict
from tests import factories
from tests.integration.mutual_recognition.world import WOOD, World, wood

A, B, C = (factories.container_number(serial) for serial in (1, 2, 3))
PARTLY = "requirement.partly_met"


def three(*, shared: bool = False, **changes: Any) -> dict[str, Any]:
    """Wood in three containers, a goods line in each, or line 1 in the first two of them."""
    loads = ([1], [1, 2] if shared else [2], [3])
    return wood() | {
        "lines": [factories.line(number, **WOOD) for number in (1, 2, 3)],
        "containers": [
            factories.container(serial, lines=lines) for serial, lines in enumerate(loads, 1)
        ],
        "net_kg": "3000",
        **changes,
    }


async def both(world: World, filing: Any, *parts: str, by: Verdict = Verdict.CONFORM) -> None:
    """Both agencies conclude on these containers; customs says this."""
    await world.conclude(filing, "quarantine", containers=parts)
    await world.conclude(filing, "customs", by, containers=parts)


async def partly(world: World, filing: Any) -> list[tuple[str, list[str]]]:
    """What was told of some containers: outcome and numbers, in order."""
    told = [each for each in await world.events(filing) if each.type.endswith("partly_met.v1")]
    return [(each.data["outcome"], each.data["containers"]) for each in told]
