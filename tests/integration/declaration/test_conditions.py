"""A filing's entity tag: it changes with what is shown, and a change can be asked for it alone."""

import itertools
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.values import Purpose
from shared.service import Service
from tests import kits
from tests.factories import filing
from tests.integration.declaration.asking import broken, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

WISH = {"reason": "sold elsewhere"}
CHANGES = [("amend", filing(packages=41)), ("withdraw", WISH)]


async def read(broker: httpx.AsyncClient, filing_id: str, **headers: str) -> tuple[int, str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await broker.get(f"/v1/filings/{filing_id}", headers=named)
    return answer.status_code, answer.headers["etag"], answer.json() if answer.content else None


async def ask(
    broker: httpx.AsyncClient, filing_id: str, change: str, body: Any, *, key: str, match: str
) -> httpx.Response:
    headers = kits.keyed(key) | {"If-Match": match}
    return await broker.post(f"/v1/filings/{filing_id}/{change}", json=body, headers=headers)


async def test_the_tag_changes_exactly_with_what_is_shown(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    seen = [(await read(broker, found["id"]))[1:]]
    for event in (
        told.determined(),
        told.confirmed(),
        told.opened(),
        told.revised(version=1, cause="late_selection"),
        told.concluded(),
        told.met(),
    ):
        await deliveries.bring(event)
        seen.append((await read(broker, found["id"]))[1:])
    tags = [tag for tag, _ in seen]
    assert len(set(tags)) == 5
    for (tag, shown), (tag_after, shown_after) in itertools.pairwise(seen):
        assert (tag == tag_after) is (shown == shown_after)


async def test_what_a_client_has_is_not_sent_again(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    answer = await broker.post("/v1/filings", json=filing(), headers=kits.keyed("f"))
    filing_id, tag = answer.json()["id"], answer.headers["etag"]
    assert await read(broker, filing_id, If_None_Match=tag) == (304, tag, None)
    await deliveries.bring(Told(UUID(filing_id)).determined())
    status, after, shown = await read(broker, filing_id, If_None_Match=tag)
    assert (status, after != tag, shown["requirement"]["revision"]) == (200, True, 1)


@pytest.mark.parametrize(("change", "body"), CHANGES)
async def test_a_change_of_a_filing_that_has_moved_on_is_refused(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries, change: str, body: Any
) -> None:
    found = await filed(broker)
    _, tag, _ = await read(broker, found["id"])
    await deliveries.bring(Told(UUID(found["id"])).determined())
    refused = await ask(broker, found["id"], change, body, key="c", match=tag)
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    _, current, shown = await read(broker, found["id"])
    assert (shown["status"], shown["pending"]) == ("accepted", None)
    assert refused.json()["errors"][0]["facts"] == {"current": current}
    done = await ask(broker, found["id"], change, body, key="c", match=f'{tag}, "x", {current}')
    assert done.status_code == 202
    assert done.headers["etag"] == (await read(broker, found["id"]))[1] != current
    assert await broken(service) == {}


@pytest.mark.parametrize(("change", "body"), CHANGES)
async def test_any_state_will_do_where_the_client_says_so(
    broker: httpx.AsyncClient, deliveries: Deliveries, change: str, body: Any
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).determined())
    weak = f"W/{(await read(broker, found['id']))[1]}"
    refused = await ask(broker, found["id"], change, body, key="c", match=weak)
    assert refused.status_code == 412
    assert (await ask(broker, found["id"], change, body, key="c", match="*")).status_code == 202


async def test_a_change_sent_twice_is_answered_the_same_though_the_filing_moved_on(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined())
    _, tag, _ = await read(broker, found["id"])
    first = await ask(broker, found["id"], "withdraw", WISH, key="w", match=tag)
    await deliveries.bring(told.change_refused(Purpose.WITHDRAW))
    again = await ask(broker, found["id"], "withdraw", WISH, key="w", match=tag)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    refused = await ask(broker, found["id"], "withdraw", WISH, key="w2", match=tag)
    assert refused.status_code == 412


async def test_an_answer_is_given_for_the_filing_as_it_was_seen(
    broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    path = f"/v1/filings/{(await filed(broker))['id']}"
    tags = [(await broker.get(path)).headers["etag"]]
    for _ in range(2):
        asked = await officer.post(
            f"{path}/questions", json={"text": "why?"}, headers=kits.keyed(f"q{len(tags)}")
        )
        assert asked.status_code == 201
        tags.append((await broker.get(path)).headers["etag"])
    statuses = []
    for key, tag in enumerate(tags):
        headers = kits.keyed(f"a{key}") | {"If-Match": tag}
        answer = await broker.post(
            f"{path}/questions/1/answer", json={"text": "so"}, headers=headers
        )
        statuses.append(answer.status_code)
    assert statuses == [412, 412, 200]
    assert (await broker.get(path)).headers["etag"] not in tags
