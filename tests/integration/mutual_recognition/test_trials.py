"""A draft runs beside the rules in force; what it would decide is kept apart, and binds nobody."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from services.mutual_recognition import app, trials
from services.mutual_recognition.jobs import trying
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules import replaying
from services.mutual_recognition.settings import Settings
from shared.database import Database
from tests import factories, kits
from tests.integration.access.scene import HandClock
from tests.integration.mutual_recognition.world import World, laptops, wood
from tests.unit.mutual_recognition import builders

NAME = "selection-customs"
PATH = f"/v1/tables/{NAME}/versions/3/trial"
TODAY = factories.NOW.date()
BOOK = Rulebook.of(Settings())


class Trial:
    """A world with a draft under which customs selects nothing, and hands for its clock."""

    def __init__(self, database: Database) -> None:
        self.clock = HandClock(factories.NOW)
        self.world = World(app.create(kits.kit(database, clock=self.clock), Settings()))
        self.drafts: Any = {}

    async def drafted(self) -> None:
        """The version in review, without its trial."""
        founding = builders.founding()[NAME].table.model_dump(mode="json", exclude_defaults=True)
        valid_from = (TODAY + timedelta(days=3)).isoformat()
        content = {**founding, "valid_from": valid_from, "rows": founding["rows"][-1:]}
        answer = await self.world.post(f"/v1/tables/{NAME}/versions", content)
        assert answer.json()["version"] == 3, answer.text
        assert (await self.started()).json()["code"] == "not_in_review"
        submitted = await self.world.post(f"/v1/tables/{NAME}/versions/3/submit", None)
        assert submitted.json()["status"] == "in_review"

    async def started(self, days: int = 7) -> Any:
        """The answer to starting it."""
        until = (TODAY + timedelta(days=days)).isoformat()
        return await self.world.post(PATH, {"until": until})

    def later(self, **apart: float) -> None:
        """Time goes by."""
        self.clock.now += timedelta(**apart)

    async def looked(self) -> Any:
        """What is told after the job has looked at everything."""
        while await trying.look(self.world.service.kit, BOOK, self.drafts):
            pass
        return (await self.world.get(PATH)).json()


@pytest.fixture
async def trial(service_database: Callable[[str], Awaitable[Database]]) -> Trial:
    """A draft that is tried from now on; time has gone by since what was before."""
    made = Trial(await service_database(app.NAME))
    await made.drafted()
    await made.world.accept(wood(reference="before"))
    made.later(minutes=1)
    answer = await made.started()
    assert answer.status_code == 201, answer.text
    return made


async def test_a_draft_is_asked_about_every_decision_since_and_what_differs_is_told(
    trial: Trial,
) -> None:
    filing = await trial.world.accept(wood())
    await trial.world.accept(laptops())
    told = await trial.looked()
    figures = ("decided", "changed", "inspected_live", "inspected_dry", "faults")
    assert [told[name] for name in figures] == [2, 1, 1, 1, 0]
    assert told["changed_share"]["share"] == 0.5
    (apart,) = told["differences"]
    assert (apart["filing_id"], apart["live"], apart["dry"]) == (str(filing), "joint", "single")
    assert await trial.looked() == told


async def test_a_draft_under_trial_changes_no_requirement(trial: Trial) -> None:
    filings = [await trial.world.accept(wood(reference=str(number))) for number in range(3)]
    before = [await trial.world.events(filing) for filing in filings]
    assert (await trial.looked())["changed"] == 3
    assert [await trial.world.events(filing) for filing in filings] == before
    modes = [(await trial.world.last(each, "requirement.determined"))["mode"] for each in filings]
    assert modes == ["joint"] * 3
    assert await trial.world.broken() == {}


async def test_a_draft_that_fails_is_told_and_holds_nothing_up(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by the draft")

    with monkeypatch.context() as patched:
        patched.setattr(replaying, "again", failing)
        filing = await trial.world.accept(wood())
        told = await trial.looked()
    assert (told["decided"], told["faults"]) == (1, 1)
    assert told["differences"][0]["fault"] == "ZeroDivisionError: by the draft"
    assert (await trial.world.last(filing, "requirement.determined"))["mode"] == "joint"
    await trial.world.accept(laptops())
    assert (await trial.looked())["decided"] == 2


async def test_a_draft_that_cannot_even_be_read_is_told_as_well(trial: Trial) -> None:
    await trial.world.execute("ALTER TABLE rule_versions DISABLE TRIGGER never_changed")
    await trial.world.execute(
        "UPDATE rule_versions SET content = content - 'rows' WHERE status = 'in_review'"
    )
    filing = await trial.world.accept(wood())
    told = await trial.looked()
    assert (told["decided"], told["faults"]) == (1, 1)
    assert (await trial.world.last(filing, "requirement.determined"))["mode"] == "joint"


async def test_looking_for_what_is_new_reads_no_draft_again(trial: Trial) -> None:
    """Reading ten thousand rows takes a good part of a second, in which nothing else is done."""
    async with trial.world.service.kit.database.connect() as connection:
        (running,) = await trials.running(connection, on=TODAY)
        content = await trials.content(connection, running["name"], running["version"])
    assert len(content["rows"]) == 1
    assert content not in running.values()


async def test_revisions_are_asked_about_and_batches_go_on(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "AT_ONCE", 2)
    for number in range(4):
        filing = await trial.world.accept(wood(reference=str(number)))
        trial.later(seconds=1)
    await trial.world.escalate(filing, "customs")
    assert (await trial.looked())["decided"] == 5


async def test_it_ends_with_its_day_or_when_it_is_stopped_and_is_tried_once(trial: Trial) -> None:
    trial.later(days=8)
    await trial.world.accept(wood())
    assert (await trial.looked())["decided"] == 0
    stopped = await trial.world.post(f"{PATH}/stop", None)
    assert stopped.status_code == 200
    again = [await trial.world.post(f"{PATH}/stop", None), await trial.started(days=20)]
    assert [each.json()["code"] for each in again] == ["trial_stopped", "tried_before"]


async def test_what_is_decided_after_it_was_stopped_is_not_looked_at(trial: Trial) -> None:
    await trial.world.accept(wood())
    trial.later(minutes=1)
    await trial.world.post(f"{PATH}/stop", None)
    trial.later(minutes=1)
    await trial.world.accept(wood(reference="2"))
    assert (await trial.looked())["decided"] == 1


async def test_only_a_draft_is_tried_and_for_a_year_at_most(
    service_database: Callable[[str], Awaitable[Database]],
) -> None:
    trial = Trial(await service_database(app.NAME))
    await trial.drafted()
    assert (await trial.world.get(PATH)).json()["code"] == "no_such_trial"
    assert (await trial.world.post(f"{PATH}/stop", None)).json()["code"] == "no_such_trial"
    assert [(await trial.started(days)).json()["code"] for days in (-1, 400)] == [
        "trial_too_long"
    ] * 2
    published = await trial.world.post(
        f"/v1/tables/{NAME}/versions/2/trial", {"until": TODAY.isoformat()}
    )
    assert published.json()["code"] == "no_draft"
