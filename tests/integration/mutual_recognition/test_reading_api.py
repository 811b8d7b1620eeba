"""Who reads what, the register of companies, and that broken invariants are seen."""

from typing import Any
from uuid import UUID

import pytest

from shared.auth.principal import Role
from shared.contracts import derived
from tests import factories
from tests.integration.mutual_recognition.world import World, found, laptops, wood

LATE_CONCLUSION = """
INSERT INTO requirement_conclusions SELECT requirement_id, agency, number + 1, revision, scope,
    verdict, jsonb_set(content::jsonb, '{found,0,net_kg}', '"1"')::json, now() + interval '1 day'
FROM requirement_conclusions"""
COMPANY = {"uscc": factories.CONSIGNEE, "name": "青岛样品贸易有限公司"}


async def test_a_broker_sees_its_own_requirements_and_no_others(world: World) -> None:
    mine = await world.accept(wood())
    other = {"uscc": factories.OTHER_BROKER, "name": "another broker"}
    theirs = await world.accept(wood(broker=other))
    own = await world.get("/v1/requirements", Role.BROKER, org=factories.BROKER)
    assert [each["filing_id"] for each in own.json()["items"]] == [str(mine)]
    for filing, status in ((mine, 200), (theirs, 404)):
        path = f"/v1/requirements/{derived.requirement_id(filing)}"
        answer = await world.get(path, Role.BROKER, org=factories.BROKER)
        assert answer.status_code == status
    everything = await world.get("/v1/requirements")
    assert len(everything.json()["items"]) == 2


async def test_lists_are_filtered_and_paged_newest_first(world: World) -> None:
    filings = [await world.accept(wood(reference=str(n))) for n in range(3)]
    free = await world.accept(laptops())
    path = "/v1/requirements?mode=joint&limit=2"
    first = (await world.get(path)).json()
    second = (await world.get(f"{path}&cursor={first['next']}")).json()
    listed = [UUID(each["filing_id"]) for each in (*first["items"], *second["items"])]
    assert (listed, second["next"]) == (filings[::-1], None)
    met = (await world.get("/v1/requirements?status=met")).json()["items"]
    assert [each["filing_id"] for each in met] == [str(free)]
    assert (await world.get("/v1/requirements?status=lost")).status_code == 422
    assert (await world.get("/v1/requirements?cursor=junk")).status_code == 422


async def test_a_requirement_shows_its_recognition_with_the_figures(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="1010"),))
    path = f"/v1/requirements/{derived.requirement_id(filing)}"
    shown = (await world.get(path, Role.BROKER, org=factories.BROKER)).json()
    assert shown["reason"] == {
        "en": "quarantine: conforms; customs: recognised",
        "zh": "检验检疫：合格；海关：监管互认",
    }
    weight = shown["recognition"]["verdicts"][-1]
    assert (weight["element"], weight["difference"], weight["agrees"]) == ("weight", "10", True)
    listed = (await world.get("/v1/recognitions?status=granted")).json()["items"]
    assert [each["filing_id"] for each in listed] == [str(filing)]
    foreign = await world.get("/v1/recognitions", Role.BROKER, org=factories.OTHER_BROKER)
    assert foreign.json()["items"] == []


async def test_while_it_is_open_a_broker_does_not_see_what_it_is_selected_and_compared_by(
    world: World,
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="1100"),))
    path = f"/v1/requirements/{derived.requirement_id(filing)}"

    async def seen(role: Role) -> list[Any]:
        one = (await world.get(path, role, org=factories.BROKER)).json()
        (many,) = (await world.get("/v1/requirements", role, org=factories.BROKER)).json()["items"]
        (known,) = (await world.get("/v1/recognitions", role, org=factories.BROKER)).json()["items"]
        assert known == one["recognition"]
        secret = [known[name] for name in ("terms", "verdicts", "reason")]
        return [one["rows"], many["rows"], *secret]

    assert await seen(Role.BROKER) == [None] * 5
    assert all(await seen(Role.AUDITOR))
    await world.conclude(filing, "customs")
    assert await seen(Role.BROKER) == await seen(Role.AUDITOR)


