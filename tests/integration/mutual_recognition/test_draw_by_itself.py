"""A period of the draw begins also where no supervisor committed to one in time."""

import asyncio

import pytest
from pydantic import ValidationError

from services.mutual_recognition import app
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import draws as commands
from services.mutual_recognition.jobs import committing
from services.mutual_recognition.settings import Settings
from tests.integration.mutual_recognition.test_draw_periods import _commit, _filed, _on, _periods
from tests.integration.mutual_recognition.waiting import until_blocked
from tests.integration.mutual_recognition.world import World


async def test_where_nobody_committed_a_period_begins_the_next_day_by_itself(
    world: World,
) -> None:
    await _commit(world, {"valid_from": "2026-03-10", "valid_to": "2026-03-12"})
    made = []
    for days in (0, 0, 7, 10, 30):
        later = _on(world, days)
        book = later.service.api.state.book
        made.append(await committing.look(later.service.kit, book, bytes))
    assert made == ["period-2026-03-03", None, None, "period-2026-03-13", "period-2026-04-02"]
    told = [(each["valid_to"], each["agency"]) for each in await _periods(world)]
    assert told == [
        ("2026-04-30", "system"),
        ("2026-03-31", "system"),
        ("2026-03-12", "customs"),
        ("2026-03-09", "system"),
    ]
    assert (await _filed(_on(world, 5), 1))["seed_id"] == "period-2026-03-03"
    assert await world.broken() == {}


def test_only_who_draws_by_a_secret_seed_commits_by_itself(world: World) -> None:
    assert "committing" not in world.service.jobs
    secret = Settings(draw_seeds={"ours": "a seed that nobody knows"}, draw_seed_id="ours")
    assert "committing" in app.create(world.service.kit, secret).jobs


async def test_of_two_replicas_that_look_at_once_one_commits(world: World) -> None:
    kit, book = world.service.kit, world.service.api.state.book
    async with kit.database.transaction() as session:
        first = await commands.commit_in_time(session, secret=bytes, desk=desks.at(kit, book))
        other = asyncio.create_task(committing.look(kit, book, bytes))
        await until_blocked(world, other)
    assert (first, await other) == ("period-2026-03-03", None)
    assert len(await _periods(world)) == 1


def test_no_agency_has_the_name_of_who_commits_by_itself() -> None:
    skills = {**Settings().skills, "system": ()}
    with pytest.raises(ValidationError, match="system"):
        Settings(skills=skills)
