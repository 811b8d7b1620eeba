"""Where a command's turn is made: clocks, ids, terms, and the yards, which change rarely."""

from datetime import timedelta
from uuid import UUID

from services.booking import yardbook
from services.booking.commands.turn import Fair, Terms, Turn
from services.booking.domain.booking import Booking
from services.booking.domain.prices import FREE, Prices
from services.booking.domain.refusals import RequestNotFound
from services.booking.live import Live
from services.booking.settings import Settings
from services.booking.store import Reading
from services.booking.yardbook import Books
from shared.database import table_of
from shared.kit import Kit
from shared.messaging.tables import OutboxRow
from shared.watching import Watch


class Desk:
    """One for a service's process. Yards are read again once the database says they changed."""

    def __init__(self, kit: Kit, settings: Settings) -> None:
        self.kit = kit
        self.settings = settings
        self.prices: Prices = FREE
        """What scarce resources are worth: whoever plans may put another table here."""
        self.watch = Watch(table_of(OutboxRow).c.seq)
        """Who reads boards along."""
        self.calendars_read = False
        """Whether what is taken of all yards was read into memory since the start."""
        self._live = Live(horizon_days=settings.horizon_days)
        self._books: Books | None = None

    async def turn(self, session: Reading) -> Turn:
        """The turn of a command that runs now."""
        return self._turn(await self.books(session))

    async def with_booking(self, session: Reading, booking_id: UUID) -> tuple[Turn, Booking]:
        """The turn of a command on a booking, which is locked, or of a look at it.

        Raises RequestNotFound.
        """
        stamp, booking = await yardbook.with_booking(session, booking_id)
        if booking is None:
            raise RequestNotFound()
        return self._turn(await self._known(session, stamp)), booking

    def _turn(self, books: Books) -> Turn:
        return Turn(
            now=self.kit.clock.yard(),
            wall=self.kit.clock.wall(),
            ids=self.kit.ids,
            yards=books.yards,
            terms=self.terms(),
            prices=self.prices,
            live=self._live,
        )

    def terms(self) -> Terms:
        """A hold lasts its yard minutes, or its wall seconds if those are longer."""
        yard_time = timedelta(minutes=self.settings.hold_minutes)
        wall_time = timedelta(seconds=float(self.settings.hold_seconds * self.kit.clock.factor))
        offer_time = timedelta(minutes=self.settings.offer_minutes)
        return Terms(
            hold=max(yard_time, wall_time),
            offer=max(offer_time, wall_time),
            lead=timedelta(minutes=self.settings.lead_minutes),
            horizon_days=self.settings.horizon_days,
            fair=Fair(
                holds=self.settings.holds_per_broker,
                cancels=self.settings.cancels_per_broker,
                span=timedelta(days=self.settings.cancel_days),
            ),
        )

    async def books(self, session: Reading) -> Books:
        """The yards as they are now; in a transaction that writes they stay so until its end."""
        return await self._known(session, await yardbook.stamp(session))

    async def _known(self, session: Reading, stamp: int) -> Books:
        if self._books is None or self._books.stamp != stamp or not self._books.yards:
            self._books = await yardbook.read(session)
        return self._books
