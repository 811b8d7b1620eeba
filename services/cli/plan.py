"""The command `onestop plan`; what it does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import Json

SECONDS = 20.0


def plan(
    instance: Annotated[Path, typer.Argument(help="a joint-slot instance, JSON")],
    seconds: Annotated[
        float | None, typer.Option(min=0.01, max=86_400, help="time for the plan; 20 unless told")
    ] = None,
    turns: Annotated[
        int | None,
        typer.Option(min=1, help="turns of the search: the same plan on every machine"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="what is drawn is drawn from it")] = 1,
    out: Annotated[Path | None, typer.Option(help="write the plan into this file")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Plan one joint-slot instance with the yard's own optimizer."""
    from services.cli.planning import running

    if seconds is None and turns is None:
        seconds = SECONDS
    running.run(instance, seconds=seconds, turns=turns, seed=seed, out=out, as_json=as_json)
