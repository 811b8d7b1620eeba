"""The figures of a replay, counted from what the system answers, never from what we sent."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.cli.replaying.client import Api
from services.cli.replaying.rows import Row

PREFIXES = ("declaration", "mutual-recognition", "booking", "inspection")
MODES = ("none", "single", "joint", "recognition")
FIGURES = ("inspected", "findings", "recognised", "moves_avoided", "unpackings_avoided", "teu")
SMALL = "2"
ENDED = frozenset({"released", "refused_entry", "withdrawn"})
OPEN = ("accepted", "amending", "withdrawing", "held")
FILINGS = "/declaration/v1/filings"


@dataclass(frozen=True)
class Backlog:
    """What the four services still have to do."""

    events_pending: int
    dead_letters: int


async def backlog(api: Api) -> Backlog:
    """Ask every service. Events of a consumer that the broker cannot tell count as one."""
    events = letters = 0
    for prefix in PREFIXES:
        found = await api.get("service", f"/{prefix}/v1/ops/pending")
        events += found["outbox"] + sum(found["consumers"].values()) + (not found["broker"])
        letters += found["dead_letters"]
    return Backlog(events, letters)


async def statuses(api: Api, *, run: str) -> Counter[str]:
    """How many filings of this run stand in each status."""
    counted: Counter[str] = Counter()
    async for filing in api.every("broker", FILINGS):
        if filing["reference"].endswith(f"-{run}"):
            counted[filing["status"]] += 1
    return counted


async def still_open(api: Api, *, run: str) -> int:
    """How many filings of this run have not ended."""
    left = 0
    for status in OPEN:
        async for filing in api.every("broker", FILINGS, status=status):
            left += filing["reference"].endswith(f"-{run}")
    return left


async def count(api: Api, filings: Mapping[str, Row], *, run: str) -> dict[str, Any]:
    """Everything that `onestop replay --json` prints, but rows and time."""
    ended = await statuses(api, run=run)
    left = await backlog(api)
    return {
        "requirement": await _modes(api, filings),
        **await _bookings(api, filings),
        **await _inspected(api, filings),
        "released": ended["released"],
        "refused_entry": ended["refused_entry"],
        "open": sum(number for status, number in ended.items() if status not in ENDED),
        "events_pending": left.events_pending,
        "dead_letters": left.dead_letters,
    }


async def _modes(api: Api, filings: Mapping[str, Row]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    async for each in api.every("auditor", "/mutual-recognition/v1/requirements"):
        if each["filing_id"] in filings:
            counted[each["mode"]] += 1
    return {mode: counted[mode] for mode in MODES}


async def _bookings(api: Api, filings: Mapping[str, Row]) -> dict[str, int]:
    completed = 0
    async for each in api.every("auditor", "/booking/v1/requests"):
        if each["filing_id"] in filings and each["slot"] is not None:
            completed += 1
    return {"booked": completed}


async def _inspected(api: Api, filings: Mapping[str, Row]) -> dict[str, int]:
    figures: Counter[str] = Counter(dict.fromkeys(FIGURES, 0))
    async for case in api.every("auditor", "/inspection/v1/cases", status="completed"):
        if case["filing_id"] not in filings:
            continue
        figures["inspected"] += 1
        concluded = [each["conclusion"] for each in case["sections"].values()]
        figures["findings"] += any(
            each is not None and each["verdict"] == "nonconform" for each in concluded
        )
        figures["moves_avoided"] += case["counts"]["moves_avoided"]
        figures["unpackings_avoided"] += case["counts"]["unpackings_avoided"]
        figures["teu"] += sum(
            1 if each["size_type"].startswith(SMALL) else 2 for each in case["containers"]
        )
    async for each in api.every("auditor", "/mutual-recognition/v1/recognitions", status="granted"):
        figures["recognised"] += each["filing_id"] in filings
    return figures
