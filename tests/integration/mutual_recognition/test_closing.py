"""From the accepted filing to the end of its requirement, on a real database."""

from shared.contracts import derived
from shared.contracts.values import Disposal, Finding, Scope, Verdict
from tests import factories
from tests.integration.mutual_recognition.world import World, found, laptops, wood


async def test_what_nobody_selects_is_met_at_once(world: World) -> None:
    filing = await world.accept(laptops())
    assert await world.told(filing) == ["requirement.determined", "requirement.met"]
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_what_both_inspect_is_met_when_both_have_concluded(world: World) -> None:
    filing = await world.accept(wood())
    determined = await world.last(filing, "requirement.determined")
    assert determined["mode"] == "joint"
    assert [need["agency"] for need in determined["needs"]] == ["quarantine", "customs"]
    assert {row["row"] for row in determined["rows"]} >= {"Q-WOOD", "C-FREE-AGRI"}
    await world.conclude(filing, "customs")
    assert await world.told(filing) == ["requirement.determined"]
    await world.conclude(filing, "quarantine")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_shallow_look_meets_nothing(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine", scope=Scope.SCAN)
    assert await world.told(filing) == ["requirement.determined"]
    await world.conclude(filing, "quarantine", scope=Scope.SAMPLE)
    assert (await world.told(filing))[-1] == "requirement.met"


async def test_one_bad_verdict_refuses_entry(world: World) -> None:
    filing = await world.accept(wood())
    await world.conclude(filing, "customs", Verdict.NONCONFORM)
    await world.conclude(filing, "quarantine")
    met = await world.last(filing, "requirement.met")
    assert met["outcome"] == "refused_entry"
    assert met["reason"] == {
        "en": "quarantine: conforms; customs: does not conform",
        "zh": "检验检疫：合格；海关：不合格",
    }


async def test_a_suspended_verdict_holds_until_the_laboratory_answers(world: World) -> None:
    filing = await world.accept(wood())
    await world.conclude(filing, "customs")
    await world.conclude(filing, "quarantine", Verdict.SUSPEND)
    assert (await world.last(filing, "requirement.met"))["outcome"] == "held"
    assert await world.broken() == {}
    await world.conclude(filing, "quarantine")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_conclusion_after_the_end_changes_nothing(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine")
    told = await world.told(filing)
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM)
    assert await world.told(filing) == told


async def test_a_trusted_company_is_unpacked_once_and_recognised(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    assert await world.told(filing) == ["requirement.determined", "recognition.expected"]
    determined = await world.last(filing, "requirement.determined")
    assert determined["recognising"]["agency"] == "customs"
    await world.conclude(filing, "quarantine", found=(found(net_kg="1029"),))
    assert (await world.told(filing))[2:] == ["recognition.granted", "requirement.met"]
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["recognised"]) == ("released", ["name", "quantity", "weight"])
    granted = await world.last(filing, "recognition.granted")
    requirement_id = derived.requirement_id(filing)
    assert granted["recognition_id"] == str(derived.recognition_id(requirement_id))
    assert (granted["case_id"], granted["conclusions"]) == (
        str(derived.case_id(requirement_id)),
        [1],
    )
    assert await world.broken() == {}
    await world.execute("UPDATE recognitions SET conclusions = '[2]'")
    assert "granted recognitions" in " ".join(await world.broken())


async def test_goods_of_another_code_than_declared_are_not_recognised(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(hs_code="44071200"),))
    refused = await world.last(filing, "recognition.refused")
    assert "found 44071200" in refused["reason"]["en"]
    assert refused["conclusions"] == [1]


async def test_a_weight_too_far_off_calls_the_second_agency_to_the_container(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="1030.1"),))
    assert (await world.told(filing))[2:] == ["recognition.refused", "requirement.revised"]
    revised = await world.last(filing, "requirement.revised")
    assert (revised["mode"], revised["cause"]) == ("joint", "recognition_refused")
    assert (revised["revision"], len(revised["needs"])) == (2, 2)
    assert revised["rows"][-1]["row"] == "M-DEFAULT"
    assert await world.broken() == {}
    await world.conclude(filing, "customs")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_goods_that_were_not_counted_are_not_recognised(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine")
    assert "recognition.refused" in await world.told(filing)


async def test_a_result_with_findings_is_not_recognised(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(
        filing,
        "quarantine",
        Verdict.MINOR,
        findings=(Finding(code="mould", text="mould 霉变"),),
        found=(found(),),
    )
    assert (await world.told(filing))[2:] == ["recognition.refused", "requirement.revised"]
    assert await world.broken() == {}
    await world.conclude(filing, "customs")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_goods_that_must_be_treated_are_held_until_they_were(world: World) -> None:
    filing = await world.accept(wood(line={"duty_percent": "5"}))
    await world.conclude(filing, "quarantine", Verdict.MINOR, disposal=Disposal.TREAT)
    met = await world.last(filing, "requirement.met")
    assert (met["outcome"], met["reason"]["en"]) == ("held", "treatment ordered")
    assert await world.broken() == {}
    await world.conclude(filing, "quarantine", Verdict.MINOR)
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_bad_verdict_of_the_primary_releases_nothing(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM, found=(found(),))
    assert (await world.told(filing))[2:4] == ["requirement.met", "recognition.lapsed"]
    assert (await world.last(filing, "requirement.met"))["outcome"] == "refused_entry"
    assert await world.broken() == {}


async def test_a_recognition_waits_while_its_result_is_held(world: World) -> None:
    await world.trust()
    agreeing, differing = await world.accept(wood()), await world.accept(wood(reference="2"))
    for filing in (agreeing, differing):
        await world.conclude(filing, "quarantine", Verdict.SUSPEND)
        assert (await world.last(filing, "requirement.met"))["outcome"] == "held"
    assert await world.broken() == {}
    await world.conclude(agreeing, "quarantine", found=(found(),))
    assert (await world.last(agreeing, "requirement.met"))["outcome"] == "released"
    await world.conclude(differing, "quarantine", found=(found(quantity="490"),))
    assert (await world.told(differing))[-1] == "requirement.revised"
    assert await world.broken() == {}


async def test_a_rating_counts_from_its_first_to_its_last_day(world: World) -> None:
    await world.trust()
    until = {"grade": "high", "valid_from": "2026-01-01", "grounds": "x"}
    path = f"/v1/companies/{factories.CONSIGNEE}/ratings"
    ended = await world.post(path, {**until, "valid_to": "2026-03-01"})
    assert ended.status_code == 201
    assert "recognition.expected" in await world.told(await world.accept(wood()))
    await world.post(path, {**until, "grade": "low", "valid_to": "2026-03-02"})
    filing = await world.accept(wood(reference="2"))
    assert (await world.last(filing, "requirement.determined"))["mode"] == "joint"
