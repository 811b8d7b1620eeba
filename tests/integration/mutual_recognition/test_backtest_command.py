"""`onestop rules backtest` asks a system for a backtest, waits for it, and prints its figures."""

import asyncio
from datetime import timedelta
from io import StringIO

import httpx
import pytest
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Mount

from services.cli import backtesting, people
from services.cli.replaying.client import Api, Refused
from tests import factories, kits
from tests.integration.mutual_recognition import backtested
from tests.integration.mutual_recognition.world import World, laptops, wood
from tests.unit.mutual_recognition import builders

NAME = "selection-customs"


def _api(world: World) -> Api:
    system = Starlette(routes=[Mount("/mutual-recognition", app=world.service.api)])
    tokens = people.tokens(kits.token_issuer(), now=world.service.kit.clock.wall())
    return Api("http://test", tokens, transport=httpx.ASGITransport(app=system))


async def _made(world: World) -> None:
    while not await backtested.make(world.service.kit):
        await asyncio.sleep(0.01)


async def test_who_waits_for_a_backtest_sees_a_bar(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Console(file=StringIO(), force_terminal=True)
    monkeypatch.setattr(backtesting, "err", screen)
    monkeypatch.setattr(backtesting, "LOOK_SECONDS", 0.01)
    await world.accept(wood())
    founding = builders.founding()[NAME].table.model_dump(mode="json", exclude_defaults=True)
    content = {**founding, "valid_from": factories.NOW.date().isoformat()}
    async with _api(world) as api:
        making = asyncio.create_task(_made(world))
        await backtesting.done(api, NAME, content)
        await making
    assert isinstance(screen.file, StringIO)
    assert "filings 申报单" in screen.file.getvalue()
    assert "━" in screen.file.getvalue()


async def test_the_figures_of_a_file_are_told_with_the_documented_ones_first(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for body in (wood(), laptops(reference="2")):
        await world.accept(body)
    founding = builders.founding()[NAME].table.model_dump(mode="json", exclude_defaults=True)
    content = {
        **founding,
        "valid_from": factories.NOW.date().isoformat(),
        "rows": founding["rows"][-1:],
    }
    async with _api(world) as api:
        making = asyncio.create_task(_made(world))
        found = backtesting.told(await backtesting.done(api, NAME, content))
        await making
        late = factories.NOW.date() - timedelta(days=1)
        with pytest.raises(Refused):
            await backtesting.done(api, NAME, {**content, "valid_from": late.isoformat()})
    assert list(found)[:5] == list(backtesting.FIRST)
    assert (found["filings"], found["changed"], found["missed_findings"]) == (2, 1, 0)
    lines = list(backtesting.lines(found))
    assert lines[:2] == [f"{'filings':20} 2", f"{'changed':20} 1"]
    assert any(
        line.startswith("  customs: inspected_before 1, inspected_after 0") for line in lines
    )
    assert "申报单" not in capsys.readouterr().out
