"""`onestop bench NAME`: how fast, and how near to what the servers underneath can do.

Each benchmark has a system of its own and measures a floor in the same run: the same bytes or the
same work with nothing of ours in the way. What is told is the ratio; rates are of this machine.
"""

from collections.abc import Callable
from typing import Any

from services.cli.benching import (
    backtest,
    bulk,
    chains,
    check,
    filing,
    growth,
    items,
    memory,
    merging,
    messaging,
    offers,
    pipeline,
    ruling,
    sharing,
    syncing,
    webhooks,
)

BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "filing": filing.run,
    "pipeline": pipeline.run,
    "messaging": messaging.run,
    "memory": memory.run,
    "check": check.run,
    "merge": merging.run,
    "items": items.run,
    "growth": growth.run,
    "webhooks": webhooks.run,
    "bulk": bulk.run,
    "offers": offers.run,
    "rules": ruling.run,
    "backtest": backtest.run,
    "sync": syncing.run,
    "sharing": sharing.run,
    "verify": chains.run,
}
