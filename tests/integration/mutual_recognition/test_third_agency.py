"""A third agency is added by data alone: a setting that names it, and a table that it publishes."""

from collections.abc import Awaitable, Callable
from typing import Any

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from shared.database import Database
from tests import factories, kits
from tests.integration.mutual_recognition import backtested
from tests.integration.mutual_recognition.world import World, laptops, wood

MARITIME = "maritime"
SKILLS = {**Settings().skills, MARITIME: ("hull",)}
TODAY = factories.NOW.date().isoformat()
TABLE: dict[str, Any] = {
    "valid_from": TODAY,
    "example": {"transport_mode": "4"},
    "rows": [
        {
            "id": "M-SEA",
            "when": [{"input": "transport_mode", "op": "equals", "value": "2"}],
            "then": {"inspect": True, "scope": "documents", "minutes": 15, "skills": ["hull"]},
            "reason": {"en": "Cargo that came by sea.", "zh": "海运货物。"},
            "source": "Maritime Traffic Safety Law 海上交通安全法",
            "valid_from": TODAY,
            "catches": {"transport_mode": "2"},
            "spares": {},
        },
        {
            "id": "M-DEFAULT",
            "then": {"inspect": False},
            "reason": {"en": "Not by sea.", "zh": "非海运。"},
            "source": "Maritime Traffic Safety Law 海上交通安全法",
            "valid_from": TODAY,
        },
    ],
}


WITHOUT_THE_THIRD = f"""
    WITH copied AS (
      INSERT INTO rule_versions (name, version, status, valid_from, content, agencies, author,
        author_agency, drafted_at, published_at)
      SELECT name, 2, status, '2030-01-01', content, agencies, author, author_agency, drafted_at,
        published_at FROM rule_versions WHERE name = 'selection-{MARITIME}'
      RETURNING name)
    INSERT INTO rule_approvals (name, version, agency, approved_by, approved_at)
    SELECT name, 2, agency, approved_by, approved_at FROM copied JOIN rule_approvals USING (name)
    WHERE agency <> '{MARITIME}'"""
"""A version that two of three agencies approved, published past the program."""


async def _backtest(world: World, settings: Settings) -> None:
    """Also of what came before there was the agency: all by sea, and looked at less long."""
    asked = await _as(
        world, "author", MARITIME, f"/v1/tables/selection-{MARITIME}/backtests", TABLE
    )
    assert asked.status_code == 202, asked.text
    assert await backtested.make(world.service.kit, settings)
    path = f"/v1/backtests/{asked.json()['id']}"
    async with world.caller(Role.SUPERVISOR, MARITIME) as client:
        of_it = (await client.get(path)).json()["report"]["by_agency"][MARITIME]
    assert (of_it["inspected_before"], of_it["inspected_after"]) == (2, 2)
    assert of_it["hours_saved"]["total"] == "1.50"


async def _publish(world: World, settings: Settings) -> None:
    path = f"/v1/tables/selection-{MARITIME}/versions"
    assert (await _as(world, "author", MARITIME, path, TABLE)).status_code == 201
    assert (await _as(world, "author", MARITIME, f"{path}/1/submit")).status_code == 200
    refused = await _as(world, "head of customs", "customs", f"{path}/1/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_backtest")
    await _backtest(world, settings)
    for agency in SKILLS:
        approved = await _as(world, f"head of {agency}", agency, f"{path}/1/approve")
        assert approved.status_code == 200, approved.text
    assert approved.json()["status"] == "published"


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
        return await client.post(path, json=body, headers=headers)


async def _selected(world: World, body: dict[str, Any]) -> list[str]:
    filing = await world.accept(body)
    determined = await world.last(filing, "requirement.determined")
    return [need["agency"] for need in determined["needs"]]


async def test_a_third_agency_is_added_by_data_alone(
    service_database: Callable[[str], Awaitable[Database]],
) -> None:
    database = await service_database(app.NAME)
    two = World(app.create(kits.kit(database), Settings()))
    before = await two.accept(wood())
    settings = Settings(skills=SKILLS)
    three = World(app.create(kits.kit(database), settings), settings)
    three.filings = two.filings
    # Without a table of its own it inspects everything: nothing says that it need not.
    assert await _selected(three, laptops()) == [MARITIME]
    await _publish(three, settings)
    assert await _selected(three, wood(reference="3")) == ["quarantine", "customs", MARITIME]
    assert await _selected(three, laptops(reference="4", transport_mode="4")) == []
    # What two agencies decided before is still theirs, also when it goes on.
    await three.conclude(before, "quarantine")
    await three.escalate(before, "customs")
    revised = await three.last(before, "requirement.revised")
    assert [need["agency"] for need in revised["needs"]] == ["quarantine", "customs"]
    assert await three.broken() == {}
    await three.execute(WITHOUT_THE_THIRD)
    (found,) = (await three.broken()).values()
    assert found == [f"selection-{MARITIME} 2"]
