"""A draft changes until its author submits it; what is in review is judged as it is."""

from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from shared.auth.principal import Role
from tests import factories, kits
from tests.integration.mutual_recognition.world import World
from tests.unit.mutual_recognition import builders

DRAFTS = "/v1/tables/mismatch/versions"
MINE = f"{DRAFTS}/2"


def _content(*, rows: int) -> dict[str, Any]:
    """The last rows of the founding table, from today on."""
    founding = builders.founding()["mismatch"].table
    content: dict[str, Any] = founding.model_dump(mode="json", exclude_defaults=True)
    return {
        **content,
        "valid_from": factories.NOW.date().isoformat(),
        "rows": content["rows"][-rows:],
    }


async def _as(world: World, subject: str, method: str, path: str, body: Any) -> httpx.Response:
    """One keyed request of a supervisor of customs."""
    token = kits.token_issuer().mint(
        Role.SUPERVISOR,
        organisation="customs",
        agency="customs",
        subject=subject,
        now=world.service.kit.clock.wall(),
    )
    async with world.caller(Role.SUPERVISOR, "customs") as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await client.request(method, path, json=body, headers=headers)


async def _draft(world: World) -> None:
    assert (await _as(world, "author", "POST", DRAFTS, _content(rows=2))).status_code == 201


async def _put(world: World, content: Any, *, by: str = "author") -> httpx.Response:
    return await _as(world, by, "PUT", MINE, content)


async def _act(world: World, act: str, *, by: str = "author") -> httpx.Response:
    body = {"reason": "too strict 过严"} if act == "reject" else None
    return await _as(world, by, "POST", f"{MINE}/{act}", body)


async def test_only_its_author_changes_and_submits_a_draft_and_nobody_approves_it(
    world: World,
) -> None:
    await _draft(world)
    for refused in (
        await _put(world, _content(rows=1), by="chief"),
        await _act(world, "submit", by="chief"),
    ):
        assert refused.json()["code"] == "not_the_author"
    assert (await _act(world, "approve", by="chief")).json()["code"] == "not_in_review"
    malformed = await _put(world, {**_content(rows=1), "rows": _content(rows=2)["rows"][:1]})
    assert malformed.status_code == 422
    changed = (await _put(world, _content(rows=1))).json()
    assert (changed["status"], len(changed["content"]["rows"])) == ("draft", 1)
    submitted = (await _act(world, "submit")).json()
    assert (submitted["status"], submitted["submitted_at"] is not None) == ("in_review", True)


async def test_what_is_in_review_is_not_changed_but_turned_down(world: World) -> None:
    await _draft(world)
    await _act(world, "submit")
    assert (await _put(world, _content(rows=1))).json()["code"] == "in_review"
    assert (await _act(world, "submit")).json()["code"] == "in_review"
    assert (await _act(world, "reject", by="chief")).json()["status"] == "rejected"
    assert (await _put(world, _content(rows=1))).json()["code"] == "no_draft"


@pytest.mark.parametrize("change", ["status = 'draft'", "content = '{}'", "author = 'me'"])
async def test_the_database_keeps_what_is_in_review(world: World, change: str) -> None:
    await _draft(world)
    await _act(world, "submit")
    with pytest.raises(IntegrityError, match="never changed"):
        await world.execute(f"UPDATE rule_versions SET {change} WHERE status = 'in_review'")


async def test_the_database_publishes_nothing_that_was_not_in_review(world: World) -> None:
    await _draft(world)
    publish = "UPDATE rule_versions SET status = 'published', published_at = now()"
    with pytest.raises(IntegrityError, match="never changed"):
        await world.execute(f"{publish} WHERE status = 'draft'")
