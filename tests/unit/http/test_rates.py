"""Who sends too much is told to wait, for how long, and nobody else notices."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware

from shared.auth import issuer
from shared.auth.jwks import StaticJwks
from shared.auth.principal import Role
from shared.auth.tokens import TokenChecker
from shared.clock import SystemClock
from shared.http import app
from shared.http.rates import RateLimit, Rates
from shared.telemetry import health
from tests import kits
from tests.unit.http import sample

COMPANY = "91370200MA3CTEST1X"
OTHER = "91370200MA3CTEST2Y"


def test_a_burst_is_taken_and_then_as_many_as_the_rate() -> None:
    rates = Rates(per_second=2, burst=3)
    assert [rates.wait("a", now=10.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]
    assert rates.wait("a", now=10.5) == 0
    assert rates.wait("a", now=10.5) == pytest.approx(0.5)


def test_waiting_as_told_is_enough_and_what_is_refused_costs_nothing() -> None:
    rates = Rates(per_second=4, burst=1)
    assert rates.wait("a", now=0.0) == 0
    told = [rates.wait("a", now=0.1) for _ in range(100)][-1]
    assert told == pytest.approx(0.15)
    assert rates.wait("a", now=0.1 + told) == 0


@pytest.mark.parametrize("now", [0.1, 7.3, 61.07, 999.9, 123456.789])
def test_a_full_bucket_is_a_full_bucket_at_any_moment(now: float) -> None:
    rates = Rates(per_second=0.001, burst=1)
    assert rates.wait("a", now=now) == 0
    rates = Rates(per_second=3, burst=7)
    assert [rates.wait("a", now=now) for _ in range(7)] == [0] * 7
    assert rates.wait("a", now=now) > 0


def test_a_rest_fills_the_bucket_and_no_more() -> None:
    rates = Rates(per_second=1, burst=2)
    assert [rates.wait("a", now=1000.0) for _ in range(3)] == [0, 0, pytest.approx(1)]


def test_one_payer_does_not_empty_the_bucket_of_another() -> None:
    rates = Rates(per_second=1, burst=1)
    assert (rates.wait("a", now=0.0), rates.wait("b", now=0.0)) == (0, 0)
    assert rates.wait("a", now=0.0) > 0


def test_only_so_many_payers_are_remembered_and_the_oldest_is_forgotten() -> None:
    rates = Rates(per_second=1, burst=1, payers=2)
    for payer in ("a", "b", "c"):
        assert rates.wait(payer, now=0.0) == 0
    assert rates.wait("b", now=0.0) > 0
    assert rates.wait("a", now=0.0) == 0


def _limited(*, burst: int) -> FastAPI:
    limit = Middleware(
        RateLimit,
        rates=Rates(per_second=0.001, burst=burst),
        tokens=TokenChecker(StaticJwks(kits.token_issuer().jwks()), issuer=issuer.ISSUER),
        clock=SystemClock(),
    )
    return app.create(
        "Limited", version="1", routers=[sample.router, health.router({})], middleware=[limit]
    )


def _as(role: Role, *, org: str = COMPANY, subject: str = "one") -> dict[str, str]:
    token = kits.token_issuer().mint(
        role,
        organisation=org,
        agency="customs" if role is Role.OFFICER else None,
        subject=subject,
        now=datetime.now(UTC),
        lifetime=timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Of an application that takes one request of everybody, and then none for long."""
    async with sample.client(_limited(burst=1)) as made:
        yield made


async def _codes(client: httpx.AsyncClient, *asked: dict[str, str]) -> list[int]:
    return [(await client.get("/filings", headers=each)).status_code for each in asked]


async def test_who_sends_too_much_is_told_how_long_to_wait(client: httpx.AsyncClient) -> None:
    await client.get("/filings", headers=_as(Role.BROKER))
    answer = await client.post(
        "/filings", content=b"{not read", headers={**_as(Role.BROKER), **sample.JSON}
    )
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["code"]) == (429, "too_many_requests")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1000"
    assert told["mend"]["en"]
    assert told["mend"]["zh"]


async def test_people_of_one_company_share_its_rate_and_others_have_their_own(
    client: httpx.AsyncClient,
) -> None:
    asked = (
        _as(Role.BROKER, subject="one"),
        _as(Role.BROKER, subject="two"),
        _as(Role.BROKER, org=OTHER),
    )
    assert await _codes(client, *asked) == [200, 429, 200]


async def test_each_officer_of_an_agency_has_a_rate_of_his_own(client: httpx.AsyncClient) -> None:
    asked = [_as(Role.OFFICER, subject=each) for each in ("one", "two", "one")]
    assert await _codes(client, *asked) == [200, 200, 429]


async def test_the_systems_own_programs_have_no_limit(client: httpx.AsyncClient) -> None:
    assert await _codes(client, *[_as(Role.SERVICE)] * 3) == [200] * 3


async def test_who_shows_no_valid_token_pays_for_his_address(client: httpx.AsyncClient) -> None:
    asked: list[dict[str, str]] = [{"Authorization": "Bearer of.a.letter"}, {}, _as(Role.BROKER)]
    assert await _codes(client, *asked) == [200, 429, 200]


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1%eth0", True),
    ],
)
async def test_an_address_is_one_machine_or_one_network_of_ipv6(
    first: str, second: str, *, shared: bool
) -> None:
    limited = _limited(burst=1)
    codes = []
    for host in (first, second):
        transport = httpx.ASGITransport(limited, client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            codes += await _codes(client, {})
    assert codes == [200, 429 if shared else 200]


async def test_probes_are_always_answered(client: httpx.AsyncClient) -> None:
    for path in ("/livez", "/readyz") * 2:
        assert (await client.get(path)).status_code == 200
