"""A bad finding or a false declaration suspends the company, by the policy of both agencies."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from shared.contracts.values import Disposal, Finding, Scope, Verdict
from tests import factories, kits
from tests.integration.mutual_recognition.boxes import A, B, partly, three
from tests.integration.mutual_recognition.world import World, found, wood

PATH = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
BACK = {"grounds": "audit passed 稽核合格"}
PESTS = (Finding(code="pest_found", text="live pests 活体害虫"),)


async def _refused(world: World, agency: str = "quarantine", **changes: Any) -> Any:
    """A filing of the trusted company at which an agency finds what may not come in."""
    filing = await world.accept(wood(**changes))
    await world.conclude(
        filing, agency, Verdict.NONCONFORM, disposal=Disposal.RETURN, findings=PESTS
    )
    return filing


async def _listed(world: World, query: str = "") -> Any:
    return (await world.get(f"/v1/suspensions{query}")).json()["items"]


def _later(world: World, after: timedelta) -> World:
    """The same service some time later."""
    clock = factories.still_clock(factories.NOW + after)
    return World(app.create(kits.kit(world.service.kit.database, clock=clock), Settings()))


async def _mode(world: World, number: int) -> str:
    filing = await world.accept(wood(reference=str(number)), filing_id=UUID(int=number))
    return str((await world.last(filing, "requirement.determined"))["mode"])


async def _lift(world: World, suspension: str, agency: str) -> Any:
    return await world.post(f"{PATH}/{suspension}/lift", BACK, agency=agency)


async def test_a_bad_finding_suspends_and_both_agencies_and_the_company_are_told(
    world: World,
) -> None:
    await world.trust()
    filing = await _refused(world)
    assert (await world.told(filing))[-1] == "requirement.company_suspended"
    told = await world.last(filing, "requirement.company_suspended")
    assert (told["agency"], told["company"]) == ("quarantine", factories.CONSIGNEE)
    assert told["reason"]["zh"] == "查出不准进出境的货物。"
    (listed,) = await _listed(world, "?status=open")
    assert (listed["filing_id"], listed["liftable_from"]) == (
        str(filing),
        (factories.NOW.date() + timedelta(days=180)).isoformat(),
    )
    assert (listed["policy"], listed["policy_row"]) == (1, "S-REFUSED")
    known = listed["known"]["filing"]
    assert (known["disposal"], known["findings"]) == ("return", ["pest_found"])
    mine = await world.get(PATH, Role.BROKER, org=factories.CONSIGNEE)
    assert "known" not in mine.json()["items"][0]
    assert "Pass an audit" in mine.json()["items"][0]["way_back"]
    later = await world.accept(wood(reference="later"))
    assert (await world.last(later, "requirement.determined"))["mode"] == "joint"
    assert await world.broken() == {}


async def test_a_false_declaration_suspends_for_as_long_as_its_row_says(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="500"),))
    assert (await world.told(filing))[2:] == [
        "recognition.refused",
        "requirement.revised",
        "requirement.company_suspended",
    ]
    # What disagrees stays the reason though it suspends: the mismatch table says how deep.
    refused = await world.last(filing, "recognition.refused")
    assert [each["element"] for each in refused["verdicts"] if not each["agrees"]] == ["weight"]
    revised = await world.last(filing, "requirement.revised")
    assert {each["agency"]: each["scope"] for each in revised["needs"]}["customs"] == "sample"
    (listed,) = await _listed(world)
    days = timedelta(days=30)
    assert listed["liftable_from"] == (factories.NOW.date() + days).isoformat()
    assert await world.broken() == {}


async def test_a_false_declaration_suspends_also_where_nothing_was_to_be_recognised(
    world: World,
) -> None:
    """Goods under duty; then a recognition that lapsed because customs was called in as well."""
    await world.trust()
    lapsed = await world.accept(wood(reference="lapsed"))
    joint = await world.accept(wood(line={"duty_percent": "8"}))
    await world.conclude(joint, "customs", found=(found(name="oak 橡木"),))
    await world.escalate(lapsed, "customs")
    await world.conclude(lapsed, "customs", found=(found(name="oak 橡木"),), scope=Scope.SAMPLE)
    assert "recognition.lapsed" in await world.told(lapsed)
    until = (factories.NOW.date() + timedelta(days=90)).isoformat()
    assert [
        (each["filing_id"], each["agency"], each["liftable_from"]) for each in await _listed(world)
    ] == [(str(filing), "customs", until) for filing in (lapsed, joint)]
    assert await world.broken() == {}


async def test_what_was_found_suspends_once_however_often_its_agency_concludes_on_the_filing(
    world: World,
) -> None:
    """The name is false in A, of a line that B holds as well; what is counted in B is right."""
    await world.trust()
    filing = await world.accept(three(shared=True))
    half: dict[str, Any] = {"quantity": "250", "net_kg": "500"}
    false, right = found(1, name="oak 橡木", **half), found(1, **half)
    await world.conclude(filing, "quarantine", containers=(A,), found=(false,))
    (given,) = await _listed(world)
    await world.conclude(filing, "quarantine", containers=(B,), found=(right, found(2)))
    assert await _listed(world) == [given]
    await world.conclude(filing, "customs", containers=(A,), found=(false,))
    assert [each["agency"] for each in await _listed(world)] == ["customs", "quarantine"]


async def test_it_is_lifted_from_its_day_on_by_its_agency_and_each_finding_for_itself(
    world: World,
) -> None:
    await world.trust()
    await _refused(world, reference="1")
    await _refused(world, reference="2")
    first, second = [each["id"] for each in await _listed(world)]
    early = await _lift(world, first, "quarantine")
    assert early.json()["code"] == "suspension_lasts"
    later = _later(world, timedelta(days=180))
    assert (await _lift(later, first, "customs")).json()["code"] == "no_such_suspension"
    assert (await _lift(later, first, "quarantine")).status_code == 200
    assert await _mode(later, 3) == "joint"
    assert (await _lift(later, second, "quarantine")).status_code == 200
    assert await _mode(later, 4) == "recognition"
    assert len(await _listed(later, "?status=lifted")) == 2


async def test_what_conforms_a_stranger_and_a_sandbox_suspend_nobody(world: World) -> None:
    await _refused(world)
    await world.trust()
    clean = await world.accept(wood(reference="clean"))
    await world.conclude(clean, "quarantine", found=(found(),))
    await _refused(world, reference="SANDBOX-REFUSED-1", sandbox="refused")
    assert await _listed(world) == []


async def test_also_what_is_found_after_the_end_suspends(world: World) -> None:
    await world.trust()
    filing = await _refused(world)
    assert (await world.last(filing, "requirement.met"))["outcome"] == "refused_entry"
    await world.conclude(filing, "customs", Verdict.NONCONFORM, disposal=Disposal.RETURN)
    assert {each["agency"] for each in await _listed(world)} == {"customs", "quarantine"}
    assert await world.broken() == {}


async def test_a_suspension_that_its_row_does_not_give_is_seen(world: World) -> None:
    await world.trust()
    await _refused(world)
    await world.execute("ALTER TABLE company_suspensions DISABLE TRIGGER lifted_once")
    await world.execute("UPDATE company_suspensions SET policy_row = 'S-NAME'")
    (broken,) = (await world.broken()).items()
    assert broken[0] == "suspensions by the policy can be recomputed"


@pytest.mark.parametrize("statement", ["SET known = '{}'", "SET liftable_from = '2026-01-01'"])
async def test_the_database_keeps_why(world: World, statement: str) -> None:
    await world.trust()
    await _refused(world)
    with pytest.raises(Exception, match="never changed but lifted"):
        await world.execute(f"UPDATE company_suspensions {statement}")


@pytest.mark.parametrize("first", ["bad", "good"])
async def test_what_suspends_has_nothing_recognised_in_whichever_order_it_is_concluded(
    world: World, first: str
) -> None:
    """A and B share a line, so A can only be compared once B is concluded on."""
    await world.trust()
    filing = await world.accept(three(shared=True))
    half = found(1, quantity="250", net_kg="500")
    good: dict[str, Any] = {"containers": (A,), "found": (half,)}
    bad: dict[str, Any] = {
        "verdict": Verdict.NONCONFORM,
        "disposal": Disposal.RETURN,
        "findings": PESTS,
        "containers": (B,),
        "found": (half, found(2)),
    }
    for each in (bad, good) if first == "bad" else (good, bad):
        await world.conclude(filing, "quarantine", **each)
    assert "recognition.refused" in await world.told(filing)
    assert await partly(world, filing) == [("refused_entry", [B])]
    assert len(await _listed(world, "?status=open")) == 1
