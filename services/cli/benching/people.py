"""The people of a benchmark: they do what a case asks for as soon as it does."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from services.cli.benching import load
from services.cli.replaying.officers import conclusion
from services.cli.replaying.rows import Label
from shared.contracts import derived

LOOK_EVERY = 0.05
ENDED = frozenset({"completed", "void"})
CASES = "/inspection/v1/cases"


@dataclass
class Desk:
    """Connections for as many as there are, and a token for each of the people."""

    idle: "asyncio.Queue[load.Connection]"
    tokens: Mapping[str, str]
    keys: Any = field(default_factory=count)

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

    async def inspect(self, filing_id: UUID) -> None:
        """Take the filing's case from its slot to its last conclusion, at once."""
        path = f"{CASES}/{derived.case_id(derived.requirement_id(filing_id))}"
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                case = await self.get("officer.customs", path)
                if case["status"] in ENDED:
                    return
                await self._step(path, case)
            except load.Failed as refused:
                # There is no case yet, or it has moved on since it was read.
                if not str(refused).startswith(("404", "409", "422")):
                    raise

    async def _step(self, path: str, case: dict[str, Any]) -> None:
        sections = case["sections"].items()
        at_work = [name for name, each in sections if each["needed"] and not each["concluded"]]
        if not at_work or case["slot"] is None:
            return
        if case["status"] == "planned":
            if not (case["gate"] and case["gate"]["inside"]):
                await self.post("yard", f"{path}/gate-in", {"seals": _seals(case)})
            await self.post(f"officer.{at_work[0]}", f"{path}/open", {"present": at_work[:1]})
            return
        for agency in at_work:
            who = f"officer.{agency}"
            if case["sections"][agency]["joined_at"] is None:
                await self.post(who, f"{path}/join", {})
            found = conclusion(Label.NOTHING, agency, case)
            await self.post(who, f"{path}/conclude", found)


def _seals(case: dict[str, Any]) -> list[dict[str, str]]:
    return [{"container": each["number"], "seal": "S1"} for each in case["containers"]]
