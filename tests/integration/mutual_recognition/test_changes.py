"""Withdrawals and amendments: refused, noted, or carried out with the inspection's leave."""

from shared.contracts.filing import WithdrawalRequested
from shared.contracts.values import Purpose, Scope, Verdict
from shared.messaging.inbox import Applied
from tests import factories, kits
from tests.integration.mutual_recognition.world import World, found, laptops, wood


async def test_a_withdrawal_voids_once_nothing_was_opened(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.withdraw(filing)
    assert (await world.told(filing))[-1] == "requirement.leave_asked"
    await world.leave(filing, Purpose.WITHDRAW)
    assert (await world.told(filing))[-2:] == ["requirement.voided", "recognition.lapsed"]
    assert await world.broken() == {}


async def test_a_withdrawal_is_refused_when_the_container_is_open(world: World) -> None:
    filing = await world.accept(wood())
    await world.withdraw(filing)
    await world.leave(filing, Purpose.WITHDRAW, given=False)
    refused = await world.last(filing, "requirement.change_refused")
    assert (refused["purpose"], refused["revision"]) == ("withdraw", 1)
    await world.withdraw(filing)
    assert (await world.told(filing))[-1] == "requirement.leave_asked"


async def test_what_is_met_is_not_changed_any_more(world: World) -> None:
    filing = await world.accept(laptops())
    await world.withdraw(filing)
    await world.amend(filing, wood())
    assert (await world.told(filing))[2:] == ["requirement.change_refused"] * 2


async def test_an_amendment_that_changes_nothing_decided_on_is_only_noted(world: World) -> None:
    filing = await world.accept(wood())
    await world.amend(filing, wood(reference="corrected", packages=41))
    assert (await world.told(filing))[-1] == "requirement.amendment_noted"
    noted = await world.last(filing, "requirement.amendment_noted")
    assert (noted["filing_version"], noted["revision"]) == (2, 1)
    assert await world.broken() == {}


async def test_the_gross_weight_is_compared_so_to_amend_it_alone_asks_leave(world: World) -> None:
    filing = await world.accept(wood())
    await world.amend(filing, wood(gross_kg="2160"))
    assert (await world.told(filing))[-1] == "requirement.leave_asked"


async def test_an_amendment_of_the_goods_is_determined_anew(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.amend(filing, wood(line={"duty_percent": "8"}))
    assert (await world.told(filing))[-1] == "requirement.leave_asked"
    await world.leave(filing, Purpose.AMEND)
    assert (await world.told(filing))[-2:] == ["requirement.revised", "recognition.lapsed"]
    revised = await world.last(filing, "requirement.revised")
    assert (revised["mode"], revised["cause"], revised["filing_version"]) == (
        "joint",
        "amendment",
        2,
    )
    await world.amend(filing, wood(), version=3)
    await world.leave(filing, Purpose.AMEND)
    assert (await world.told(filing))[-1] == "requirement.revised"
    assert (await world.last(filing, "requirement.revised"))["mode"] == "joint"
    assert await world.broken() == {}


async def test_an_amendment_under_which_the_other_may_still_recognise_leaves_it_so(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.amend(filing, wood(line={"quantity": "900"}))
    await world.leave(filing, Purpose.AMEND)
    assert (await world.last(filing, "requirement.revised"))["mode"] == "recognition"
    await world.conclude(filing, "quarantine", found=(found(quantity="900"),))
    assert (await world.told(filing))[-2:] == ["recognition.granted", "requirement.met"]
    assert await world.broken() == {}


async def test_an_amendment_to_goods_that_nobody_selects_sheds_no_selection(world: World) -> None:
    filing = await world.accept(wood())
    before = (await world.last(filing, "requirement.determined"))["needs"]
    for version in (2, 3):
        goods = laptops(packages=version, gross_kg=f"{version}000")
        goods["lines"][0]["quantity"] = str(version)
        await world.amend(filing, goods, version=version)
        await world.leave(filing, Purpose.AMEND)
        revised = await world.last(filing, "requirement.revised")
        assert (revised["mode"], revised["needs"]) == ("joint", before)
        kept = [row for row in revised["rows"] if row["reason_zh"] == "修改前已布控"]
        assert [row["agency"] for row in kept] == ["quarantine", "customs"]
    assert (await world.told(filing))[-1] == "requirement.revised"
    assert await world.broken() == {}


async def test_what_was_concluded_on_is_not_amended_though_the_requirement_is_reopened(
    world: World,
) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine", Verdict.SUSPEND)
    await world.escalate(filing, "customs", Scope.UNPACK)
    assert (await world.told(filing))[-2:] == ["requirement.met", "requirement.revised"]
    await world.amend(filing, wood(line={"duty_percent": "5"}, reference="corrected"))
    refused = await world.last(filing, "requirement.change_refused")
    assert (refused["purpose"], refused["filing_version"]) == ("amend", 1)
    await world.conclude(filing, "quarantine")
    await world.conclude(filing, "customs")
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["filing_version"]) == ("released", 1)
    assert await world.broken() == {}


async def test_an_amendment_keeps_the_officers_order(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.escalate(filing, "customs")
    await world.amend(filing, wood(line={"duty_percent": "6"}))
    await world.leave(filing, Purpose.AMEND)
    revised = await world.last(filing, "requirement.revised")
    assert revised["mode"] == "joint"
    assert {need["agency"]: need["scope"] for need in revised["needs"]} == {
        "quarantine": "unpack",
        "customs": "sample",
    }


async def test_a_conclusion_refuses_the_change_that_still_waits(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.withdraw(filing)
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM)
    assert (await world.told(filing))[-2:] == ["requirement.change_refused", "requirement.met"]
    await world.leave(filing, Purpose.WITHDRAW, given=False)
    assert (await world.told(filing))[-1] == "requirement.met"
    assert await world.broken() == {}


async def test_leave_that_nobody_asked_for_changes_nothing(world: World) -> None:
    filing = await world.accept(wood())
    await world.leave(filing, Purpose.WITHDRAW)
    await world.leave(filing, Purpose.AMEND, given=False)
    assert await world.told(filing) == ["requirement.determined"]


async def test_an_answer_to_another_question_changes_nothing(world: World) -> None:
    filing = await world.accept(wood())
    await world.withdraw(filing)
    await world.leave(filing, Purpose.AMEND)
    await world.leave(filing, Purpose.AMEND, given=False)
    assert (await world.told(filing))[-1] == "requirement.leave_asked"


async def test_a_request_delivered_twice_asks_once(world: World) -> None:
    filing = await world.accept(wood())
    asked = WithdrawalRequested(filing_id=filing, filing_version=1, reason="sold")
    envelope = kits.enveloped(asked, version=2)
    applied = [await world.deliveries.deliver(envelope) for _ in range(2)]
    assert applied == [Applied.APPLIED, Applied.DUPLICATE]
    late = envelope.model_copy(update={"id": factories.counted_ids(99)()})
    assert await world.deliveries.deliver(late) is Applied.OLD
    assert (await world.told(filing)).count("requirement.leave_asked") == 1
