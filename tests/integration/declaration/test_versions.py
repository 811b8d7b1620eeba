"""The versions of a filing over HTTP: each is kept, and what differs between two is told."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.auth.principal import Role
from shared.service import Service
from tests import factories, kits
from tests.factories import filing
from tests.integration.declaration.asking import Json, ask, broken, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

AMENDED: Json = {
    "packages": 41,
    "lines": [
        factories.line(1, name="notebooks 笔记本电脑"),
        factories.line(2, hs_code="0805100000", name="fresh oranges 鲜橙", unit="KGM")
        | {"quantity": "1000"},
    ],
    "containers": [factories.container(3, lines=[1]), factories.container(2, lines=[2])],
}


@pytest.fixture
async def twice(broker: httpx.AsyncClient, deliveries: Deliveries) -> str:
    """A filing with two versions, and an amendment that was refused."""
    filing_id: str = (await filed(broker))["id"]
    told = Told(UUID(filing_id))
    await deliveries.bring(told.determined())
    await ask(broker, filing_id, "amend", filing(**AMENDED), key="a")
    await deliveries.bring(told.noted(version=2))
    return filing_id


async def got(client: httpx.AsyncClient, filing_id: str, path: str) -> Any:
    answer = await client.get(f"/v1/filings/{filing_id}/versions{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_version_is_listed_with_its_act_and_who_did_it(
    broker: httpx.AsyncClient, twice: str
) -> None:
    listed = (await got(broker, twice, ""))["items"]
    assert [(each["filing_version"], each["act"], each["by"]) for each in listed] == [
        (1, "file", "a broker"),
        (2, "amend", "a broker"),
    ]
    first = await got(broker, twice, "?limit=1")
    assert (len(first["items"]), first["next"]) == (1, "1")
    assert (await got(broker, twice, "?after=1"))["items"] == listed[1:]


async def test_each_version_is_kept_as_it_was_accepted(
    broker: httpx.AsyncClient, twice: str, deliveries: Deliveries
) -> None:
    await ask(broker, twice, "amend", filing(packages=99), key="b")
    await deliveries.bring(Told(UUID(twice)).noted(version=9))
    packages = [(await got(broker, twice, f"/{n}"))["consignment"]["packages"] for n in (1, 2)]
    assert packages == [40, 41]
    none = await broker.get(f"/v1/filings/{twice}/versions/3")
    assert (none.status_code, none.json()["code"]) == (404, "version_not_found")


async def test_what_differs_is_told_by_place_and_item(
    broker: httpx.AsyncClient, twice: str
) -> None:
    found = await got(broker, twice, "/1/differences/2")
    told = {tuple(map(str, each["path"])): each for each in found["items"]}
    packages = told["packages",]
    assert packages["item"]["id"] == "packages"
    assert packages["item"]["zh"] == "件数"
    assert packages["before"] == {"pointer": "/packages", "value": 40}
    assert packages["after"] == {"pointer": "/packages", "value": 41}
    name = told["lines", "['1']", "name"]
    assert (name["item"]["id"], name["item"]["number"] > 0) == ("goods_name", True)
    assert name["after"] == {"pointer": "/lines/0/name", "value": "notebooks 笔记本电脑"}
    gone = told["containers", f"['{factories.container_number(1)}']"]
    assert (gone["before"]["pointer"], gone["after"]) == ("/containers/0", None)
    assert gone["item"]["id"] == "container_number"
    come = told["containers", f"['{factories.container_number(3)}']"]
    assert (come["before"], come["after"]["value"]["size_type"]) == (None, "45G1")
    assert len(told) == 4


async def test_the_way_back_swaps_the_sides_and_nothing_differs_from_itself(
    broker: httpx.AsyncClient, twice: str
) -> None:
    there = (await got(broker, twice, "/1/differences/2"))["items"]
    back = (await got(broker, twice, "/2/differences/1"))["items"]
    sides = {(str(each["path"]), str(each["before"]), str(each["after"])) for each in there}
    assert sides == {(str(each["path"]), str(each["after"]), str(each["before"])) for each in back}
    assert (await got(broker, twice, "/2/differences/2"))["items"] == []
    none = await broker.get(f"/v1/filings/{twice}/versions/1/differences/3")
    assert (none.status_code, none.json()["code"]) == (404, "version_not_found")


async def test_another_company_sees_no_version(service: Service, twice: str) -> None:
    async with kits.client(service, Role.BROKER, org=factories.OTHER_BROKER) as stranger:
        for path in ("", "/1", "/1/differences/2"):
            answer = await stranger.get(f"/v1/filings/{twice}/versions{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "filing_not_found")


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE filing_contents SET content = content || '{"packages": 1}'""",
        "UPDATE filing_contents SET asked_by = 'nobody'",
        "DELETE FROM filing_contents WHERE filing_version = 2",
        "TRUNCATE filing_contents",
    ],
)
async def test_an_accepted_version_never_changes(service: Service, twice: str, change: str) -> None:
    with pytest.raises(IntegrityError, match="filing_contents only grows"):
        async with service.kit.database.transaction() as session:
            await session.execute(text(change))
    assert await broken(service) == {}
