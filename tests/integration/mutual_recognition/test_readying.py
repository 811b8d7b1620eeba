"""A table is read and indexed before its day, and never in the event loop."""

import threading
from typing import Any

import pytest

from services.mutual_recognition.decision_tables import version as versions
from services.mutual_recognition.decision_tables.index import Index
from services.mutual_recognition.jobs import readying
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from tests.integration.mutual_recognition.world import World
from tests.unit.mutual_recognition import builders


@pytest.fixture
def made_in(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads in which tables are indexed."""
    threads: list[int] = []

    class Watched(Index):
        def __init__(self, *given: Any) -> None:
            threads.append(threading.get_ident())
            super().__init__(*given)

    monkeypatch.setattr(versions, "Index", Watched)
    return threads


async def test_the_tables_of_today_and_tomorrow_are_indexed_once_beside_the_event_loop(
    world: World, made_in: list[int]
) -> None:
    book = Rulebook.of(Settings())
    database = world.service.kit.database
    await readying.ready(database, book, on=builders.DAY)
    assert len(made_in) == len(book.names)
    assert threading.get_ident() not in made_in
    async with database.connect() as connection:
        found = await book.deciding(connection, on=builders.DAY)
    assert all(each.index.rows for each in found.values())
    await readying.ready(database, book, on=builders.DAY)
    assert len(made_in) == len(book.names)
