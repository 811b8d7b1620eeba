from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from shared import clock, errors
from shared.auth import guard, openapi
from shared.auth.principal import OF_AN_AGENCY, Principal, Role
from shared.http import app as http_app
from tests.unit.auth import made

FILING = "/declaration/v1/filings/{filing_id}"
DRAFTS = "/declaration/v1/rules/drafts"
ABOUT = "/declaration/v1/about"


class FixedClock(clock.SystemClock):
    def wall(self) -> datetime:
        return made.NOW


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1")
    admits = [guard.allowed(Role.SUPERVISOR, Role.AUDITOR)]
    rules = APIRouter(prefix="/rules", dependencies=admits)

    @router.get("/filings/{filing_id}")
    async def read(
        who: Annotated[Principal, guard.allowed(Role.BROKER, Role.AUDITOR)], filing_id: int
    ) -> dict[str, Any]:
        return {"id": filing_id, "by": who.organisation}

    @router.get("/about")
    async def about() -> dict[str, str]:
        return {}

    @rules.get("/drafts")
    async def drafts(who: Annotated[Principal, guard.allowed(Role.SUPERVISOR)]) -> str:
        return who.subject

    router.include_router(rules)
    return router


@pytest.fixture
def app() -> FastAPI:
    created = http_app.create("t", version="1", additions=(openapi.add_roles,))
    created.include_router(routes(), prefix="/declaration")
    created.state.token_checker = made.checker()
    created.state.clock = FixedClock()
    return created


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def bearing(token: str, *, scheme: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{scheme} {token}"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_an_admitted_role_is_let_in(client: httpx.AsyncClient, scheme: str) -> None:
    headers = bearing(made.token(), scheme=scheme)
    answer = await client.get(FILING.format(filing_id=7), headers=headers)
    assert answer.json() == {"id": 7, "by": "91350211M000100Y43"}


async def test_without_a_token_the_challenge_names_no_error(client: httpx.AsyncClient) -> None:
    answer = await client.get(FILING.format(filing_id=7))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (made.token(exp=1), "token_expired"),
        (made.token(key=made.OTHER_ED), "token_forged"),
        ("", "token_malformed"),
    ],
    ids=["expired", "forged", "empty"],
)
async def test_a_bad_token_is_challenged_with_its_reason(
    client: httpx.AsyncClient, token: str, code: str
) -> None:
    answer = await client.get(FILING.format(filing_id=7), headers=bearing(token))
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    "sent",
    [f"Basic {made.token()}", "Bearer", "Bearer\u00a0x", "x" * 7000],
    ids=["basic", "bare", "no-break space", "long"],
)
async def test_another_scheme_is_no_token(client: httpx.AsyncClient, sent: str) -> None:
    headers = {b"Authorization": sent.encode("latin-1")}
    answer = await client.get(FILING.format(filing_id=7), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_malformed")


async def test_two_authorization_headers_are_refused(client: httpx.AsyncClient) -> None:
    twice = [("Authorization", f"Bearer {made.token()}")] * 2
    answer = await client.get(FILING.format(filing_id=7), headers=twice)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_malformed")


async def test_a_role_that_is_not_admitted_is_told_which_are(client: httpx.AsyncClient) -> None:
    headers = bearing(made.token(role="yard", org="YARD1"))
    answer = await client.get(FILING.format(filing_id=7), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
    facts = answer.json()["errors"][0]["facts"]
    assert facts == {"role": "yard", "allowed": ["auditor", "broker"]}


async def test_a_stranger_is_not_told_what_is_wrong_with_the_request(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get(FILING.format(filing_id="no number"))).status_code == 401


async def test_of_two_guards_both_must_admit(client: httpx.AsyncClient) -> None:
    auditor = await client.get(DRAFTS, headers=bearing(made.token(role="auditor")))
    supervisor = await client.get(
        DRAFTS, headers=bearing(made.token(role="supervisor", agency="customs"))
    )
    assert (auditor.status_code, supervisor.status_code) == (403, 200)


def test_the_openapi_document_says_who_is_admitted(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths[FILING]["get"]["x-roles"] == ["auditor", "broker"]
    assert paths[FILING]["get"]["security"] == [{"bearerAuth": []}]
    assert paths[DRAFTS]["get"]["x-roles"] == ["supervisor"]
    assert paths[ABOUT]["get"]["security"] == []
    assert "x-roles" not in paths[ABOUT]["get"]
    assert app.openapi()["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"


def test_a_route_tells_its_roles(app: FastAPI) -> None:
    told = {each.path_format: guard.roles_of(each) for each in iter_route_contexts(app.routes)}
    assert told[FILING] == frozenset({Role.BROKER, Role.AUDITOR})
    assert told[ABOUT] is None


def test_an_operation_must_admit_somebody() -> None:
    with pytest.raises(ValueError, match="nobody"):
        guard.allowed()


def who(role: Role, organisation: str = "OURS") -> Principal:
    return Principal("x", role, organisation, "customs" if role in OF_AN_AGENCY else None)


@pytest.mark.parametrize("role", [Role.BROKER, Role.YARD])
def test_another_companys_thing_is_as_missing_as_one_that_never_was(role: Role) -> None:
    missing = errors.NotFound(filing="7")
    guard.own(who(role), "OURS", missing=missing)
    with pytest.raises(errors.NotFound) as refused:
        guard.own(who(role), "THEIRS", missing=missing)
    assert refused.value is missing
    assert guard.limited_to(who(role)) == "OURS"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE])
def test_public_roles_are_not_held_to_one_company(role: Role) -> None:
    guard.own(who(role), "THEIRS", missing=errors.NotFound())
    assert guard.limited_to(who(role)) is None
