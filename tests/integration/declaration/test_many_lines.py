"""A filing of very many goods lines keeps nobody else waiting."""

import asyncio
import json
import threading
from typing import Any

import httpx
import pytest

from services.declaration import commands
from shared.http import body
from tests import factories, kits

WAIT = 30.0


def _large(**changes: Any) -> bytes:
    """With a fault of shape in each of two hundred lines."""
    lines = [factories.line(number, **changes) for number in range(1, 201)]
    raw = json.dumps(factories.filing(lines=lines)).encode()
    assert len(raw) > body.LARGE
    return raw


async def test_others_are_served_while_a_large_filing_is_checked(
    broker: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, served = threading.Event(), threading.Event()
    check = commands.faults_around

    def waits(*args: Any, **more: Any) -> Any:
        begun.set()
        assert served.wait(WAIT), "nobody was served meanwhile"
        return check(*args, **more)

    monkeypatch.setattr(commands, "faults_around", waits)
    headers = {"Content-Type": "application/json"} | kits.keyed("large")
    sent = asyncio.create_task(
        broker.post("/v1/filings", content=_large(quantity="x"), headers=headers)
    )
    assert await asyncio.to_thread(begun.wait, WAIT)
    assert (await broker.get("/v1/filings")).status_code == 200
    served.set()
    assert (await sent).status_code == 422


async def test_more_lines_than_a_filing_may_have_are_told_with_the_faults_of_the_first_ones(
    broker: httpx.AsyncClient,
) -> None:
    document = factories.filing(lines=[factories.line(1), *[{}] * 19_999])
    headers = {"Content-Type": "application/json"}
    answer = await broker.post("/v1/filings/check", content=json.dumps(document), headers=headers)
    told = answer.json()
    first = told["faults"][0]
    assert (first["code"], first["pointer"]) == ("too_long", "/lines")
    assert first["facts"] == {"max_length": 500, "actual_length": 20_000}
    beyond = [each for each in told["faults"] if each["pointer"].startswith("/lines/500")]
    assert beyond == []
    # Ten fields are missing in each of the other 499 lines that are looked at.
    assert len(told["faults"]) + told["faults_left_out"] < 10 * 500
