"""What an endpoint does not take is given up after a day, listed, and driven again."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import ServiceDatabase
from tests.integration.declaration.hooks import Hooked
from tests.receiver import Answer, Got, Receiver, receiver, takes


@pytest.fixture
async def hooked(service_database: ServiceDatabase) -> AsyncIterator[Hooked]:
    made = Hooked(await service_database("declaration"))
    yield made
    await made.close()


def fails(_: Got) -> Answer:
    return 500, {}, b"broken"


async def _given_up(hooked: Hooked, at: Receiver) -> str:
    """A webhook whose endpoint was away for more than a day; two filings, two receipts each."""
    made = await hooked.hook(at.url)
    at.behave = fails
    for _ in range(2):
        told = await hooked.filing()
        await hooked.deliveries.bring(told.determined())
    for _ in range(13):
        hooked.later(hours=2)
        await hooked.round()
    at.got.clear()
    at.behave = takes
    return f"/{made['id']}"


async def test_what_an_endpoint_does_not_take_for_a_day_is_listed_and_driven_again_in_order(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        path = await _given_up(hooked, at)
        first = await hooked.done("GET", f"{path}/failed?limit=3")
        rest = await hooked.done("GET", f"{path}/failed?cursor={first['next']}")
        failed = [*first["items"], *rest["items"]]
        assert len(failed) == 4
        assert {each["last_error"] for each in failed} == {"status", "unreachable"}
        later = next(each for each in failed if each["sequence"] == 2)
        assert await hooked.rounds() == 0
        one = await hooked.done("POST", f"{path}/failed/{later['id']}/redrive")
        assert one == {"redriven": 2}
        assert await hooked.rounds() == 2
        assert [each.told for each in at.notices] == [(later["filing_id"], n) for n in (1, 2)]
        missing = await hooked.call("POST", f"{path}/failed/{later['id']}/redrive")
        assert (missing.status_code, missing.json()["code"]) == (404, "notice_not_found")
        before, after = [{name: failed[0]["created_at"]} for name in ("until", "since")]
        assert await hooked.done("POST", f"{path}/failed/redrive", before) == {"redriven": 0}
        assert await hooked.done("POST", f"{path}/failed/redrive", after) == {"redriven": 2}
        assert await hooked.rounds() == 2
        assert (await hooked.done("GET", f"{path}/failed"))["items"] == []


async def test_an_endpoint_that_is_gone_disables_its_webhook_until_it_answers_again(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        told = await hooked.filing()
        await hooked.deliveries.bring(told.determined())
        at.behave = lambda _: (410, {}, b"")
        await hooked.rounds()
        path = f"/{made['id']}"
        off = await hooked.done("GET", path)
        assert (off["status"], off["reason"]) == ("disabled", "gone")
        await hooked.filing()
        assert await hooked.rounds() == 0
        assert len((await hooked.done("GET", f"{path}/failed"))["items"]) == 2
        assert (await hooked.call("PATCH", path, {"status": "active"})).status_code == 422
        at.behave = takes
        assert (await hooked.done("PATCH", path, {"status": "active"}))["reason"] is None
        await hooked.done("POST", f"{path}/failed/redrive", {})
        assert await hooked.rounds() == 2


async def test_a_paused_webhook_gathers_nothing_and_what_came_meanwhile_is_in_the_feed(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        path = f"/{(await hooked.hook(at.url))['id']}"
        told = await hooked.filing()
        await hooked.done("PATCH", path, {"status": "paused"})
        await hooked.deliveries.bring(told.determined())
        assert await hooked.rounds() == 0
        await hooked.done("PATCH", path, {"status": "active"})
        await hooked.deliveries.bring(told.confirmed())
        await hooked.rounds()
        assert [each.told[1] for each in at.notices] == [3]
    feed = (await hooked.broker.get("/v1/receipts")).json()["items"]
    assert [each["sequence"] for each in feed] == [1, 2, 3]


@pytest.mark.parametrize("how", ["moved", "resumed"])
async def test_a_webhook_that_is_moved_or_goes_on_has_a_day_anew_for_what_was_under_way(
    hooked: Hooked, how: str
) -> None:
    with receiver() as at, receiver() as other:
        path = f"/{(await hooked.hook(at.url))['id']}"
        at.behave = fails
        await hooked.filing()
        await hooked.rounds()
        await hooked.done("PATCH", path, {"status": "paused"})
        hooked.later(hours=25)
        at.behave = takes
        url = {"url": other.url} if how == "moved" else {}
        await hooked.done("PATCH", path, {"status": "active"} | url)
        at.behave = other.behave = fails
        assert await hooked.rounds() == 1
        assert (await hooked.done("GET", f"{path}/failed"))["items"] == []
        at.behave = other.behave = takes
        hooked.later(hours=1)
        assert await hooked.rounds() == 1
