"""`onestop replay CSV`: a dataset's rows through the public API, to their ends."""

import asyncio
import csv
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from services.cli import instance
from services.cli.console import fail
from services.cli.demo import Storyteller
from services.cli.instance import Instance
from services.cli.replaying import rows as dataset
from services.cli.replaying.client import Api
from services.cli.replaying.run import Plan, replay

Figures = dict[str, Any]


def read(path: Path, *, limit: int | None) -> list[dataset.Row | dataset.Unreadable]:
    """The rows, or a message that says what is wrong with the file."""
    try:
        return list(dataset.read(path, limit=limit))
    except (OSError, dataset.NotADataset, UnicodeDecodeError, csv.Error) as error:
        fail(
            f"{path}: {error}",
            chinese=f"{path}：{error}",
            mend="give a file of the Customs Import Declaration Datasets, such as train.csv.",
            mend_zh="请提供 Customs Import Declaration Datasets 的文件，如 train.csv。",
        )


def run(
    where: Instance, rows: list[dataset.Row | dataset.Unreadable], *, seed: int, told: bool = False
) -> Figures:
    """Replay the rows on an instance; `told` prints every receipt as it comes."""
    broker = instance.organisation_of(where.tokens["broker"])
    plan = Plan(rows=rows, broker=broker, seed=seed, run=secrets.token_hex(3))

    async def main() -> Figures:
        async with Api(where.url, where.tokens) as api:
            if not told:
                return await replay(api, plan)
            tellers: list[Storyteller] = []

            def watcher(filings: Mapping[str, dataset.Row]) -> Callable[[], Awaitable[None]]:
                tellers.append(Storyteller(api, filings))
                return tellers[0].tell

            figures = await replay(api, plan, watcher=watcher)
            await tellers[0].catch_up()
            return figures

    return asyncio.run(main())
