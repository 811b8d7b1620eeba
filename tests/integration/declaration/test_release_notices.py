"""Release notices over HTTP: issued once for each release, checked by anybody who holds one."""

import asyncio
import hashlib
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from sqlalchemy import text

from services.declaration import release_notices
from shared.contracts.values import Outcome
from shared.service import Service
from tests.factories import container_number, filing
from tests.integration.declaration.asking import ask, filed
from tests.integration.declaration.noticed import (
    HTML,
    by_force,
    keys,
    looked_up,
    notices,
    released,
    said,
)
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

ONE, TWO = container_number(1), container_number(2)


async def test_anybody_with_the_paper_sees_what_was_sealed_and_checks_the_seal(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await released(broker, deliveries)
    (notice,) = await notices(broker, found)
    whole = await looked_up(service, notice)
    assert whole.json() == notice
    assert notice["standing"] == "in_force"
    assert said(notice)["containers"] == [ONE, TWO]
    (key,) = await keys(service)
    read = jwt.decode(notice["seal"], jwt.PyJWK(key), algorithms=["EdDSA"])
    assert read["sha256"] == hashlib.sha256(notice["text"].encode()).hexdigest()
    assert (read["notice"], read["containers"]) == (said(notice)["number"], [ONE, TWO])
    assert key["kid"] == notice["key_id"]


async def test_people_see_a_page_that_no_search_engine_keeps(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    (notice,) = await notices(broker, await released(broker, deliveries))
    page = await looked_up(service, notice, **HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    for each in (said(notice)["number"], ONE, "Genuine and in force", "联合查验"):
        assert each in page.text


async def test_the_paper_of_a_notice_never_changes(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await released(broker, deliveries)
    path = f"/v1/filings/{found}/release-notice.pdf"
    first = await broker.get(path)
    assert first.headers["content-type"] == "application/pdf"
    (notice,) = await notices(broker, found)
    assert said(notice)["number"] in first.headers["content-disposition"]
    assert (await broker.get(f"{path}?number=1")).content == first.content
    missing = await broker.get(f"{path}?number=2")
    assert (missing.status_code, missing.json()["code"]) == (404, "notice_not_issued")


async def _ended(broker: httpx.AsyncClient, deliveries: Deliveries, *outcomes: Any) -> str:
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    for outcome in outcomes:
        await deliveries.bring(told.met(outcome))
    return found


@pytest.mark.parametrize("outcomes", [(), (Outcome.HELD,), (Outcome.REFUSED_ENTRY,), None])
async def test_what_is_open_held_refused_or_withdrawn_has_no_notice(
    broker: httpx.AsyncClient, deliveries: Deliveries, outcomes: tuple[Outcome, ...] | None
) -> None:
    found = await _ended(broker, deliveries, *(outcomes or ()))
    if outcomes is None:
        await ask(broker, found, "withdraw", {"reason": "sold"}, key="w")
        await deliveries.bring(Told(UUID(found)).voided())
    assert await notices(broker, found) == []
    refused = await broker.get(f"/v1/filings/{found}/release-notice.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_released")


async def test_many_who_ask_at_once_get_the_one_notice(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await released(broker, deliveries)
    answers = await asyncio.gather(*(notices(broker, found) for _ in range(20)))
    assert all(each == answers[0] for each in answers)
    async with service.kit.database.connect() as connection:
        kept = await connection.execute(text("SELECT count(*) FROM release_notices"))
        assert kept.scalar_one() == 1


async def test_what_is_cut_off_while_issuing_leaves_nothing_and_is_done_again(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    """Two are due; drawing the second one's code fails, after the first was written."""
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    await deliveries.bring(told.partly_met(ONE), told.met(Outcome.RELEASED, TWO))
    drawn = count()

    def draw() -> str:
        if next(drawn):
            raise OSError("cut off")
        return release_notices.draw_code()

    sealer = replace(service.api.state.sealer, draw=draw)
    kit = service.kit
    with pytest.raises(OSError, match="cut off"):
        await release_notices.of(kit.database, UUID(found), sealer=sealer, now=kit.clock.wall())
    async with kit.database.connect() as connection:
        kept = await connection.execute(text("SELECT count(*) FROM release_notices"))
        assert kept.scalar_one() == 0
    assert len(await notices(broker, found)) == 2


async def test_a_notice_says_the_same_whenever_it_is_first_asked_for(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await released(broker, deliveries)
    (at_once,) = await notices(broker, found)
    await by_force(service, "DELETE FROM release_notices")
    await deliveries.bring(Told(UUID(found)).company_suspended())
    (later,) = await notices(broker, found)
    assert (later["text"], later["seal"]) == (at_once["text"], at_once["seal"])
    assert later["address"] != at_once["address"]


async def test_each_partial_release_has_a_notice_of_its_own(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    await deliveries.bring(told.determined(), told.partly_met(TWO))
    (first,) = await notices(broker, found)
    paper = await broker.get(f"/v1/filings/{found}/release-notice.pdf")
    await deliveries.bring(told.met(Outcome.RELEASED, ONE))
    kept, last = await notices(broker, found)
    assert kept == first
    assert [said(each)["containers"] for each in (first, last)] == [[TWO], [ONE]]
    assert [said(each)["whole"] for each in (first, last)] == [False, True]
    again = await broker.get(f"/v1/filings/{found}/release-notice.pdf?number=1")
    assert again.content == paper.content


async def test_a_container_that_went_keeps_its_notice_though_another_is_refused_entry(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    await deliveries.bring(told.partly_met(ONE), told.met(Outcome.REFUSED_ENTRY, TWO))
    (notice,) = await notices(broker, found)
    assert (notice["standing"], said(notice)["containers"]) == ("in_force", [ONE])


async def test_a_notice_of_a_version_that_was_amended_says_so_to_everybody(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    await deliveries.bring(told.partly_met(ONE))
    (before,) = await notices(broker, found)
    await ask(broker, found, "amend", filing(packages=41), key="a")
    await deliveries.bring(told.noted(version=2), told.met(Outcome.RELEASED, TWO, version=2))
    first, last = await notices(broker, found)
    assert (first["text"], first["standing"]) == (before["text"], "amended")
    assert (said(last)["filing_version"], last["standing"]) == (2, "in_force")
    assert "amended since" in (await looked_up(service, before, **HTML)).text
