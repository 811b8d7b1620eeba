"""`onestop replay CSV`: a dataset's rows through the public API, to their ends."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from services.cli import instance
from services.cli.console import fail
from services.cli.instance import Instance
from services.cli.replaying import rows as dataset
from services.cli.replaying.client import Api
from services.cli.replaying.run import Plan, replay


def read(path: Path, *, limit: int | None) -> list[dataset.Row]:
    """The rows, or a message that says what is wrong with the file."""
    try:
        return list(dataset.read(path, limit=limit))
    except (OSError, dataset.NotADataset, UnicodeDecodeError) as error:
        fail(
            f"{path}: {error}",
            chinese=f"{path}：{error}",
            mend="give a file of the Customs Import Declaration Datasets, such as train.csv.",
        )


def run(where: Instance, rows: list[dataset.Row], *, seed: int) -> dict[str, Any]:
    """Replay the rows on an instance."""
    plan = Plan(
        rows=rows,
        broker=instance.organisation_of(where.tokens["broker"]),
        seed=seed,
        run=secrets.token_hex(3),
    )

    async def main() -> dict[str, Any]:
        async with Api(where.url, where.tokens) as api:
            return await replay(api, plan)

    return asyncio.run(main())
