"""How much a service still has to do."""

from collections.abc import Sequence
from datetime import datetime

from nats.errors import Error as NatsError
from pydantic import BaseModel

from shared.kit import Kit
from shared.messaging import dead_letters, outbox


class Pending(BaseModel):
    """Events on their way, and dead letters. `broker` is false while the broker is away:

    then `consumers` is empty, since only the broker knows them.
    """

    outbox: int
    oldest: datetime | None
    parked: int
    consumers: dict[str, int]
    dead_letters: int
    broker: bool


async def count(kit: Kit, *, producers: Sequence[str]) -> Pending:
    """Count now. `consumers` maps each producer to the events of it not yet handled here."""
    async with kit.database.connect() as connection:
        waiting, oldest = await outbox.backlog(connection)
        parked = len(await outbox.parked(connection))
        letters = await dead_letters.count_open(connection)
    lags: dict[str, int] = {}
    reached = kit.bus.connected
    if reached:
        try:
            for producer in producers:
                lags[producer] = await kit.bus.lag(producer=producer, consumer=kit.name)
        except (NatsError, OSError, TimeoutError):
            reached = False
            lags = {}
    return Pending(
        outbox=waiting,
        oldest=oldest,
        parked=parked,
        consumers=lags,
        dead_letters=letters,
        broker=reached,
    )
