"""Stored filings are replayed under a draft, with what was found, apart from all else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from services.mutual_recognition import backtests
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.jobs import backtesting, replaying
from services.mutual_recognition.jobs.replaying import Task
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules.tally import Tally
from services.mutual_recognition.settings import Settings
from shared.contracts.values import Disposal, Purpose, Verdict
from tests import factories
from tests.integration.mutual_recognition import backtested
from tests.integration.mutual_recognition.boxes import A, B, C, three
from tests.integration.mutual_recognition.world import World, found, laptops, wood
from tests.unit.mutual_recognition import builders

NAME = "selection-quarantine"
TODAY = factories.NOW.date().isoformat()
BOOK, PRICES = Rulebook.of(Settings()), Settings().prices()


def _nothing(name: str = NAME) -> dict[str, Any]:
    """The founding table without any row but its last."""
    founding = builders.founding()[name].table
    content: dict[str, Any] = founding.model_dump(mode="json", exclude_defaults=True)
    return {**content, "valid_from": TODAY, "rows": content["rows"][-1:]}


async def _asked(world: World, content: dict[str, Any], name: str = NAME) -> str:
    asked = await world.post(f"/v1/tables/{name}/backtests", content)
    assert asked.status_code == 202, asked.text
    return str(asked.json()["id"])


async def _backtest(world: World, backtest_id: str) -> Any:
    return (await world.get(f"/v1/backtests/{backtest_id}")).json()


async def _filings(world: World) -> None:
    """Wood of which one was bad, one clean, one not inspected yet; laptops; one taken back."""
    bad, clean, _, gone = [await world.accept(wood(reference=str(n))) for n in range(4)]
    await world.accept(laptops())
    await world.conclude(bad, "quarantine", Verdict.NONCONFORM, disposal=Disposal.RETURN)
    await world.conclude(bad, "customs")
    for agency in ("quarantine", "customs"):
        await world.conclude(clean, agency)
    await world.withdraw(gone)
    await world.leave(gone, Purpose.WITHDRAW)


async def test_a_backtest_counts_what_a_draft_would_spare_and_miss(world: World) -> None:
    await _filings(world)
    backtest_id = await _asked(world, _nothing())
    assert await backtested.make(world.service.kit)
    shown = await _backtest(world, backtest_id)
    assert (shown["status"], shown["filings"], shown["done"]) == ("done", 4, 4)
    assert shown["compared_with"][NAME] == 2
    told = shown["report"]
    assert [
        told[name]
        for name in ("filings", "inspected", "changed", "missed_findings", "missed_before")
    ] == [4, 2, 3, 1, 0]
    spared = told["spared"]
    assert (spared["found"]["hits"], spared["found"]["of"], spared["unknown"]) == (1, 2, 1)
    agencies = told["by_agency"]
    assert [agencies[each]["inspected_after"] for each in ("customs", "quarantine")] == [3, 0]
    assert told["moves_saved"]["total"] == "0.00"


async def test_a_recognition_draft_recognises_and_tells_how_many_more(world: World) -> None:
    await world.trust()
    filings = [await world.accept(wood(reference=str(number))) for number in range(3)]
    modes = [(await world.last(each, "requirement.determined"))["mode"] for each in filings]
    backtest_id = await _asked(world, _nothing("recognition"), "recognition")
    assert await backtested.make(world.service.kit)
    told = (await _backtest(world, backtest_id))["report"]
    assert told["recognised_before"] == modes.count("recognition") > 0
    assert (told["recognised_after"], told["changed"]) == (0, modes.count("recognition"))


async def test_a_mismatch_draft_is_tried_where_recognition_was_refused(world: World) -> None:
    await world.trust()
    filing = await world.accept(wood())
    await world.conclude(filing, "quarantine", found=(found(net_kg="1"),))
    assert (await world.last(filing, "requirement.revised"))["mode"] == "joint"
    await world.accept(wood(reference="2"))
    backtest_id = await _asked(world, _nothing("mismatch"), "mismatch")
    assert await backtested.make(world.service.kit)
    assert (await _backtest(world, backtest_id))["filings"] == 1


@pytest.mark.parametrize(("weights", "findings"), [(("1000", None), 0), (("1000", "900"), 1)])
async def test_a_gross_weight_that_is_not_known_whole_is_no_finding(
    world: World, weights: tuple[str | None, ...], findings: int
) -> None:
    await world.trust()
    filing = await world.accept(three(gross_kg="3300"))
    for number, part, weight in ((1, A, weights[0]), (2, B, weights[1]), (3, C, "1000")):
        await world.conclude(
            filing, "quarantine", containers=(part,), found=(found(number),), gross_kg=weight
        )
    await world.conclude(filing, "customs", containers=(C,))
    assert (await world.last(filing, "requirement.met"))["outcome"] == "released"
    backtest_id = await _asked(world, _nothing())
    assert await backtested.make(world.service.kit)
    spared = (await _backtest(world, backtest_id))["report"]["spared"]
    assert (spared["found"]["hits"], spared["found"]["of"]) == (findings, 1)


async def test_a_process_of_its_own_counts_the_same_in_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filings(world)
    whole = await _asked(world, _nothing())
    assert await backtesting.next_one(world.service.kit, BOOK, PRICES)
    monkeypatch.setattr(backtesting, "WORTH_TWO", 1)
    parts = await _asked(world, _nothing())
    assert whole != parts
    assert await backtested.make(world.service.kit)
    first, second = await _backtest(world, whole), await _backtest(world, parts)
    assert first["report"] == second["report"] is not None


async def test_one_that_ends_while_the_same_is_asked_for_is_followed_by_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends between the statement that finds it in the way and the one that reads its id."""
    first = await _asked(world, _nothing())
    async with world.service.kit.database.transaction() as session:
        read = session.scalar

        async def late(wanted: Any) -> Any:
            await backtested.make(world.service.kit)
            monkeypatch.undo()
            return await read(wanted)

        monkeypatch.setattr(session, "scalar", late)
        content, now = Table.model_validate(_nothing()), world.service.kit.clock.wall()
        kept = await backtests.ask(
            session, UUID(int=7), NAME, content, by="author", agency="customs", now=now
        )
    assert kept == UUID(int=7)
    told = [(await _backtest(world, each))["status"] for each in (first, str(kept))]
    assert told == ["done", "waiting"]


