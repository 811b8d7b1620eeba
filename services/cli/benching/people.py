"""The people of a benchmark: they do what a case asks for as soon as it does.

They find their work in the list of planned cases, as officers do: which filings are inspected
the rules decide, by random draws as well, and not the benchmark.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from services.cli.benching import load
from services.cli.replaying.officers import conclusion
from services.cli.replaying.rows import Label

LOOK_EVERY = 0.25
ENDED = frozenset({"completed", "void"})
CASES = "/inspection/v1/cases"
PLANNED = f"{CASES}?status=planned&limit=200"


@dataclass
class Desk:
    """Connections for as many as there are, and a token for each of the people."""

    idle: "asyncio.Queue[load.Connection]"
    tokens: Mapping[str, str]
    keys: Any = field(default_factory=count)
    at_work: set[str] = field(default_factory=set)

    async def send(self, request: bytes) -> dict[str, Any]:
        """Send a request on a free connection. Raises load.Failed."""
        connection = await self.idle.get()
        try:
            answer: dict[str, Any] = json.loads(await connection.send(request))
        finally:
            self.idle.put_nowait(connection)
        return answer

    async def get(self, who: str, path: str) -> dict[str, Any]:
        """Read something."""
        return await self.send(load.request("GET", path, token=self.tokens[who]))

    async def post(self, who: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Do something."""
        raw = json.dumps(body).encode()
        key = f"people-{next(self.keys)}"
        return await self.send(
            load.request("POST", path, token=self.tokens[who], body=raw, key=key)
        )

    @asynccontextmanager
    async def staffed(self) -> AsyncIterator[None]:
        """Work on every case for as long as the block runs. What fails there ends the block."""
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self._work(tasks))
            yield
            working.cancel()

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            for case in (await self.get("officer.customs", PLANNED))["items"]:
                if case["slot"] is not None and case["id"] not in self.at_work:
                    self.at_work.add(case["id"])
                    tasks.create_task(self._inspect(case))
            await asyncio.sleep(LOOK_EVERY)

    async def _inspect(self, case: dict[str, Any]) -> None:
        """Take a case from its slot to its last conclusion."""
        path = f"{CASES}/{case['id']}"
        while case["status"] not in ENDED:
            try:
                case = await self._step(path, case)
            except load.Failed as refused:
                # It has moved on since it was read.
                if refused.status not in (409, 422):
                    raise
                await asyncio.sleep(LOOK_EVERY)
                case = await self.get("officer.customs", path)
        self.at_work.discard(case["id"])

    async def _step(self, path: str, case: dict[str, Any]) -> dict[str, Any]:
        """Do what comes next; the case as it is then."""
        sections = case["sections"].items()
        agency = next(
            (name for name, each in sections if each["needed"] and not each["concluded"]), None
        )
        if agency is None or case["slot"] is None:
            await asyncio.sleep(LOOK_EVERY)
            return await self.get("officer.customs", path)
        who = f"officer.{agency}"
        if case["status"] == "planned":
            if not (case["gate"] and case["gate"]["inside"]):
                await self.post("yard", f"{path}/gate-in", {"seals": _seals(case)})
            return await self.post(who, f"{path}/open", {"present": [agency]})
        if case["sections"][agency]["joined_at"] is None:
            return await self.post(who, f"{path}/join", {})
        return await self.post(who, f"{path}/conclude", conclusion(Label.NOTHING, agency, case))


def _seals(case: dict[str, Any]) -> list[dict[str, str]]:
    return [{"container": each["number"], "seal": "S1"} for each in case["containers"]]
