"""The schema goes back to what it was before there was a suspension policy, and comes again."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from services.mutual_recognition import app
from tests import factories
from tests.integration.mutual_recognition.world import World

BEFORE = "0010"
POLICIES = """
SELECT v.name, v.version, v.status, v.valid_from, v.content, array_agg(a.agency ORDER BY a.agency)
FROM rule_versions v JOIN rule_approvals a USING (name, version)
GROUP BY v.name, v.version, v.status, v.valid_from, v.content ORDER BY v.name, v.version"""


async def test_the_policy_comes_again_as_it_was_and_suspensions_by_hand_stay(world: World) -> None:
    def again(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(app.MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        command.upgrade(config, "head")

    await world.trust()
    path = f"/v1/companies/{factories.CONSIGNEE}/suspensions"
    why = {"grounds": "a false declaration 申报不实", "way_back": "pass an audit 通过稽核"}
    given = (await world.post(path, why)).json()
    database = world.service.kit.database
    async with database.connect() as connection:
        before = (await connection.execute(text(POLICIES))).all()
    async with database.engine.execution_options(
        isolation_level="READ COMMITTED"
    ).begin() as connection:
        await connection.run_sync(again)
    async with database.connect() as connection:
        assert (await connection.execute(text(POLICIES))).all() == before
    assert (await world.get(path)).json() == given
    assert await world.broken() == {}
