"""What `onestop rules backtest` does: ask a system for a backtest, and wait until it is done."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from services.cli import operating, ruling
from services.cli.console import err, say
from services.cli.instance import Instance
from services.cli.replaying.client import Api, Document
from services.mutual_recognition.decision_tables import files
from shared.errors import Faults

WHO = "supervisor.customs"
PREFIX = "/mutual-recognition/v1"
LOOK_SECONDS = 0.5
FIRST = ("filings", "changed", "recognised_before", "recognised_after", "missed_findings")


def run(where: Instance, path: Path) -> Document | None:
    """The report, the documented figures first; None if there is none, which is told."""
    try:
        content = files.read(path.read_bytes())
    except Faults as refused:
        for line in ruling.lines(ruling.plain(path.stem, fault) for fault in refused.faults):
            say(line)
        return None
    body = content.model_dump(mode="json", exclude_defaults=True)
    found = operating.run(where, lambda api: done(api, path.stem, body))
    if found is None:
        return None
    if found["report"] is None:
        say(f"the backtest failed: {found['failure']} 回测失败。")
        return None
    return told(found)


def told(found: Document) -> Document:
    """The report of a backtest that is done."""
    report = found["report"]
    context = {name: found[name] for name in ("id", "table", "on", "compared_with")}
    return {**{name: report[name] for name in FIRST}, **context, **report}


async def done(api: Api, name: str, body: Document) -> Document:
    """Ask for a backtest and wait until it ended, with a bar on stderr. Raises Refused."""
    found = await api.post(WHO, f"{PREFIX}/tables/{name}/backtests", body, key=str(uuid4()))
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task("filings 申报单", total=None)
        while found["status"] in ("waiting", "running"):
            bar.update(task, total=found["filings"], completed=found["done"])
            await asyncio.sleep(LOOK_SECONDS)
            found = await api.get(WHO, f"{PREFIX}/backtests/{found['id']}")
    return found


def lines(found: Document) -> Iterator[str]:
    """For people: the figures of all filings, then of each agency, company and heading."""
    for name, value in found.items():
        if name.startswith("by_"):
            yield f"{name}:"
            yield from (f"  {key}: {_short(own)}" for key, own in value.items())
        else:
            yield f"{name:20} {_short(value)}"


def _short(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(
        f"{name} ({_short(own)})" if isinstance(own, dict) else f"{name} {own}"
        for name, own in value.items()
    )
