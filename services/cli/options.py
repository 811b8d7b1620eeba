"""What several commands take, as typer reads it."""

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.console import fail
from shared.embedded import folder

DEFAULT_PORT = 8650


class Name(StrEnum):
    """The services, as an argument."""

    DECLARATION = "declaration"
    MUTUAL_RECOGNITION = "mutual_recognition"
    BOOKING = "booking"
    INSPECTION = "inspection"


class Benchmark(StrEnum):
    """The benchmarks, as an argument."""

    FILING = "filing"
    PIPELINE = "pipeline"
    MESSAGING = "messaging"
    MEMORY = "memory"
    CHECK = "check"
    MERGE = "merge"
    ITEMS = "items"
    GROWTH = "growth"
    WEBHOOKS = "webhooks"
    BULK = "bulk"
    OPTIMIZER = "optimizer"
    ONLINE = "online"
    OFFERS = "offers"
    RULES = "rules"
    BACKTEST = "backtest"
    SYNC = "sync"
    SHARING = "sharing"
    VERIFY = "verify"


Url = Annotated[str | None, typer.Option("--url", help="a remote system")]
TokenFile = Annotated[Path | None, typer.Option("--token-file", help="JSON: person -> token")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object as the last line")]
HttpPort = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="HTTP port, 0 for a free one")
]
Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="ONESTOP_DATA", help="data folder", default_factory=folder.default
    ),
]


def factor_of(text: str | None) -> Decimal | None:
    """`600x` or `600` as a Decimal; leaves with a message for anything else."""
    if text is None:
        return None
    from shared.embedded.clock import FASTEST

    written = re.fullmatch(r"([0-9]{1,6}(\.[0-9]{1,3})?)x?", text)
    if written is None or not 1 <= Decimal(written[1]) <= FASTEST:
        fail(
            f"--clock {text}: not a speed.",
            chinese=f"--clock {text}：不是有效的倍速。",
            mend=f"write a number from 1 to {FASTEST}, such as 600x.",
            mend_zh=f"请写 1 到 {FASTEST} 之间的数，如 600x。",
        )
    return Decimal(written[1])
