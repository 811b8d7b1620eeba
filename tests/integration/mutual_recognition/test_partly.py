"""A filing's containers are decided one by one, on a real database."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from shared.auth.principal import Role
from shared.contracts import derived
from shared.contracts.values import Scope, Verdict
from tests import factories
from tests.integration.mutual_recognition.boxes import PARTLY, A, B, C, both, partly, three
from tests.integration.mutual_recognition.world import WOOD, World


async def test_a_container_is_released_once_both_have_concluded_on_it(world: World) -> None:
    filing = await world.accept(three())
    await world.conclude(filing, "quarantine", containers=(A, B))
    await world.conclude(filing, "customs", containers=(C,))
    assert await world.told(filing) == ["requirement.determined"]
    await world.conclude(filing, "customs", containers=(B,))
    assert await partly(world, filing) == [("released", [B])]
    assert (await world.last(filing, PARTLY))["reason"] == {
        "en": f"{B}: quarantine: conforms; customs: conforms",
        "zh": f"{B}：检验检疫：合格；海关：合格",
    }
    await world.conclude(filing, "customs", containers=(A,))
    assert await world.broken() == {}
    await world.conclude(filing, "quarantine", containers=(C,))
    assert await partly(world, filing) == [("released", [B]), ("released", [A])]
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["containers"]) == ("released", [])
    assert await world.broken() == {}


async def test_what_is_refused_entry_ends_the_filing_once_the_others_are_decided(
    world: World,
) -> None:
    filing = await world.accept(three())
    await both(world, filing, B, by=Verdict.NONCONFORM)
    await both(world, filing, A)
    assert (await world.told(filing))[-1] == PARTLY
    await both(world, filing, C)
    assert await partly(world, filing) == [
        ("refused_entry", [B]),
        ("released", [A]),
        ("released", [C]),
    ]
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["containers"]) == ("refused_entry", [B])
    assert met["reason"]["en"] == f"{B}: quarantine: conforms; customs: does not conform"
    assert await world.broken() == {}


async def test_what_is_held_waits_while_the_others_are_released(world: World) -> None:
    filing = await world.accept(three())
    await both(world, filing, A, by=Verdict.SUSPEND)
    await world.conclude(filing, "quarantine")
    assert await partly(world, filing) == [("held", [A])]
    await world.conclude(filing, "customs", containers=(B, C))
    assert await partly(world, filing) == [("held", [A]), ("released", [B, C])]
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["containers"]) == ("held", [A])
    assert await world.broken() == {}
    await world.conclude(filing, "customs", containers=(A,))
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_verdict_for_all_leaves_alone_what_was_decided(world: World) -> None:
    filing = await world.accept(three())
    await both(world, filing, A)
    await world.conclude(filing, "quarantine")
    await world.conclude(filing, "customs", Verdict.NONCONFORM)
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["containers"]) == ("refused_entry", [B, C])
    assert await partly(world, filing) == [("released", [A])]
    assert await world.broken() == {}


async def test_a_late_selection_is_of_what_was_not_released(world: World) -> None:
    filing = await world.accept(three(lines=[_dutiable(number) for number in (1, 2, 3)]))
    await world.conclude(filing, "quarantine", containers=(A,))
    order = {"scope": "unpack", "reason": "线索 a tip"}
    path = f"/v1/requirements/{derived.requirement_id(filing)}/orders"
    assert (await world.post(path, order, role=Role.OFFICER)).status_code == 202
    await world.conclude(filing, "quarantine", containers=(B, C))
    assert await partly(world, filing) == [("released", [A])]
    await world.conclude(filing, "customs")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


def _dutiable(number: int) -> dict[str, Any]:
    return factories.line(number, **WOOD, duty_percent="5")


async def test_a_shallow_look_releases_no_container(world: World) -> None:
    filing = await world.accept(three())
    await world.conclude(filing, "quarantine", containers=(A,), scope=Scope.SCAN)
    await world.conclude(filing, "customs", containers=(A,))
    assert await partly(world, filing) == []


async def test_the_database_keeps_what_was_decided_of_a_container(world: World) -> None:
    filing = await world.accept(three())
    await both(world, filing, A)
    for change in ("ends = '{}'", f"ends = jsonb_set(ends, '{{{A},outcome}}', '\"held\"')"):
        with pytest.raises(IntegrityError, match="never changed"):
            await world.execute(f"UPDATE requirements SET {change}")


async def test_a_requirement_tells_how_each_container_stands(world: World) -> None:
    filing = await world.accept(three())
    await both(world, filing, A)
    await both(world, filing, B, by=Verdict.NONCONFORM)
    path = f"/v1/requirements/{derived.requirement_id(filing)}"
    seen = (await world.get(path, Role.BROKER, org=factories.BROKER)).json()["containers"]
    assert [(each["number"], each["outcome"]) for each in seen] == [
        (A, "released"),
        (B, "refused_entry"),
        (C, None),
    ]


async def test_a_bad_word_about_a_released_container_takes_nothing_back_and_is_seen(
    world: World,
) -> None:
    filing = await world.accept(three())
    await both(world, filing, A)
    await world.conclude(filing, "customs", Verdict.NONCONFORM, containers=(A,))
    assert await partly(world, filing) == [("released", [A])]
    assert set(await world.broken()) == {"nothing is released against an agency's last word"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (
            "ALTER TABLE requirement_conclusions DISABLE TRIGGER USER;"
            "DELETE FROM requirement_conclusions WHERE agency = 'customs'",
            "what is released or met has every conclusion it needs",
        ),
        (
            "ALTER TABLE requirements DISABLE TRIGGER decided_once;"
            "UPDATE requirements SET status = 'met', outcome = 'released',"
            f" ends = jsonb_set(ends, '{{{A},outcome}}', '\"refused_entry\"')",
            "all is released where the whole is, else something is refused entry",
        ),
        (
            "INSERT INTO outbox (event_id, aggregate, aggregate_id, aggregate_version, type,"
            " envelope, occurred_at, emission) SELECT gen_random_uuid(), aggregate, aggregate_id,"
            " aggregate_version + 9, type, envelope, occurred_at, 1 FROM outbox",
            "a container is released or refused entry once",
        ),
    ],
)
async def test_a_broken_invariant_of_containers_is_seen(
    world: World, statement: str, check: str
) -> None:
    filing = await world.accept(three())
    await both(world, filing, A)
    assert await world.broken() == {}
    for part in statement.split(";"):
        await world.execute(part)
    assert check in await world.broken()


async def test_an_order_and_a_release_at_once_leave_each_container_in_one_clear_state(
    world: World,
) -> None:
    lines = [_dutiable(number) for number in (1, 2, 3)]
    filings = [await world.accept(three(lines=lines, reference=str(n))) for n in range(6)]
    order = {"scope": "sample", "reason": "线索 a tip"}

    async def tip(filing: Any) -> int:
        path = f"/v1/requirements/{derived.requirement_id(filing)}/orders"
        answer = await world.post(path, order, role=Role.OFFICER, agency="quarantine")
        return answer.status_code

    for wave in ((A,), (B,)):
        concluding = [world.conclude(each, "quarantine", containers=wave) for each in filings]
        tips = asyncio.gather(*map(tip, filings))
        await asyncio.gather(*concluding)
        assert set(await tips) <= {202, 409}
    for filing in filings:
        told = await partly(world, filing)
        assert told in ([], [("released", [A])])
    assert await world.broken() == {}
