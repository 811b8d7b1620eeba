"""What holds between services, looked at while a system goes on."""

import asyncio
from collections import defaultdict
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from services.cli import verify
from services.cli.replaying.client import Api

REQUESTS = 4 * 3 + 3
"""Of one look: each service is asked what breaks it and, twice, what is pending; and three lists.
"""
UNDER_WAY = ("accepted", ("determined", None), "open")
ENDED = ("released", ("met", "released"), "completed")


class System:
    """One filing, its requirement and its case, as three services tell of them; another state of
    all three from a request on.
    """

    def __init__(self, first: Any, then: Any, *, turn: int) -> None:
        self._states, self._turn, self.asked = (first, then), turn, 0
        self.api = FastAPI()
        self.api.get("/{path:path}")(self.answer)

    async def answer(self, request: Request) -> dict[str, Any]:
        """As the services would."""
        state = self._states[self.asked >= self._turn]
        self.asked += 1
        path = request.url.path
        if path.endswith("/verify"):
            return {"checks": {}, "broken": []}
        if path.endswith("/pending"):
            return {"outbox": 0, "consumers": {}, "broker": True, "dead_letters": 0}
        return {"items": self._items(path, state), "next": None}

    def _items(self, path: str, state: Any) -> list[dict[str, Any]]:
        if state is None:
            return []
        filing, (status, outcome), case = state
        requirement = {"filing_id": "1", "mode": "joint", "status": status, "outcome": outcome}
        lists: dict[str, dict[str, Any]] = {
            verify.FILINGS: {"id": "1", "status": filing},
            verify.REQUIREMENTS: requirement,
            verify.CASES: {"id": "3", "filing_id": "1", "status": case},
        }
        return [lists[path]]


def looked(system: System) -> list[str]:
    """What is broken of it."""

    async def look() -> Any:
        transport = httpx.ASGITransport(app=system.api)
        tokens: dict[str, str] = defaultdict(str)
        async with Api("http://test", tokens, transport=transport) as api:
            return await verify.check(api)

    broken: list[str] = asyncio.run(look())["invariants_broken"]
    return broken


@pytest.mark.parametrize("states", [(UNDER_WAY, ENDED), (None, UNDER_WAY), (None, ENDED)])
def test_whatever_happens_between_two_lists_nothing_is_broken_by_it(states: Any) -> None:
    for turn in range(REQUESTS):
        system = System(*states, turn=turn)
        assert (looked(system), turn) == ([], turn)
    assert system.asked == REQUESTS


def test_a_filing_that_ended_without_its_case_is_broken() -> None:
    released, met, _ = ENDED
    state = (released, met, "open")
    assert looked(System(state, state, turn=0)) == ["filing 1 ended without a completed case"]
    state = (released, ("met", "refused_entry"), "completed")
    assert looked(System(state, state, turn=0)) == [
        "filing 1 is released, its requirement refused_entry"
    ]
