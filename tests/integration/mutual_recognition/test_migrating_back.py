"""The schema goes back to what it was before, and comes again with what was there."""

from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition import app
from services.mutual_recognition.jobs import learning
from services.mutual_recognition.risk.experience import Kind
from services.mutual_recognition.risk.rates import Count
from services.mutual_recognition.rulebook import Rulebook
from shared.auth.principal import Role
from tests import factories
from tests.integration.mutual_recognition.test_pilots import LAPTOPS, _enter
from tests.integration.mutual_recognition.test_suspensions import BACK, PATH, WHY, _as
from tests.integration.mutual_recognition.world import World, wood

BEFORE_THE_POLICY, BEFORE_COUNTS, BEFORE_NAMED_GOODS = "0010", "0016", "0018"
BEFORE_NOTICES = "0019"
DRAFTED = """
DO $$ BEGIN
    ALTER TABLE rule_versions DISABLE TRIGGER USER;
    ALTER TABLE rule_approvals DISABLE TRIGGER USER;
    DELETE FROM rule_approvals WHERE name = 'recognition' AND version = 3;
    DELETE FROM rule_versions WHERE name = 'recognition' AND version = 3;
    INSERT INTO rule_versions (name, version, status, valid_from, content, author, author_agency,
        drafted_at) SELECT name, 3, 'draft', valid_from, content, 'a supervisor', 'customs', now()
    FROM rule_versions WHERE name = 'recognition' AND version = 2;
    ALTER TABLE rule_approvals ENABLE TRIGGER USER;
    ALTER TABLE rule_versions ENABLE TRIGGER USER;
END $$"""
"""There never was a founding version 3, and a supervisor has drafted one."""
RECOGNITION = """
SELECT version, status, author, content::text LIKE '%R-NAMED%'
FROM rule_versions WHERE name = 'recognition' ORDER BY version"""
POLICIES = """
SELECT v.name, v.version, v.status, v.valid_from, v.content, array_agg(a.agency ORDER BY a.agency)
FROM rule_versions v JOIN rule_approvals a USING (name, version)
GROUP BY v.name, v.version, v.status, v.valid_from, v.content ORDER BY v.name, v.version"""


async def _again(world: World, *, since: str, done: str = "SELECT") -> None:
    """Back to that revision, where something is done, and up to the newest."""

    def there_and_back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(app.MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, since)
        connection.execute(text(done))
        command.upgrade(config, "head")

    engine = world.service.kit.database.engine
    async with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        await connection.run_sync(there_and_back)


async def test_the_policy_comes_again_as_it_was_and_suspensions_by_hand_stay(world: World) -> None:
    await world.trust()
    path = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
    why = {"grounds": "a false declaration 申报不实", "way_back": "pass an audit 通过稽核"}
    given = (await world.post(path, why)).json()
    database = world.service.kit.database
    async with database.connect() as connection:
        before = (await connection.execute(text(POLICIES))).all()
    await _again(world, since=BEFORE_THE_POLICY)
    async with database.connect() as connection:
        assert (await connection.execute(text(POLICIES))).all() == before
    assert (await world.get(path)).json() == given
    assert await world.broken() == {}


async def test_what_ended_before_there_were_counts_is_counted(world: World) -> None:
    for serial in range(2):
        filing = await world.accept(wood(reference=str(serial), line={"duty_percent": "5"}))
        await world.conclude(filing, "quarantine")
    kit, book = world.service.kit, Rulebook.of(world.settings)
    assert await learning.look(kit, book) == 2
    counts = book.learnt[Kind.GOODS].counts
    await _again(world, since=BEFORE_COUNTS)
    assert await learning.look(kit, book) == 2
    assert book.learnt[Kind.GOODS].counts == counts == {"440711": Count(0, 2)}
    assert await world.broken() == {}


async def test_an_agency_s_own_draft_is_not_published_over(world: World) -> None:
    founding = "founding commission"
    by_us = [(number, "published", founding, number == 3) for number in (1, 2, 3)]
    database = world.service.kit.database
    async with database.connect() as connection:
        assert list(map(tuple, await connection.execute(text(RECOGNITION)))) == by_us
    await _again(world, since=BEFORE_NAMED_GOODS, done=DRAFTED)
    async with database.connect() as connection:
        found = list(map(tuple, await connection.execute(text(RECOGNITION))))
    assert found == [*by_us[:2], (3, "draft", "a supervisor", False)]


async def test_notices_come_again_and_the_register_of_licences_is_empty(world: World) -> None:
    await world.trust()
    (given,) = (await _as(world, "duty", "customs", PATH, WHY)).json()["items"]
    await _as(world, "head", "customs", f"{PATH}/{given['id']}/lift", BACK)
    await _enter(world, "goods", LAPTOPS, "customs")
    await _enter(world, "licences", LAPTOPS, "customs")
    before = await _items(world, "/v1/notices")
    assert [each["kind"] for each in before] == ["suspended", "lifted"]
    await _again(world, since=BEFORE_NOTICES)
    assert await _items(world, "/v1/notices") == before
    assert len(await _items(world, "/v1/pilots/goods")) == 1
    assert await _items(world, "/v1/pilots/licences") == []
    with pytest.raises(IntegrityError):
        await world.execute("DELETE FROM pilot_entries")
    assert await world.broken() == {}


async def _items(world: World, path: str) -> list[Any]:
    found: list[Any] = (await world.get(path, Role.OFFICER, agency="customs")).json()["items"]
    return found
