"""Keys that come, change and go; records and codes that are none of ours."""

from pathlib import Path
from uuid import UUID

import httpx
import jwt
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.values import Outcome
from shared.service import Service
from tests import kits
from tests.factories import container_number
from tests.integration.declaration.asking import Json, filed, read
from tests.integration.declaration.noticed import (
    HTML,
    anybody,
    by_force,
    keys,
    looked_up,
    notices,
    released,
    with_key,
    without_key,
)
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

UNKNOWN = (
    "A" * 26,
    "a" * 26,
    "A" * 25,
    "keys2",
    "A" * 27,
    "%27%20OR%201=1",
    "'",
    "１" * 26,
    "x" * 4000,
)


async def test_without_a_key_cargo_is_released_and_its_notice_waits_for_one(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    keyless = without_key(service)
    async with kits.client(keyless) as client:
        found = await released(client, Deliveries(keyless))
        assert (await read(client, found))["status"] == "released"
        for path in ("release-notices", "release-notice.pdf"):
            refused = await client.get(f"/v1/filings/{found}/{path}")
            assert (refused.status_code, refused.json()["code"]) == (503, "no_seal_key")
        assert await keys(keyless) == []
        (issued,) = await notices(broker, found)
        assert await notices(client, found) == [issued]
    assert (await looked_up(keyless, issued)).json()["standing"] == "in_force"


async def test_notices_from_before_a_change_of_keys_still_verify(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries, tmp_path: Path
) -> None:
    first, second = [await released(broker, deliveries, reference=each) for each in ("A", "B")]
    (old,) = await notices(broker, first)
    changed = with_key(service, tmp_path)
    ready = await keys(changed)
    assert [each["since"] is None for each in ready] == [False, True]
    async with kits.client(changed) as client:
        assert await notices(client, first) == [old]
        (new,) = await notices(client, second)
    published = {each["kid"]: each for each in await keys(changed)}
    assert list(published) == [old["key_id"], new["key_id"]]
    assert published[old["key_id"]] == ready[0]  # not over: it may come back, or still seal
    for each in (old, new):
        assert (await looked_up(changed, each)).json()["standing"] == "in_force"
        jwt.decode(each["seal"], jwt.PyJWK(published[each["key_id"]]), algorithms=["EdDSA"])


async def test_a_notice_that_was_changed_in_the_database_is_seen(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    (notice,) = await notices(broker, await released(broker, deliveries))
    one, another = container_number(1), container_number(9)
    change = f"UPDATE release_notices SET text = replace(text, '{one}', '{another}')"
    with pytest.raises(IntegrityError, match="only grows"):
        async with service.kit.database.transaction() as session:
            await session.execute(text(change))
    await by_force(service, change)
    assert (await looked_up(service, notice)).json()["standing"] == "unproven"
    assert "does not match" in (await looked_up(service, notice, **HTML)).text


async def test_a_code_that_is_none_of_ours_is_told_the_same_whatever_it_is(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    (notice,) = await notices(broker, await released(broker, deliveries))

    def told(answer: httpx.Response) -> Json:
        return {
            name: value
            for name, value in answer.json().items()
            if name not in {"instance", "request_id"}
        }

    async with anybody(service) as client:
        answers = [await client.get(f"/v1/notices/{each}") for each in UNKNOWN]
        pages = [await client.get(f"/v1/notices/{each}", headers=HTML) for each in UNKNOWN]
        typed = await client.get(f"/v1/notices/{notice['address'].rsplit('/')[-1].lower()}")
    assert typed.json() == notice
    assert {each.status_code for each in (*answers, *pages)} == {404}
    assert all(told(each) == told(answers[0]) for each in answers)
    assert told(answers[0])["code"] == "release_notice_not_found"
    assert {each.text for each in pages} == {pages[0].text}


async def test_what_was_issued_is_had_without_a_key_though_a_later_notice_waits_for_one(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = str((await filed(broker))["id"])
    told = Told(UUID(found))
    await deliveries.bring(told.partly_met(container_number(1)))
    issued = await notices(broker, found)
    path = f"/v1/filings/{found}/release-notice.pdf"
    paper = await broker.get(path)
    await deliveries.bring(told.met(Outcome.RELEASED, container_number(2)))
    async with kits.client(without_key(service)) as client:
        assert await notices(client, found) == issued
        assert (await client.get(f"{path}?number=1")).content == paper.content
        assert (await client.get(path)).content == paper.content
        refused = await client.get(f"{path}?number=2")
        assert (refused.status_code, refused.json()["code"]) == (503, "no_seal_key")
    assert len(await notices(broker, found)) == 2
