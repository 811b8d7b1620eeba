"""What a composition root hands to a service: its database, broker, clocks, ids and token check."""

from dataclasses import dataclass

from fastapi import Request

from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.database import Database
from shared.ids import Ids
from shared.messaging.bus import Bus
from shared.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Kit:
    """The parts one service works with."""

    name: str
    database: Database
    bus: Bus
    clock: Clock
    ids: Ids
    tokens: TokenChecker
    metrics: Metrics


async def kit_of(request: Request) -> Kit:
    """The kit of the application that answers: `kit: Annotated[Kit, Depends(kit_of)]`."""
    kit: Kit = request.app.state.kit
    return kit
