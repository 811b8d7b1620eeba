"""Reading a file under a lease: it is renewed, and a slow database is not a slow reader."""

import asyncio
import sys
from typing import Any

import pytest

from services.declaration.bulk import child
from services.declaration.jobs import parsing
from tests.factories import NOW


def _tells(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    lines = [b"{}"] * count + [b'{"whole": 1}']

    async def line(*_: Any, **__: Any) -> bytes:
        return lines.pop(0)

    monkeypatch.setattr(parsing, "_line", line)
    monkeypatch.setattr(parsing, "COMMAND", (sys.executable, "-S", "-c", "pass"))


async def test_the_time_that_a_reader_may_take_never_cancels_who_keeps_what_it_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def still() -> None:
        """Nothing has to be renewed."""

    _tells(monkeypatch, 1)
    monkeypatch.setattr(parsing, "SECONDS", 0.0)
    told = parsing.parsed(b"", child.CSV, day=NOW.date(), zone="UTC", still=still, every=60)
    assert await anext(told) == {}
    for _ in range(10):
        await asyncio.sleep(0)
    assert [each async for each in told] == [{"whole": 1}]


async def test_a_lease_is_renewed_while_filings_come_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewed = []

    async def still() -> None:
        renewed.append(1)

    _tells(monkeypatch, 5)
    told = parsing.parsed(b"", child.CSV, day=NOW.date(), zone="UTC", still=still, every=0.0)
    assert len([each async for each in told]) == 6
    assert len(renewed) >= 5
