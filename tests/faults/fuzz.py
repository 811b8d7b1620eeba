"""A long run of spoilt requests against a running `onestop up`, over real sockets.

    python -m tests.faults.fuzz --requests 100000 --seed 1

Every operation of every document is asked for, well formed or spoilt. No answer may be a 5xx, a
refusal that is no problem document, or none at all; afterwards every invariant holds, nothing is
stuck, and a good filing comes to its end. Progress goes to stderr, the last line on stdout is one
JSON object; leaves with 1 if anything was wrong. The same seed makes the same choices, though not
the same interleaving.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from services.cli import verify
from services.cli.replaying.client import Api
from tests.e2e.town import GOODS
from tests.e2e_cli.program import folder, serving
from tests.faults.fuzzer import FILINGS, SHOWN, Fuzzer

AT_ONCE = 8
SETTLED_SECONDS = 300.0
SEEDLINGS = 12
ENDING = {f"ONESTOP_{name}_STREAM_SECONDS": "0.2" for name in ("BOOKING", "INSPECTION")}
"""Streams end by themselves, or each that is asked for would keep a lane for long."""
SEEDBEDS = ("/booking/v1/requests", "/inspection/v1/cases", "/mutual-recognition/v1/requirements")


async def _plant(fuzzer: Fuzzer, api: Api) -> None:
    """Consignments of every mode, so that there are ids to ask for."""
    for number in range(SEEDLINGS):
        kind = list(GOODS)[number % len(GOODS)]
        filed = await api.post("broker", FILINGS, fuzzer.filing(kind), key=f"plant-{number}")
        fuzzer.learn(FILINGS, filed)
    for path in SEEDBEDS:
        found: list[dict[str, Any]] = []
        while not found:
            await asyncio.sleep(0.1)
            found = [each async for each in api.every("auditor", path)]
        for each in found:
            fuzzer.learn(path, each)


async def _fire(fuzzer: Fuzzer, requests: int) -> None:
    left = iter(range(requests))

    async def lane() -> None:
        for number in left:
            if number % 1000 == 0:
                _say(f"{number} requests, {dict(sorted(fuzzer.seen.statuses.items()))}")
                fuzzer.yard_time = await _yard_time(fuzzer.http)
            await fuzzer.send(fuzzer.request())

    async with asyncio.TaskGroup() as lanes:
        for _ in range(AT_ONCE):
            lanes.create_task(lane())


async def _yard_time(http: httpx.AsyncClient) -> datetime:
    return datetime.fromisoformat((await http.get("/")).json()["yard_time"])


async def _healthy(fuzzer: Fuzzer, api: Api) -> dict[str, Any]:
    """What `onestop verify` finds once nothing is pending, and how a good filing ends."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while (found := await verify.check(api))["events_pending"] and time.monotonic() < deadline:
        await asyncio.sleep(1)
    fuzzer.yard_time = await _yard_time(fuzzer.http)
    filed = await api.post("broker", FILINGS, fuzzer.filing("none"), key=str(uuid4()))
    status = filed["status"]
    while status == "accepted" and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        status = (await api.get("broker", f"{FILINGS}/{filed['id']}"))["status"]
    return {**found, "good_filing": status}


def unhealthy(found: Mapping[str, Any]) -> list[str]:
    """What is not as it must be afterwards."""
    wanted = {
        "chains_ok": True,
        "invariants_broken": [],
        "events_pending": 0,
        "dead_letters": 0,
        "good_filing": "released",
    }
    return [f"{name}: {found[name]}" for name, want in wanted.items() if found[name] != want]


async def fuzz(url: str, tokens: Mapping[str, str], *, requests: int, seed: int) -> dict[str, Any]:
    """Send that many requests to a running system; what became of them, and `faults`."""
    began = time.monotonic()
    fuzzer = Fuzzer(url, tokens, seed=seed)
    async with fuzzer.http, Api(url, tokens) as api:
        fuzzer.yard_time = await _yard_time(fuzzer.http)
        await _plant(fuzzer, api)
        await _fire(fuzzer, requests)
        found = await _healthy(fuzzer, api)
    seen = fuzzer.seen
    return {
        "requests": requests,
        "seed": seed,
        "statuses": {str(status): many for status, many in sorted(seen.statuses.items())},
        "done": dict(seen.done),
        "slowest_seconds": round(seen.slowest, 2),
        **found,
        "seconds": round(time.monotonic() - began, 1),
        "faults": [*seen.faults, *unhealthy(found)],
    }


def run(*, requests: int, seed: int) -> dict[str, Any]:
    """Start an instance, fuzz it, stop it."""
    with folder() as room:
        up = ("up", "--data", str(room / "data"), "--port", "0", "--clock", "600x")
        with serving(*up, log=room / "log", **ENDING) as served:
            served.wait_until_ready()
            told = asyncio.run(fuzz(served.url, served.tokens, requests=requests, seed=seed))
            logged = [line for line in served.said.splitlines() if "request_failed" in line]
            served.stop()
    return {**told, "faults": [*told["faults"], *logged[:SHOWN]]}


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


def main() -> int:
    """Parse, run, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz")
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    told = run(requests=asked.requests, seed=asked.seed)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
