"""Brokers say where they want to be told, and prove that they are at home there."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from services.declaration.webhooks import signing
from services.declaration.webhooks.addresses import Allowed
from services.declaration.webhooks.posting import Answered, Poster
from tests import kits
from tests.conftest import ServiceDatabase
from tests.integration.declaration.hooks import Hooked, signed
from tests.receiver import Answer, Behave, Got, receiver

SECRET = signing.new_secret(lambda count: b"k" * count)


@pytest.fixture
async def hooked(service_database: ServiceDatabase) -> AsyncIterator[Hooked]:
    made = Hooked(await service_database("declaration"))
    yield made
    await made.close()


async def test_a_broker_makes_reads_changes_and_deletes_a_webhook(hooked: Hooked) -> None:
    with receiver() as one, receiver() as other:
        made = await hooked.hook(one.url + "/in?a=b")
        assert (made["status"], made["url"]) == ("active", one.url + "/in?a=b")
        assert signing.key_of(made["secret"])
        (challenge,) = one.got
        assert challenge.path == "/in?a=b"
        assert signed(challenge, made["secret"])
        path = f"/{made['id']}"
        assert (await hooked.done("GET", path))["secret"] is None
        assert [each["id"] for each in (await hooked.done("GET", ""))["items"]] == [made["id"]]
        moved = await hooked.done("PATCH", path, {"url": other.url, "status": "paused"})
        assert (moved["url"], moved["status"]) == (other.url, "paused")
        assert signed(other.got[0], made["secret"])
        await hooked.done("DELETE", path)
        assert (await hooked.call("GET", path)).status_code == 404


async def test_a_broker_may_bring_its_own_secret(hooked: Hooked) -> None:
    with receiver() as at:
        assert (await hooked.hook(at.url, secret=SECRET))["secret"] == SECRET
        assert signed(at.got[0], SECRET)
        refused = await hooked.call("POST", "", {"url": at.url, "secret": "whsec_short"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "bad_secret")


def _says(status: int, body: bytes = b"", **headers: str) -> Behave:
    answer: Answer = (status, headers, body)
    return lambda _: answer


def _echo(got: Got) -> Answer:
    return 200, {}, json.dumps({"challenge": got.json["challenge"]}).encode()


def _elsewhere(got: Got) -> Answer:
    return (307, {"location": "/elsewhere"}, b"") if got.path == "/" else _echo(got)


def _at_length(got: Got) -> Answer:
    status, headers, said = _echo(got)
    return status, headers, b" " * 5000 + said


NOT_PROVEN: dict[str, tuple[Behave, str]] = {
    "says nothing": (lambda _: None, "timeout"),
    "fails": (_says(500), "status"),
    "has another answer": (_says(200, b'{"challenge": "x"}'), "another_answer"),
    "has no JSON": (_says(200, b"["), "another_answer"),
    "redirects": (_elsewhere, "redirected"),
    "answers at length": (_at_length, "another_answer"),
}


@pytest.mark.parametrize(("behave", "error"), NOT_PROVEN.values(), ids=NOT_PROVEN)
async def test_an_endpoint_that_does_not_answer_the_challenge_is_refused(
    hooked: Hooked, behave: Behave, error: str
) -> None:
    with receiver() as at:
        at.behave = behave
        refused = await hooked.call("POST", "", {"url": at.url})
    assert refused.status_code == 422
    assert refused.json()["code"] == "webhook_not_proven"
    assert refused.json()["errors"][0]["facts"]["error"] == error
    assert (await hooked.done("GET", ""))["items"] == []
    assert len(at.got) == 1


async def test_by_default_a_webhook_is_neither_http_nor_on_the_own_machine(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        for poster, url, code in (
            (Poster(allowed=Allowed(), seconds=1), at.url, "webhook_url_refused"),
            (Poster(allowed=Allowed(http=True), seconds=1), at.url, "webhook_not_proven"),
        ):
            hooked.service.api.state.poster = poster
            refused = await hooked.call("POST", "", {"url": url})
            assert (refused.status_code, refused.json()["code"]) == (422, code)
            await poster.close()
    assert at.got == []


async def test_a_request_that_is_sent_again_challenges_nobody_and_tells_the_secret_no_more(
    hooked: Hooked,
) -> None:
    headers = kits.keyed("once")
    with receiver() as at:
        made, again = [
            await hooked.broker.post("/v1/webhooks", json={"url": at.url}, headers=headers)
            for _ in range(2)
        ]
    secret = made.json()["secret"]
    assert again.json() == made.json() | {"secret": None}
    assert len(at.got) == 1
    assert secret not in await _kept(hooked)


async def test_a_rotated_secret_is_not_kept_with_the_key_either(hooked: Hooked) -> None:
    with receiver() as at:
        path = f"/{(await hooked.hook(at.url))['id']}/rotate"
    assert (await hooked.done("POST", path))["secret"] not in await _kept(hooked)


async def _kept(hooked: Hooked) -> str:
    """All that lies with idempotency keys."""
    async with hooked.service.kit.database.connect() as connection:
        rows = await connection.execute(text("SELECT body FROM idempotency_keys"))
        return b"\n".join(rows.scalars()).decode()


async def test_a_company_has_at_most_ten(hooked: Hooked) -> None:
    with receiver() as at:
        for _ in range(10):
            await hooked.hook(at.url)
        refused = await hooked.call("POST", "", {"url": at.url})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")


async def test_for_a_day_after_a_rotation_both_secrets_sign(hooked: Hooked) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        path = f"/{made['id']}"
        new = await hooked.done("POST", f"{path}/rotate")
        assert new["secret"] not in (None, made["secret"])
        for hours, both in ((23, True), (2, False)):
            hooked.later(hours=hours)
            assert (await hooked.done("POST", f"{path}/test"))["delivered"]
            assert at.got[-1].json["type"] == "webhook.test"
            assert signed(at.got[-1], new["secret"])
            assert signed(at.got[-1], made["secret"]) is both


async def test_a_test_tells_what_the_endpoint_answered(hooked: Hooked) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        at.behave = _says(503)
        told = await hooked.done("POST", f"/{made['id']}/test")
    assert told == {"delivered": False, "status": 503, "error": "status"}


async def test_a_company_that_has_endpoints_tested_without_end_has_two_asked_at_a_time(
    hooked: Hooked,
) -> None:
    at_once: list[int] = []
    under_way = 0

    class Slow(Poster):
        async def post(self, *_: Any, **__: Any) -> Answered:
            nonlocal under_way
            under_way += 1
            at_once.append(under_way)
            while under_way < 2 and len(at_once) < 6:
                await asyncio.sleep(0.01)
            under_way -= 1
            return Answered(200)

    with receiver() as at:
        path = f"/{(await hooked.hook(at.url))['id']}/test"
    hooked.service.api.state.poster = Slow(allowed=Allowed(), seconds=1)
    async with asyncio.timeout(60):
        await asyncio.gather(*(hooked.done("POST", path) for _ in range(6)))
    assert (len(at_once), max(at_once)) == (6, 2)
