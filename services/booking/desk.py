"""Where a command's turn is made: clocks, ids, terms, and the yards, which change rarely."""

from datetime import datetime, timedelta

from services.booking import store
from services.booking.commands.turn import Terms, Turn
from services.booking.domain.yard import Yard
from services.booking.settings import Settings
from services.booking.store import Reading
from shared.kit import Kit

YARDS_KEPT = timedelta(minutes=1)


class Desk:
    """One for a service's process. Yards are read again after a minute of wall time."""

    def __init__(self, kit: Kit, settings: Settings) -> None:
        self.kit = kit
        self.settings = settings
        self._yards: dict[str, Yard] = {}
        self._read_at: datetime | None = None

    async def turn(self, session: Reading) -> Turn:
        """The turn of a command that runs now."""
        wall = self.kit.clock.wall()
        return Turn(
            now=self.kit.clock.yard(),
            wall=wall,
            ids=self.kit.ids,
            yards=await self._known_yards(session, wall),
            terms=self.terms(),
        )

    def terms(self) -> Terms:
        """A hold lasts its yard minutes, or its wall seconds if those are longer."""
        yard_time = timedelta(minutes=self.settings.hold_minutes)
        wall_time = timedelta(seconds=float(self.settings.hold_seconds * self.kit.clock.factor))
        return Terms(
            hold=max(yard_time, wall_time),
            lead=timedelta(minutes=self.settings.lead_minutes),
            horizon_days=self.settings.horizon_days,
        )

    async def _known_yards(self, session: Reading, wall: datetime) -> dict[str, Yard]:
        if self._read_at is None or not self._yards or wall - self._read_at > YARDS_KEPT:
            self._yards = await store.yards(session)
            self._read_at = wall
        return self._yards
