"""A suspended company is recognised no more, at once; another hand of the agency lifts it."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from shared.auth.principal import Role
from shared.contracts.values import Disposal, Verdict
from tests import factories, kits
from tests.integration.mutual_recognition.world import World, found, wood

PATH = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
WHY = {"grounds": "a false declaration 申报不实", "way_back": "pass an audit 通过稽核"}
BACK = {"grounds": "audit passed 稽核合格"}


async def _as(world: World, subject: str, agency: str, path: str, body: Any) -> Any:
    token = kits.token_issuer().mint(
        Role.SUPERVISOR,
        organisation=agency,
        agency=agency,
        subject=subject,
        now=world.service.kit.clock.wall(),
    )
    async with world.caller(Role.SUPERVISOR, agency) as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await client.post(path, json=body, headers=headers)


async def _suspend(world: World, agency: str = "customs") -> str:
    answer = await _as(world, "duty", agency, PATH, WHY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["items"][-1]["id"])


async def _mode(world: World, reference: str) -> str:
    filing = await world.accept(wood(reference=reference))
    return str((await world.last(filing, "requirement.determined"))["mode"])


@pytest.mark.parametrize("agency", ["customs", "quarantine"])
async def test_either_agency_suspends_at_once_and_another_hand_lifts(
    world: World, agency: str
) -> None:
    await world.trust()
    assert await _mode(world, "1") == "recognition"
    suspension = await _suspend(world, agency)
    assert await _mode(world, "2") == "joint"
    lifting = f"{PATH}/{suspension}/lift"
    codes = [
        (await _as(world, subject, by, lifting, BACK)).json().get("code")
        for subject, by in (
            ("duty", agency),
            ("head", "quarantine" if agency == "customs" else "customs"),
            ("head", agency),
            ("head", agency),
        )
    ]
    assert codes == ["suspender_cannot_lift", "no_such_suspension", None, "suspension_lifted"]
    assert await _mode(world, "3") == "recognition"
    assert await world.broken() == {}


async def test_what_was_expected_before_the_suspension_is_not_recognised_either(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await _suspend(world)
    await world.conclude(filing, "quarantine", found=(found(),))
    assert (await world.told(filing))[2:] == ["recognition.refused", "requirement.revised"]
    refused = await world.last(filing, "recognition.refused")
    assert refused["reason"] == {
        "en": "the company is suspended by customs",
        "zh": "企业已被海关暂停",
    }
    revised = await world.last(filing, "requirement.revised")
    assert [need["agency"] for need in revised["needs"]] == ["quarantine", "customs"]
    await world.conclude(filing, "customs")
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    assert await world.broken() == {}


async def test_a_bad_verdict_needs_no_second_agency_also_if_the_company_is_suspended(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await _suspend(world)
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM, disposal=Disposal.RETURN)
    assert (await world.last(filing, "requirement.met"))["outcome"] == "refused_entry"
    assert await world.broken() == {}


async def test_the_company_reads_why_and_its_way_back_and_no_other_company_does(
    world: World,
) -> None:
    await world.trust()
    await _suspend(world)
    again = await _as(world, "head", "customs", PATH, WHY)
    assert again.json()["code"] == "already_suspended"
    mine = await world.get(PATH, Role.BROKER, org=factories.CONSIGNEE)
    (told,) = mine.json()["items"]
    assert (told["agency"], told["way_back"]) == ("customs", WHY["way_back"])
    assert told["lifted_at"] is None
    assert (await world.get(PATH, Role.BROKER, org=factories.OTHER_BROKER)).status_code == 404
    unknown = f"/v1/companies/{factories.uscc(99)}/suspensions"
    assert (await _as(world, "duty", "customs", unknown, WHY)).status_code == 404


async def test_the_database_keeps_suspensions_as_they_were(world: World) -> None:
    await world.trust()
    await _suspend(world)
    for statement in (
        "UPDATE company_suspensions SET grounds = 'none'",
        "DELETE FROM company_suspensions",
        "UPDATE company_suspensions SET lifted_at = now(), lifted_because = '', lifted_by = 'duty'",
    ):
        with pytest.raises(IntegrityError):
            await world.execute(statement)
