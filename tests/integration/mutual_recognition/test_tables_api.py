"""Rule tables: both agencies approve, the author does not, what is published stays."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from tests import factories, kits
from tests.integration.mutual_recognition import backtested
from tests.integration.mutual_recognition.world import World, laptops, wood
from tests.unit.mutual_recognition import builders

NAME = "selection-customs"
TODAY = factories.NOW.date().isoformat()


def _content(valid_from: str = TODAY) -> dict[str, Any]:
    """A table that selects laptops and nothing else."""
    founding = builders.founding()[NAME].table
    content: dict[str, Any] = founding.model_dump(mode="json", exclude_defaults=True)
    laptops, rest = content["rows"][0], content["rows"][-1]
    laptops |= {"id": "C-LAPTOPS", "catches": {"hs_code": "8471300000"}, "spares": {}}
    laptops["when"] = [{"input": "hs_code", "op": "prefix", "value": ["8471"]}]
    rows = [each | {"valid_from": valid_from} for each in (laptops, rest)]
    return {**content, "valid_from": valid_from, "rows": rows}


async def _as(world: World, subject: str, agency: str, path: str, body: Any = None) -> Any:
    token = kits.token_issuer().mint(
        Role.SUPERVISOR,
        organisation=agency,
        agency=agency,
        subject=subject,
        now=world.service.kit.clock.wall(),
    )
    async with world.caller(Role.SUPERVISOR, agency) as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await client.post(f"/v1/tables/{path}", json=body, headers=headers)


async def _draft(world: World, content: dict[str, Any]) -> Any:
    """A version in review, with its backtest."""
    drafted = await _as(world, "author", "customs", f"{NAME}/versions", content)
    assert drafted.status_code == 201, drafted.text
    await _backtest(world, content)
    submit = f"{NAME}/versions/{drafted.json()['version']}/submit"
    return await _as(world, "author", "customs", submit)


async def _backtest(world: World, content: dict[str, Any]) -> None:
    asked = await _as(world, "author", "customs", f"{NAME}/backtests", content)
    assert asked.status_code == 202, asked.text
    assert await backtested.make(world.service.kit)


async def _publish(world: World, content: dict[str, Any]) -> int:
    drafted = await _draft(world, content)
    number = int(drafted.json()["version"])
    for subject, agency in (("chief", "customs"), ("head", "quarantine")):
        approved = await _as(world, subject, agency, f"{NAME}/versions/{number}/approve")
        assert approved.status_code == 200, approved.text
    return number


async def test_the_founding_tables_are_published_with_both_approvals(world: World) -> None:
    items = (await world.get("/v1/tables")).json()["items"]
    assert [(each["name"], each["version"], each["status"]) for each in items] == [
        (name, version, "published")
        for name, versions in (
            ("mismatch", 1),
            ("recognition", 3),
            ("selection-customs", 2),
            ("selection-quarantine", 2),
            ("suspension", 1),
        )
        for version in range(1, versions + 1)
    ]
    shown = (await world.get(f"/v1/tables/{NAME}/versions/2")).json()
    assert [each["agency"] for each in shown["approvals"]] == ["customs", "quarantine"]
    assert shown["content"]["rows"][-1]["id"] == "C-DEFAULT"


async def test_a_draft_decides_nothing_until_both_agencies_have_approved(world: World) -> None:
    drafted = await _draft(world, _content())
    number = drafted.json()["version"]
    assert (number, drafted.json()["status"]) == (3, "in_review")
    approve = f"{NAME}/versions/{number}/approve"
    half = await _as(world, "chief", "customs", approve)
    assert half.json()["status"] == "in_review"
    assert len(await world.told(await world.accept(laptops()))) == 2
    whole = await _as(world, "head", "quarantine", approve)
    assert whole.json()["status"] == "published"
    filing = await world.accept(laptops(reference="2"))
    assert (await world.last(filing, "requirement.determined"))["mode"] == "single"
    assert await world.broken() == {}


async def test_a_published_version_takes_over_on_its_day(world: World) -> None:
    await _publish(world, _content("2026-03-05"))
    book = Rulebook.of(Settings())
    async with world.service.kit.database.connect() as connection:
        versions = [
            (await book.deciding(connection, on=builders.DAY.replace(day=day)))[NAME].version
            for day in (4, 5, 6)
        ]
    assert versions == [2, 3, 3]


async def test_decisions_under_an_older_version_can_still_be_recomputed(world: World) -> None:
    filing = await world.accept(wood())
    await _publish(world, _content())
    assert await world.broken() == {}
    item = (await world.get(f"/v1/requirements?filing_id={filing}")).json()["items"][0]
    decision = (await world.get(f"/v1/decisions/{item['decision_id']}")).json()
    assert (decision["tables"][NAME], decision["recomputed"]) == (2, True)


async def test_an_author_does_not_approve_and_no_agency_approves_twice(world: World) -> None:
    await _draft(world, _content())
    approve = f"{NAME}/versions/3/approve"
    codes = [
        (await _as(world, subject, agency, approve)).json().get("code")
        for subject, agency in (
            ("author", "customs"),
            ("chief", "customs"),
            ("deputy", "customs"),
            ("head", "quarantine"),
            ("deputy head", "quarantine"),
        )
    ]
    assert codes == ["author_cannot_approve", None, "agency_has_approved", None, "no_draft"]


async def test_no_draft_is_approved_without_a_backtest_of_exactly_its_content(
    world: World,
) -> None:
    content = _content()
    await _as(world, "author", "customs", f"{NAME}/versions", content)
    await _as(world, "author", "customs", f"{NAME}/versions/3/submit")
    other = {
        **content,
        "rows": [content["rows"][0] | {"source": "another law"}, content["rows"][1]],
    }
    await _backtest(world, other)
    approve = f"{NAME}/versions/3/approve"
    refused = await _as(world, "chief", "customs", approve)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_backtest")
    await _backtest(world, content)
    approved = await _as(world, "chief", "customs", approve)
    assert approved.json()["backtest"]["finished_at"]


async def test_the_policy_decides_no_filing_so_it_is_neither_replayed_nor_asks_for_that(
    world: World,
) -> None:
    policy = builders.founding()["suspension"].table.model_dump(mode="json", exclude_defaults=True)
    content = {**policy, "valid_from": TODAY}
    await _as(world, "author", "customs", "suspension/versions", content)
    await _as(world, "author", "customs", "suspension/versions/2/submit")
    until = {"until": content["valid_from"]}
    for path, body in (("backtests", content), ("versions/2/trial", until)):
        refused = await _as(world, "author", "customs", f"suspension/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_replayed")
    approved = await _as(world, "chief", "customs", "suspension/versions/2/approve")
    assert approved.status_code == 200


async def test_a_draft_that_is_turned_down_is_never_published(world: World) -> None:
    await _draft(world, _content())
    assert (await _as(world, "chief", "customs", f"{NAME}/versions/3/approve")).is_success
    reason = {"reason": "laptops are no risk 笔记本电脑无风险"}
    turned = await _as(world, "head", "quarantine", f"{NAME}/versions/3/reject", reason)
    shown = turned.json()
    assert [shown[name] for name in ("status", "rejected_by", "rejected_because")] == [
        "rejected",
        "head",
        reason["reason"],
    ]
    for act, body in (("approve", None), ("reject", reason)):
        again = await _as(world, "head", "quarantine", f"{NAME}/versions/3/{act}", body)
        assert again.json()["code"] == "no_draft"
    with pytest.raises(IntegrityError, match="never changed"):
        await world.execute("UPDATE rule_versions SET status = 'draft' WHERE version = 3")
    assert len(await world.told(await world.accept(laptops()))) == 2


async def test_a_table_cannot_take_over_in_the_past_or_under_an_unknown_name(
    world: World,
) -> None:
    late = await _as(world, "author", "customs", f"{NAME}/versions", _content("2026-03-01"))
    assert late.json()["errors"][0]["code"] == "takeover_passed"
    unknown = await _as(world, "author", "customs", "selection-navy/versions", _content())
    assert unknown.status_code == 404
    assert (await world.get(f"/v1/tables/{NAME}/versions/9")).status_code == 404


SETTLED = (
    "UPDATE rule_versions SET content = '{}'",
    "DELETE FROM rule_versions",
    "TRUNCATE rule_versions CASCADE",
    "DELETE FROM rule_approvals",
    "UPDATE decisions SET draws = '{}'",
    "DELETE FROM company_ratings",
)


async def test_the_database_itself_refuses_to_change_what_is_settled(world: World) -> None:
    await world.trust()
    await world.accept(wood())
    for statement in SETTLED:
        with pytest.raises(IntegrityError, match="never changed"):
            await world.execute(statement)