async def test_a_decision_tells_all_it_depended_on(world: World) -> None:
    filing = await world.accept(wood())
    item = (await world.get(f"/v1/requirements?filing_id={filing}")).json()["items"][0]
    decision = (await world.get(f"/v1/decisions/{item['decision_id']}")).json()
    assert decision["inputs"]["filing"]["rating_customs"] == "unrated"
    assert decision["inputs"]["lines"][0]["hs_code"] == "4407110000"
    assert set(decision["tables"]) - set(decision["draws"]) == {"mismatch"}
    assert (decision["seed_id"], decision["recomputed"]) == ("founding", True)
    told = decision["explanation"]
    assert [each["table"] for each in told["tables"]] == [
        "recognition",
        "selection-customs",
        "selection-quarantine",
    ]
    assert "if the company's customs rating were high and" in str(told["what_if"])
    assert (await world.get(f"/v1/decisions/{UUID(int=5)}")).status_code == 404


async def test_a_company_is_registered_once_and_rated_by_each_agency(world: World) -> None:
    answers = [await world.post("/v1/companies", COMPANY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    renamed = await world.post("/v1/companies", COMPANY | {"name": "another"})
    assert renamed.json()["code"] == "other_company_name"
    await world.trust()
    shown = (await world.get(f"/v1/companies/{factories.CONSIGNEE}")).json()
    assert [each["agency"] for each in shown["ratings"]] == ["customs", "quarantine"]
    assert len((await world.get("/v1/companies")).json()["items"]) == 1


RATE = f"/{factories.CONSIGNEE}/ratings"
BROKEN: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("", COMPANY | {"uscc": factories.CONSIGNEE[:-1] + "0"}, "invalid_uscc"),
    ("", COMPANY | {"uscc": "1"}, "too_short"),
    ("", COMPANY | {"name": "a\u202eb"}, "forbidden_character"),
    (f"/{factories.uscc(99)}/ratings", {}, "no_such_company"),
    (RATE, {"valid_to": "2025-01-01"}, "period_ends_before_it_begins"),
    (RATE, {"grade": "excellent"}, "not_in_list"),
    (RATE, {"agency": "quarantine"}, "unknown_field"),
)


async def test_a_company_or_rating_that_breaks_a_rule_is_refused(world: World) -> None:
    rating = {"grade": "high", "valid_from": "2026-01-01", "grounds": "audit"}
    for path, body, code in BROKEN:
        answer = await world.post(f"/v1/companies{path}", rating | body if path else body)
        assert code in [each["code"] for each in answer.json()["errors"]], answer.text


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (
            "ALTER TABLE decisions DISABLE TRIGGER USER;"
            "UPDATE decisions SET draws = jsonb_set(draws, '{recognition}', '1')",
            "decisions can be recomputed",
        ),
        (
            "ALTER TABLE decisions DISABLE TRIGGER USER;"
            "UPDATE decisions SET inputs = jsonb_set(inputs, '{filing,rating_customs}', '\"low\"')",
            "decisions can be recomputed",
        ),
        (
            "UPDATE requirements SET status = 'met', outcome = 'released'",
            "what is released or met has every conclusion it needs",
        ),
        (
            "UPDATE recognitions SET status = 'granted'",
            "a granted recognition has verdicts that all agree",
        ),
        ("UPDATE requirements SET version = version + 1", "versions count the events"),
        (
            "UPDATE requirements SET revision = 2, version = 2",
            "a requirement stands on its last decision",
        ),
        (
            "DELETE FROM recognitions",
            "a recognition is expected only where the mode says so",
        ),
    ],
)
async def test_a_broken_invariant_is_seen(world: World, statement: str, check: str) -> None:
    await world.trust()
    await world.accept(wood())
    assert await world.broken() == {}
    for part in statement.split(";"):
        await world.execute(part)
    assert check in await world.broken()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE recognitions SET verdicts = jsonb_set(verdicts, '{2,found}', '\"999\"')",
        "UPDATE requirement_conclusions SET content ="
        " jsonb_set(content::jsonb, '{found,0,net_kg}', '\"999\"')",
    ],
)
async def test_a_changed_figure_of_a_granted_recognition_is_seen(
    world: World, statement: str
) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="1029"),))
    await world.execute(LATE_CONCLUSION)
    assert await world.broken() == {}
    await world.execute("ALTER TABLE requirement_conclusions DISABLE TRIGGER USER")
    await world.execute(statement)
    assert "verdicts of granted recognitions can be recomputed" in await world.broken()
