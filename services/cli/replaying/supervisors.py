"""Supervisors of both agencies: they register and rate the companies that shall be recognised."""

import asyncio
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from services.cli.replaying import making
from services.cli.replaying.client import Api
from services.cli.replaying.rows import Row

COMPANIES = "/mutual-recognition/v1/companies"
AT_ONCE = 8
RATED_PERCENT = 60
GROUNDS = "回放：按种子抽取的守信企业 replay: a trustworthy company drawn by the seed"


def chosen(rows: Iterable[Row], *, seed: int) -> list[str]:
    """Importers to rate high: a reproducible 60% of those with goods that bear no duty."""
    free = {row.importer for row in rows if row.duty_percent == 0}
    return sorted(each for each in free if _draw(each, seed) < RATED_PERCENT)


def _draw(importer: str, seed: int) -> int:
    digest = hashlib.sha256(f"{seed}:{importer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


async def rate(api: Api, importers: Iterable[str], *, run: str, now: datetime) -> None:
    """Register each importer and have both agencies rate it high from yesterday on."""
    waiting = iter(importers)

    async def rater() -> None:
        for importer in waiting:
            await _rate(api, importer, run=run, since=now - timedelta(days=1))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(rater())


async def _rate(api: Api, importer: str, *, run: str, since: datetime) -> None:
    uscc = making.uscc(importer)
    company = {"uscc": uscc, "name": f"进口商 Importer {importer}"}
    await api.post("supervisor.customs", COMPANIES, company, key=f"{run}:{uscc}")
    rating = {"grade": "high", "valid_from": since.date().isoformat(), "grounds": GROUNDS}
    for agency in ("customs", "quarantine"):
        path = f"{COMPANIES}/{uscc}/ratings"
        await api.post(f"supervisor.{agency}", path, rating, key=f"{run}:{uscc}:{agency}")
