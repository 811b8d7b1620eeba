"""Both agencies and the company are told of a suspension at once, and nobody else."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from shared.contracts.values import Verdict
from tests import factories
from tests.integration.mutual_recognition.test_suspensions import BACK, PATH, WHY, _as
from tests.integration.mutual_recognition.world import World, wood
from tests.streams import Reader, looked_for, reading

OFFICES = (
    (Role.OFFICER, "", "customs"),
    (Role.SUPERVISOR, "", "quarantine"),
    (Role.BROKER, factories.CONSIGNEE, ""),
)


async def _of(world: World, role: Role, org: str, agency: str, query: str = "") -> Any:
    answer = await world.get(f"/v1/notices{query}", role, org=org, agency=agency)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def _suspend(world: World) -> str:
    answer = await _as(world, "duty", "customs", PATH, WHY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["items"][-1]["id"])


async def test_a_suspension_by_hand_and_its_end_are_told_to_both_agencies_and_the_company(
    world: World,
) -> None:
    await world.trust()
    suspension = await _suspend(world)
    await _as(world, "head", "customs", f"{PATH}/{suspension}/lift", BACK)
    for office in OFFICES:
        told = await _of(world, *office)
        assert [(each["kind"], each["agency"], each["uscc"]) for each in told] == [
            ("suspended", "customs", factories.CONSIGNEE),
            ("lifted", "customs", factories.CONSIGNEE),
        ]
        assert {each["suspension_id"] for each in told} == {suspension}
        assert (told[0]["grounds"], told[0]["way_back"]) == (WHY["grounds"], WHY["way_back"])
        assert told[1]["lifted_because"] == BACK["grounds"]
    assert await _of(world, Role.BROKER, factories.BROKER, "") == []


async def test_a_suspension_by_the_policy_tells_what_was_found_where(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", Verdict.NONCONFORM)
    for office in OFFICES:
        (told,) = await _of(world, *office)
        assert (told["kind"], told["agency"]) == ("suspended", "quarantine")
        assert told["filing_id"] == str(filing)
        assert told["liftable_from"]


async def test_a_notice_is_unread_until_somebody_of_the_office_acknowledges_it(
    world: World,
) -> None:
    await world.trust()
    await _suspend(world)
    (notice,) = await _of(world, *OFFICES[0])
    path = f"/v1/notices/{notice['number']}/acknowledge"
    first = await _as(world, "head", "customs", path, {})
    assert (first.status_code, first.json()["acknowledged_by"]) == (200, "head")
    later = await _as(world, "deputy", "customs", path, {})
    assert later.json()["acknowledged_by"] == "head"
    assert await _of(world, *OFFICES[0], "?unread=true") == []
    assert len(await _of(world, *OFFICES[1], "?unread=true")) == 1
    assert len(await _of(world, *OFFICES[2], "?unread=true")) == 1
    other = await world.post(path, {}, role=Role.BROKER, agency="")
    assert (other.status_code, other.json()["code"]) == (404, "no_such_notice")


async def test_agencies_and_the_company_hear_of_it_on_their_open_streams(world: World) -> None:
    await world.trust()

    def at(role: Role, org: str, agency: str = "") -> AbstractAsyncContextManager[Reader]:
        path = "/v1/notices/events"
        return reading(world.service, path, role=role, org=org, agency=agency, last=0)

    async with (
        looked_for(world.service),
        at(Role.BROKER, factories.CONSIGNEE) as company,
        at(Role.SUPERVISOR, "quarantine", "quarantine") as agency,
        at(Role.BROKER, factories.BROKER) as other,
    ):
        suspension = await _suspend(world)
        for reader in (company, agency):
            (told,) = await reader.until(1)
            assert (told["kind"], told["suspension_id"]) == ("suspended", suspension)
        await other.until(0, ids=2)
        assert other.events == []


async def test_the_database_keeps_notices_as_they_were(world: World) -> None:
    await world.trust()
    await _suspend(world)
    for statement in (
        "UPDATE suspension_notices SET kind = 'lifted'",
        "DELETE FROM suspension_notices",
        "TRUNCATE suspension_notices CASCADE",
    ):
        with pytest.raises(IntegrityError):
            await world.execute(statement)


async def test_a_suspension_or_its_end_without_a_notice_is_seen(world: World) -> None:
    await world.trust()
    silent = "ALTER TABLE company_suspensions {} TRIGGER told"
    await world.execute(silent.format("DISABLE"))
    suspension = await _suspend(world)
    check = "every suspension and its end have a notice"
    assert await world.broken() == {check: [suspension]}
    await world.execute(
        "INSERT INTO suspension_notices (kind, suspension_id, told_at)"
        " SELECT 'suspended', id, suspended_at FROM company_suspensions"
    )
    assert await world.broken() == {}
    await _as(world, "head", "customs", f"{PATH}/{suspension}/lift", BACK)
    assert await world.broken() == {check: [suspension]}


async def test_companies_leave_room_for_the_agencies_streams(world: World) -> None:
    service = app.create(world.service.kit, Settings(streams=2))

    def at(role: Role, org: str, agency: str = "") -> AbstractAsyncContextManager[Reader]:
        return reading(service, "/v1/notices/events", role=role, org=org, agency=agency)

    async def status(reader: Reader) -> int:
        async with asyncio.timeout(20):
            while not reader.status:
                await asyncio.sleep(0)
        return reader.status

    async with (
        at(Role.BROKER, factories.CONSIGNEE) as first,
        at(Role.BROKER, factories.BROKER) as second,
        at(Role.OFFICER, "customs", "customs") as agency,
    ):
        assert [await status(each) for each in (first, second, agency)] == [200, 429, 200]
