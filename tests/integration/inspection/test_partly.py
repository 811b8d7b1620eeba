"""Containers of one case are concluded on, decided and let go one by one, over HTTP."""

from typing import Any

from services.inspection.domain.moves import Status
from shared.contracts.requirement import RequirementPartlyMet
from shared.contracts.values import Container, Outcome
from tests import factories
from tests.factories import container_number
from tests.integration.inspection.room import CONFORM, NONCONFORM, SUSPEND, Body, Room
from tests.unit.inspection import builders as b

ONE, TWO = (container_number(serial) for serial in (1, 2))
BOXES = tuple(
    Container(number=number, size_type="45G1", lines=lines)
    for number, lines in ((ONE, (1,)), (TWO, (2,)))
)


def seals(*containers: str) -> Body:
    """The seals of these containers."""
    return {"seals": [{"container": each, "seal": "S1"} for each in containers]}


def decided(*containers: str, outcome: Outcome = Outcome.RELEASED) -> RequirementPartlyMet:
    """Mutual recognition has decided these containers."""
    return RequirementPartlyMet(
        filing_id=b.FILING,
        requirement_id=b.REQUIREMENT,
        filing_version=1,
        revision=1,
        containers=containers,
        outcome=outcome,
        reason=factories.said("all concluded"),
    )


async def opened(room: Room, **changes: Any) -> None:
    """Both containers are in the yard, opened by all who inspect."""
    await room.plan(containers=BOXES, **changes)
    await room.do("yard", "gate-in", seals(ONE, TWO))
    await room.do("customs", "open")


async def test_a_released_container_leaves_while_the_other_is_inspected(room: Room) -> None:
    await opened(room, **b.single())
    seen = await room.do("customs", "conclude", CONFORM | {"containers": [ONE]})
    section = seen["sections"]["customs"]
    assert (section["concluded"], section["open"]) == (False, [TWO])
    assert [each["containers"] for each in section["conclusions"]] == [[ONE]]
    assert await room.refused("yard", "gate-out", seals(ONE)) == (409, "case_move_not_allowed")
    await room.hear(decided(ONE))
    left = await room.do("yard", "gate-out", seals(ONE))
    assert (left["status"], left["gate"]["inside"]) == ("open", True)
    assert (left["gate"]["left"], left["decided"]) == ([ONE], {ONE: "released"})
    await room.do("customs", "conclude", NONCONFORM)
    await room.met(Outcome.REFUSED_ENTRY, containers=(TWO,))
    done = await room.do("yard", "gate-out", seals(TWO))
    assert (done["status"], done["gate"]["inside"]) == (Status.COMPLETED, False)
    assert done["counts"]["moves"] == 2
    kinds = [each["kind"] for each in (await room.see(path=f"/{b.CASE}/records"))["items"]]
    assert kinds[-6:] == [
        "partly_met",
        "gate_out_part",
        "partly_concluded",
        "abnormal_found",
        "completed",
        "gate_out",
    ]
    assert await room.broken() == []


async def test_a_later_verdict_on_a_released_container_is_refused(room: Room) -> None:
    await opened(room, **b.single())
    await room.do("customs", "conclude", CONFORM | {"containers": [ONE]})
    await room.hear(decided(ONE))
    told = await room.told()
    for body in (NONCONFORM, SUSPEND):
        refused = await room.refused("customs", "conclude", body | {"containers": [ONE]})
        assert refused == (409, "container_decided")
    assert await room.told() == told


async def test_what_is_loose_is_concluded_on_as_a_whole(room: Room) -> None:
    await room.plan(containers=(), **b.single())
    await room.do("customs", "open")
    answer = await room.send("customs", "conclude", CONFORM | {"containers": [ONE]})
    assert (answer.status_code, answer.json()["code"]) == (422, "faults")
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["pointer"]) == ("loose_cargo", "/containers")
    assert fault["mend"]["en"].startswith("Leave the containers out")
    await room.do("customs", "conclude", CONFORM)


async def test_a_case_is_held_for_one_container_alone(room: Room) -> None:
    await opened(room, **b.single())
    await room.do("customs", "conclude", SUSPEND | {"containers": [TWO]})
    await room.do("customs", "conclude", CONFORM | {"containers": [ONE]})
    await room.hear(decided(ONE))
    await room.met(Outcome.HELD, containers=(TWO,))
    held = await room.see()
    assert (held["status"], held["sections"]["customs"]["open"]) == ("awaiting_laboratory", [TWO])
    await room.do("customs", "conclude", CONFORM)
    assert (await room.told())[-1] == "partly_concluded"
    assert await room.broken() == []
