"""The command `onestop plan`; what it does is imported when it runs."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import Json

SECONDS = 20.0

MostMoved = Annotated[
    float, typer.Option(min=0, max=1, help="the share of bookings that may be moved")
]
ChangeCost = Annotated[
    float,
    typer.Option(min=0, max=100_000, help="what moving a booking costs, CNY; 4 decimals count"),
]
Advise = Annotated[
    bool, typer.Option("--advise", help="say which bay or team more would help most")
]


def plan(
    instance: Annotated[Path, typer.Argument(help="a joint-slot instance, JSON")],
    seconds: Annotated[
        float | None, typer.Option(min=0.01, max=86_400, help="time for the plan; 20 unless told")
    ] = None,
    turns: Annotated[
        int | None,
        typer.Option(min=1, max=10**9, help="turns of the search: the same plan on every machine"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="what is drawn is drawn from it")] = 1,
    out: Annotated[Path | None, typer.Option(help="write the plan into this file")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="a plan whose slots are booked: they are kept or moved")
    ] = None,
    move_at_most: MostMoved = 1.0,
    change_cost: ChangeCost = 0.0,
    *,
    advise: Advise = False,
    as_json: Json = False,
) -> None:
    """Plan one joint-slot instance with the yard's own optimizer."""
    from services.cli.planning import running

    if seconds is None and turns is None:
        seconds = SECONDS
    wish = running.Wish(
        seconds=seconds,
        turns=turns,
        seed=seed,
        keep=keep,
        move_at_most=Decimal(str(move_at_most)),
        change_cost=round(Decimal(str(change_cost)), 4),
        advise=advise,
    )
    running.run(instance, wish, out=out, as_json=as_json)