async def test_a_content_is_backtested_once_at_a_time_and_what_ended_stays(world: World) -> None:
    first = await _asked(world, _nothing())
    assert await _asked(world, _nothing()) == first
    assert await backtested.make(world.service.kit)
    assert not await backtested.make(world.service.kit)
    assert await _asked(world, _nothing()) != first
    for statement in (
        "UPDATE rule_backtests SET failure = 'x' WHERE status = 'done'",
        "UPDATE rule_backtests SET name = 'x'",
        "DELETE FROM rule_backtests",
    ):
        with pytest.raises(IntegrityError, match="never changed"):
            await world.execute(statement)


async def test_one_whose_process_fails_says_so_and_publishes_nothing(world: World) -> None:
    async def failing(_task: Task, _tell: backtesting.Tell) -> Tally:
        raise backtesting.ReplayFailed("ended with -9: nothing said")

    backtest_id = await _asked(world, _nothing())
    assert await backtesting.next_one(world.service.kit, BOOK, PRICES, replay=failing)
    shown = await _backtest(world, backtest_id)
    assert (shown["status"], shown["report"]) == ("failed", None)
    assert shown["failure"] == "ended with -9: nothing said"
    drafted = await world.post(f"/v1/tables/{NAME}/versions", _nothing())
    assert drafted.json()["backtest"] is None


async def test_one_that_was_left_is_begun_anew_until_it_was_left_too_often(world: World) -> None:
    async def taken_over(task: Task, tell: backtesting.Tell) -> Tally:
        await world.execute("UPDATE rule_backtests SET due_back = due_back - interval '1 hour'")
        assert await backtested.make(world.service.kit)
        return await replaying.run(task, tell)

    backtest_id = await _asked(world, _nothing())
    assert await backtesting.next_one(world.service.kit, BOOK, PRICES, replay=taken_over)
    shown = await _backtest(world, backtest_id)
    assert (shown["status"], shown["failure"]) == ("done", None)

    lost = await _asked(world, _nothing())
    await world.execute(
        f"UPDATE rule_backtests SET status = 'running', tries = {backtesting.TRIES},"
        f" due_back = asked_at - interval '1 hour' WHERE id = '{lost}'"
    )
    assert await backtested.make(world.service.kit)
    assert (await _backtest(world, lost))["failure"] == backtesting.LEFT_ALONE


async def test_a_malformed_table_is_not_replayed(world: World) -> None:
    wrong = {**_nothing(), "rows": [{**_nothing()["rows"][0], "then": {"inspect": "perhaps"}}]}
    refused = await world.post(f"/v1/tables/{NAME}/backtests", wrong)
    assert refused.status_code == 422
    late = (factories.NOW - timedelta(days=1)).date().isoformat()
    refused = await world.post(f"/v1/tables/{NAME}/backtests", {**_nothing(), "valid_from": late})
    assert refused.json()["errors"][0]["code"] == "takeover_passed"
    assert (await world.post("/v1/tables/selection-navy/backtests", _nothing())).status_code == 404
    assert not await backtested.make(world.service.kit)
