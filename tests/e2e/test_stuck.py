"""`onestop stuck`, as an operator uses it on a running system."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.cli.main import app
from shared.contracts.filing import FilingWithdrawn
from shared.messaging import dead_letters
from tests import kits
from tests import servers as support
from tests.e2e.clock import HandClock
from tests.e2e.system import System, running

PATIENCE = 30.0
HOLDER = "mutual_recognition"
WHY = ("--reason", "release 7 knows it")


@dataclass(frozen=True)
class Ran:
    """What a command said."""

    code: int
    out: str

    def document(self) -> Any:
        """Its last line."""
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True)
class Operator:
    """Somebody at a terminal with the tokens of a system."""

    system: System
    tokens: Path

    async def stuck(self, *args: str) -> Ran:
        """Run `onestop stuck ...`."""
        where = ("--url", self.system.url, "--token-file", str(self.tokens))
        command = ["stuck", *args, *where]
        done = await asyncio.to_thread(CliRunner().invoke, app, command)
        return Ran(done.exit_code, done.output)

    async def until(self, *args: str, holds: Callable[[Any], bool]) -> Any:
        """Look until it holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds(seen := (await self.stuck(*args, "--json")).document()):
                await asyncio.sleep(0.1)
        return seen


@pytest.fixture
async def operator(
    servers: support.TestServers, namespace: str, tmp_path: Path
) -> AsyncIterator[Operator]:
    """An operator of a fresh system."""
    async with running(servers, namespace=namespace, folder=tmp_path, clock=HandClock()) as system:
        tokens = tmp_path / "tokens.json"
        tokens.write_text(json.dumps(dict(system.tokens)))
        yield Operator(system, tokens)


async def _bury(system: System) -> UUID:
    """A dead letter whose cause is mended by now; of which filing."""
    kit, filing_id = system.services[HOLDER].kit, uuid4()
    letter = kits.enveloped(FilingWithdrawn(filing_id=filing_id, filing_version=1), version=1)
    await dead_letters.bury(
        kit.database,
        consumer=kit.name,
        payload=letter.model_dump_json().encode(),
        reason="Undecodable: unknown event type",
        deliveries=1,
        ids=kit.ids,
        now=kit.clock.wall(),
    )
    return filing_id


async def test_dead_letters_are_listed_tried_redriven_and_dropped(operator: Operator) -> None:
    nothing = await operator.stuck()
    filings = [await _bury(operator.system) for _ in range(2)]
    listed = (await operator.stuck("--service", HOLDER, "--json")).document()
    first, second = (each["id"] for each in listed["services"][HOLDER]["dead_letters"])
    told = await operator.stuck()
    shown = (await operator.stuck("show", HOLDER, first, "--json")).document()
    tried = (await operator.stuck("what-if", HOLDER, first, *WHY, "--json")).document()
    redriven = (await operator.stuck("redrive", HOLDER, first, *WHY, "--json")).document()
    again = await operator.stuck("redrive", HOLDER, first, *WHY)
    dropped = (await operator.stuck("drop", HOLDER, second, *WHY, "--json")).document()
    rest = (await operator.stuck("redrive", HOLDER, "all", *WHY, "--json")).document()
    acts = (await operator.stuck("acts", HOLDER, "--json")).document()["acts"]

    assert (nothing.code, nothing.out.splitlines()[-1]) == (0, "nothing is stuck")
    assert listed["stuck"] == 2
    assert f"dead letter {first}" in told.out
    assert str(filings[0]) in shown["payload"]
    assert tried["result"] == "applied"
    assert (redriven["state"], dropped["state"]) == ("redriven", "dropped")
    assert again.code == 1
    assert "dead_letter_unknown" in again.out
    assert rest == {"redriven": [], "failed": [], "open": 0}
    assert [(each["act"], each["by"], each["reason"]) for each in acts] == [
        (act, "demo-service", WHY[1]) for act in ("what_if", "redrive", "drop", "redrive_all")
    ]
    assert (await operator.stuck()).out.splitlines()[-1] == "nothing is stuck"


async def test_a_parked_aggregate_is_listed_and_let_go_on(operator: Operator) -> None:
    filing_id = await _parked(operator.system)
    found = await operator.until(holds=lambda seen: seen["stuck"] == 1)
    [parked] = found["services"]["declaration"]["parked"]
    told = await operator.stuck("--service", "declaration")
    database = operator.system.services["declaration"].kit.database
    async with database.transaction() as session:
        mended = "UPDATE outbox SET envelope = jsonb_set(envelope, '{data}', CAST(:data AS jsonb))"
        data = FilingWithdrawn(filing_id=filing_id, filing_version=1).model_dump_json()
        await session.execute(text(mended), {"data": data})
    done = await operator.stuck("unpark", "declaration", parked["aggregate_id"], *WHY, "--json")
    await operator.until(
        holds=lambda seen: seen["stuck"] == seen["services"]["declaration"]["outbox"] == 0
    )
    assert parked["aggregate_id"] == str(filing_id)
    assert parked["parked_reason"] == "data: dict_type"
    assert f"parked filing {filing_id}" in told.out
    assert "squid" not in told.out
    assert done.document() == {"events": 1}


async def _parked(system: System) -> UUID:
    """An event that cannot be published; of which filing."""
    kit, filing_id = system.services["declaration"].kit, uuid4()
    event = kits.enveloped(FilingWithdrawn(filing_id=filing_id, filing_version=1), version=1)
    row = (
        "INSERT INTO outbox (event_id, aggregate, aggregate_id, aggregate_version, type, envelope,"
        " occurred_at, emission) VALUES (:event, 'filing', :filing, 1, :type,"
        " jsonb_set(CAST(:envelope AS jsonb), '{data}', '\"frozen squid\"'), now(), 1)"
    )
    values = {
        "event": event.id,
        "filing": filing_id,
        "type": event.type,
        "envelope": event.model_dump_json(exclude_none=True),
    }
    async with kit.database.transaction() as session:
        await session.execute(text(row), values)
    return filing_id
