"""What brokers do in the model town, and the yard's staff with their bookings."""

from typing import Any, cast
from uuid import UUID

from services.booking.commands import choices, slots
from services.booking.domain.booking import Booking
from services.booking.domain.fit import Choice
from services.declaration.domain import filing as filings
from tests.model.cores import run
from tests.model.town import Town, goods


def amend(town: Town, filing_id: UUID, *, kind: str | None, packages: int) -> None:
    """The broker asks to amend, to goods of another kind or the number of packages alone."""
    before = town.declaration.filings[filing_id]
    kept = {"reference": before.reference, "slot_wish": before.content.slot_wish}
    goods_now = before.content if kind is None else goods(kind)
    content = goods_now.model_copy(update={**kept, "packages": packages})
    step = filings.ask_amendment(before, content=content, by="a broker", now=town.clock.wall())
    town.tell(town.declaration.keep(step))


def withdraw(town: Town, filing_id: UUID) -> None:
    """The broker asks to take the filing back."""
    before = town.declaration.filings[filing_id]
    step = filings.ask_withdrawal(
        before, reason="sold elsewhere", by="a broker", now=town.clock.wall()
    )
    town.tell(town.declaration.keep(step))


def offered(town: Town, booking: Booking, number: int) -> Choice | None:
    """What the broker is offered, the next slot or a later one."""
    rows = cast(Any, town.booking.rows)
    found = run(choices.find(rows, booking, turn=run(town.booking.desk.turn(rows)))).offers
    if not found:
        return None
    slot = found[min(number, len(found) - 1)].slot
    teams = {each.agency: each.team for each in slot.teams}
    return Choice(yard=slot.yard, bay=slot.bay, teams=teams, starts=slot.starts)


def choose(town: Town, booking: Booking, *, number: int = 0) -> bool:
    """The broker holds an offer; False if there is none."""
    choice = offered(town, booking, number)
    if choice is None:
        return False
    town.tell(
        town.booking.act(
            lambda rows, turn: slots.hold(rows, rows.bookings[booking.id], choice=choice, turn=turn)
        )
    )
    return True


def exchange(town: Town, booking: Booking, *, number: int = 0) -> None:
    """The broker exchanges the agreed slot for an offer."""
    choice = offered(town, booking, number)

    async def command(rows: Any, turn: Any) -> None:
        if choice is not None:
            await slots.reschedule(
                rows, rows.bookings[booking.id], choice=choice, reason="a lorry", turn=turn
            )

    town.tell(town.booking.act(command))


def confirm(town: Town, booking: Booking) -> None:
    """The broker agrees on the held slot."""
    town.tell(
        town.booking.act(
            lambda rows, turn: slots.confirm(rows, rows.bookings[booking.id], turn=turn)
        )
    )


def cancel(town: Town, booking: Booking) -> None:
    """The broker gives the slot up."""

    async def command(rows: Any, turn: Any) -> None:
        await slots.cancel(rows, rows.bookings[booking.id], reason="no lorry", turn=turn)

    town.tell(town.booking.act(command))


def miss(town: Town, booking: Booking) -> None:
    """Yard staff report that the cargo did not come."""
    town.tell(
        town.booking.act(lambda rows, turn: slots.miss(rows, rows.bookings[booking.id], turn=turn))
    )
