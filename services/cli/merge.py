"""The command `onestop merge`; what it does is imported when it runs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli import console
from services.cli.options import Json


def merge(
    customs: Annotated[Path, typer.Argument(help="the customs form, JSON")],
    inspection: Annotated[
        Path | None, typer.Argument(help="the inspection form, JSON, if the goods needed one")
    ] = None,
    answers: Annotated[Path | None, typer.Option(help="answers to conflicts, JSON")] = None,
    instructions: Annotated[
        Path | None, typer.Option(help="standing instructions for conflicts, JSON")
    ] = None,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="a day; today unless told")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Merge two declarations of before the reform into one filing, without filing it."""
    from services.cli import merging

    settled = merging.Settled(answers, instructions)
    found = merging.run(customs, inspection, settled, None if at is None else at.date())
    if as_json:
        console.result(found.plain())
        return
    for line in merging.lines(found):
        console.tell(line)
