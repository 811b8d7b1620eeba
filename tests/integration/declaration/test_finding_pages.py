"""Pages of what is found: each filing once, whatever is filed meanwhile, and by its own query."""

import asyncio
from typing import Any

import httpx
import pytest

from services.declaration import finding
from shared.service import Service
from tests import kits
from tests.factories import OTHER_BROKER, container_number, line
from tests.integration.declaration.asking import filed


async def page(client: httpx.AsyncClient, **query: Any) -> tuple[list[str], str | None]:
    """The references of one page, and the cursor of the next."""
    answer = await client.get("/v1/filings", params=query)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return [each["reference"] for each in told["items"]], told["next"]


async def pages(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The references of all pages."""
    shown, cursor = await page(client, **query)
    while cursor is not None:
        more, cursor = await page(client, cursor=cursor, **query)
        shown += more
    return shown


@pytest.mark.parametrize(
    "query",
    [{}, {"hs_code": "84"}, {"hs_code": "84", "status": "accepted"}, {"status": "accepted"}],
)
async def test_what_is_filed_between_two_pages_moves_none_of_them(
    broker: httpx.AsyncClient, query: dict[str, str]
) -> None:
    for number in range(5):
        await filed(broker, reference=f"R-{number}")
    shown, cursor = await page(broker, limit=2, **query)
    for number in range(5, 8):
        await filed(broker, reference=f"R-{number}")
    while cursor is not None:
        more, cursor = await page(broker, limit=2, cursor=cursor, **query)
        shown += more
    assert shown == ["R-4", "R-3", "R-2", "R-1", "R-0"]


async def test_filings_that_come_while_pages_are_read_hide_none_that_were_there(
    broker: httpx.AsyncClient,
) -> None:
    there = {(await filed(broker, reference=f"R-{number}"))["reference"] for number in range(12)}
    coming = (filed(broker, reference=f"N-{number}") for number in range(12))
    shown, *_ = await asyncio.gather(pages(broker, limit=3, hs_code="0805"), *coming)
    assert there <= set(shown)
    assert len(shown) == len(set(shown))


async def test_entries_that_do_not_fit_are_passed_over_however_many_they_are(
    broker: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FIRST", 2)
    monkeypatch.setattr(finding, "STEP", 3)
    for number in range(12):
        code = "0204100000" if number in (1, 6) else "8471300000"
        await filed(
            broker,
            reference=f"R-{number}",
            lines=[line(1, net_kg="1000"), line(2, hs_code=code, net_kg="1000")],
        )
    query = {"hs_code": "02", "container": container_number(1)}
    assert await pages(broker, limit=1, **query) == ["R-6", "R-1"]
    assert await pages(broker, limit=5, **query) == ["R-6", "R-1"]
    assert len(await pages(broker, limit=5, container=container_number(1), hs_code="84")) == 12


async def test_a_cursor_goes_on_with_its_own_query_alone(
    service: Service, broker: httpx.AsyncClient
) -> None:
    for number in range(3):
        await filed(broker, reference=f"R-{number}")
    _, cursor = await page(broker, limit=1, hs_code="84")
    assert (await page(broker, limit=2, hs_code="84", cursor=cursor))[0] == ["R-1", "R-0"]
    assert cursor is not None
    others: list[dict[str, str]] = [{}, {"hs_code": "85"}, {"hs_code": "84", "status": "accepted"}]
    for other in others:
        answer = await broker.get("/v1/filings", params={"cursor": cursor} | other)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (400, "cursor_of_another_query")
        assert "filters of the first page" in problem["mend"]["en"]
        assert problem["errors"][0]["pointer"] == "/query/cursor"
    async with kits.client(service, org=OTHER_BROKER) as stranger:
        answer = await stranger.get("/v1/filings", params={"cursor": cursor, "hs_code": "84"})
        assert answer.status_code == 400
