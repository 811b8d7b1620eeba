"""Late selection by an officer, and escalation in the yard."""

import asyncio
from typing import Any

from shared.auth.principal import Role
from shared.contracts import derived
from shared.contracts.values import Purpose, Scope
from tests.integration.mutual_recognition.world import World, found, laptops, wood

ORDER = {"scope": "unpack", "skills": ["ipr"], "reason": "a tip 举报"}


async def _order(world: World, filing: Any, agency: str = "customs", **changes: Any) -> Any:
    path = f"/v1/requirements/{derived.requirement_id(filing)}/orders"
    return await world.post(path, ORDER | changes, role=Role.OFFICER, agency=agency)


async def test_a_late_order_adds_the_officers_agency(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    answer = await _order(world, filing)
    assert answer.status_code == 202, answer.text
    assert answer.json()["mode"] == "joint"
    revised = await world.last(filing, "requirement.revised")
    assert (revised["cause"], revised["needs"][1]["agency"]) == ("late_selection", "customs")
    assert revised["needs"][1]["skills"] == ["ipr"]
    assert await world.broken() == {}


async def test_a_late_order_ends_an_expected_recognition(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    assert (await _order(world, filing)).json()["mode"] == "joint"
    assert (await world.told(filing))[-1] == "recognition.lapsed"
    assert await world.broken() == {}


async def test_what_is_met_takes_no_order(world: World) -> None:
    filing = await world.accept(laptops())
    refused = await _order(world, filing)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_met")


async def test_an_order_that_changes_nothing_is_refused(world: World) -> None:
    filing = await world.accept(wood())
    refused = await _order(world, filing, scope="scan", skills=["valuation"])
    assert (refused.status_code, refused.json()["code"]) == (409, "order_changes_nothing")


async def test_while_a_change_waits_no_order_is_taken(world: World) -> None:
    filing = await world.accept(wood())
    await world.withdraw(filing)
    refused = await _order(world, filing, scope="sample")
    assert (refused.status_code, refused.json()["code"]) == (409, "change_pending")
    await world.leave(filing, Purpose.WITHDRAW)
    assert (await _order(world, filing)).json()["code"] == "requirement_void"


BROKEN: tuple[dict[str, Any], ...] = (
    {"skills": ["plant"]},
    {"skills": ["ipr", "valuation", "ipr"]},
    {"minutes": 181},
    {"scope": "glance"},
    {"reason": ""},
    {"agency": "quarantine"},
)


async def test_an_order_that_no_team_could_carry_out_is_refused(world: World) -> None:
    filing = await world.accept(wood())
    statuses = [(await _order(world, filing, **changes)).status_code for changes in BROKEN]
    assert statuses == [422] * len(BROKEN)
    assert await world.told(filing) == ["requirement.determined"]


async def test_an_unknown_requirement_takes_no_order(world: World) -> None:
    filing = next(world.filings)
    assert (await _order(world, filing)).status_code == 404


async def test_an_escalation_deepens_and_calls_the_other_agency(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.escalate(filing, "customs", Scope.UNPACK)
    await world.escalate(filing, "quarantine", Scope.SAMPLE)
    revised = await world.last(filing, "requirement.revised")
    assert (revised["revision"], revised["cause"]) == (3, "escalation")
    assert [need["scope"] for need in revised["needs"]] == ["sample", "unpack"]
    await world.conclude(filing, "quarantine", scope=Scope.SAMPLE)
    await world.conclude(filing, "customs")
    assert (await world.told(filing))[-1] == "requirement.met"
    assert await world.broken() == {}


async def test_an_escalation_ends_an_expected_recognition(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.escalate(filing, "quarantine")
    assert (await world.told(filing))[-2:] == ["requirement.revised", "recognition.lapsed"]
    assert (await world.last(filing, "requirement.revised"))["mode"] == "joint"


async def test_a_late_or_needless_escalation_is_ignored(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.escalate(filing, "quarantine", Scope.SCAN)
    await world.conclude(filing, "quarantine", found=(found(),))
    await world.escalate(filing, "customs")
    assert await world.told(filing) == ["requirement.determined", "requirement.met"]


async def test_an_order_and_the_last_conclusion_at_once_leave_one_clear_state(
    world: World,
) -> None:
    filings = [await world.accept(wood(line={"duty_percent": "5"})) for _ in range(6)]
    racing = [world.conclude(filing, "quarantine") for filing in filings]
    answers, *_ = await asyncio.gather(
        asyncio.gather(*(_order(world, filing) for filing in filings)), *racing
    )
    for filing, answer in zip(filings, answers, strict=True):
        told = await world.told(filing)
        assert answer.status_code in {202, 409}
        assert ("requirement.met" in told) == (answer.status_code == 409)
    assert await world.broken() == {}
