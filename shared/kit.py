"""What a composition root hands to a service: its database, broker, clocks, ids and token check."""

from dataclasses import dataclass

from fastapi import Request

from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.database import Database
from shared.http.rates import Rates
from shared.ids import Ids
from shared.messaging.bus import Bus
from shared.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Kit:
    """The parts one service works with. Without `rates` it takes as many requests as come.

    `sandbox`: references may ask for an outcome; see `contracts.values.Sandbox`.
    """

    name: str
    database: Database
    bus: Bus
    clock: Clock
    ids: Ids
    tokens: TokenChecker
    metrics: Metrics
    rates: Rates | None = None
    sandbox: bool = False


async def kit_of(request: Request) -> Kit:
    """The kit of the application that answers: `kit: Annotated[Kit, Depends(kit_of)]`."""
    kit: Kit = request.app.state.kit
    return kit
