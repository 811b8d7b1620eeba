"""`make faults`: the long form of the fault tests, with its numbers as parameters.

    make faults ARGS="--kills 1000 --cuts 50 --seed 1"

Progress goes to stderr; the last line on stdout is one JSON object. Leaves with 1 if anything was
lost, doubled or stuck, or if a control that must lose did not; with 2 if what was asked for cannot
be done here.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests import forging
from tests.faults import changes, controls, cuts, disk, fuzz, kills, leader, model, town, traffic

CHECK_EVERY = 100
INSPECTED = 0.2


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


async def run_kills(room: Path, *, number: int, waves: int, seed: int) -> dict[str, Any]:
    """Waves of crash points, then random kills; the model is asked every so many."""
    killed: Counter[str] = Counter()
    random, faults = Random(seed), list[str]()
    async with (
        town.founded(room / "kills") as founded,
        founded.api() as api,
        traffic.working(api, seed=seed, inspected=INSPECTED) as flow,
    ):

        async def check() -> None:
            found = await model.settled(founded.place, api, acknowledged=flow.acknowledged)
            faults.extend(found + founded.failures())
            say(f"{sum(killed.values())} kills, {len(flow.acknowledged)} filings, {faults}")

        def note(name: str) -> None:
            killed[name] += 1
            if sum(killed.values()) % 10 == 0:
                say(f"{sum(killed.values())} kills, {len(flow.acknowledged)} filings")

        for wave in range(waves):
            died = await kills.at_points(founded, flow, kills.wave(wave))
            faults += [f"{each} left with {code}" for each, code in died.items() if code != -9]
            killed.update(died.keys())
            await check()
        left = number
        while left > 0 and not faults:
            some = min(left, CHECK_EVERY)
            await kills.at_random(founded, flow, kills=some, random=random, done=note)
            left -= some
            await check()
        return {"killed": dict(killed), "filings": len(flow.acknowledged), "faults": faults}


async def run_cuts(room: Path, *, number: int, seed: int) -> dict[str, Any]:
    """Power cuts under the whole system, and the two controls."""
    seen: list[cuts.Ledger] = []

    def done(before: cuts.Ledger) -> None:
        seen.append(before)
        say(f"cut {len(seen)}: {len(before.filings)} filings, {before.published} publications")

    with disk.mounted() as power:
        blows = [cuts.Blow.POWER] * number
        faults = await cuts.endure(
            power, blows, log=room / "cuts.log", random=Random(seed), done=done
        )
    with disk.mounted() as power:
        careless, kept = await controls.written_and_kept(power, careful=False)
    lost = {"rows": careless.rows - kept.rows, "messages": careless.messages - kept.messages}
    faults += [f"the control lost no {what}" for what, many in lost.items() if many <= 0]
    return {
        "cuts": len(seen),
        "filings": len(seen[-1].filings),
        "publications": seen[-1].published,
        "controls_acknowledged": {"rows": careless.rows, "messages": careless.messages},
        "controls_lost": lost,
        "faults": faults,
    }


async def run_brokers(room: Path, *, number: int) -> dict[str, Any]:
    """Three brokers, the leader killed again and again; then all of them away for a day."""
    killed: list[dict[str, Any]] = []
    async with leader.founded(room) as three:
        for _ in range(number):
            killed.append(await leader.killed(three))
            say(f"leader killed: {killed[-1]}")
        away = await leader.away(three)
    faults = [fault for each in (*killed, away) for fault in each.pop("faults")]
    return {"leaders": killed, "away": away, "faults": faults}


async def run(asked: argparse.Namespace, room: Path) -> dict[str, Any]:
    """Everything that was asked for."""
    began, told = time.monotonic(), dict[str, Any]()
    if asked.kills or asked.waves:
        told["kills"] = await run_kills(
            room, number=asked.kills, waves=asked.waves, seed=asked.seed
        )
    if asked.cuts:
        told["cuts"] = await run_cuts(room, number=asked.cuts, seed=asked.seed)
    if asked.brokers:
        told["brokers"] = await run_brokers(room, number=asked.brokers)
    if asked.changes:
        of_rows = asked.changes // 2
        say(f"{of_rows} changes of rows and files, {asked.changes - of_rows} of an archive")
        told["rows"] = await changes.run(changes=of_rows, seed=asked.seed)
        unseen = forging.unseen(changes=asked.changes - of_rows, seed=asked.seed)
        told["archive"] = {"changes": asked.changes - of_rows, "faults": unseen}
    if asked.requests:
        told["fuzz"] = await asyncio.to_thread(fuzz.run, requests=asked.requests, seed=asked.seed)
    faults = [each for part in told.values() for each in part.pop("faults")]
    seconds = round(time.monotonic() - began, 1)
    return {"seed": asked.seed, **told, "seconds": seconds, "faults": faults}


@contextmanager
def _room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="onestop-faults-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def main() -> int:
    """Parse, run, report."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=...", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="random kills")
    parser.add_argument("--waves", type=int, default=kills.WAVES, help="of crash points, up to 9")
    parser.add_argument("--cuts", type=int, default=2, help="power cuts; they need root on Linux")
    parser.add_argument(
        "--brokers", type=int, default=1, help="kills of a leader of three; 0 leaves them out"
    )
    parser.add_argument("--requests", type=int, default=1000, help="spoilt requests")
    parser.add_argument(
        "--changes",
        type=int,
        default=10_000,
        help="one at a time: half of rows and files, half of an archive",
    )
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.cuts and (lacking := disk.lacking()):
        say(f"{lacking}; leave them out with --cuts 0")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with _room() as room:
        told = asyncio.run(run(asked, room))
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
