"""Who does what next in the model town, until every filing has come to its end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain.booking import Status
from services.declaration.domain.moves import ENDED
from services.inspection.domain.case import Case, Section
from services.inspection.domain.moves import Status as CaseStatus
from shared.contracts import derived
from tests.model import brokers, officers
from tests.model.town import Town

A_WHILE = timedelta(minutes=45)
PATIENCE = 100
"""Rounds of work after which a filing that has not ended never will."""


def go_on(
    town: Town,
    filing_id: UUID,
    *,
    said: str = "conforms",
    share: str = "1",
    pick: int = 0,
    alone: bool = False,
) -> bool:
    """Do what is next for a filing, as whoever has to do it; False if nobody has to.

    `alone`: who is at the container concludes, and nobody joins. `pick`: on which containers.
    """
    if town.declaration.filings[filing_id].status in ENDED:
        return False
    case = town.inspection.cases.get(derived.requirement_id(filing_id))
    if case is not None and case.opening is not None:
        return _inspect(town, case, said=said, share=share, pick=pick, alone=alone)
    booking = town.booking.rows.bookings.get(derived.booking_id(derived.requirement_id(filing_id)))
    if booking is not None and booking.seeking:
        return brokers.choose(town, booking)
    if booking is not None and booking.status is Status.HELD:
        if booking.held_until is None or booking.held_until <= town.clock.now:
            return False
        brokers.confirm(town, booking)
        return True
    return case is not None and _open(town, case)


def _open(town: Town, case: Case) -> bool:
    """Wait for the slot, and open in it."""
    if case.status is not CaseStatus.PLANNED or case.gaps or case.leave or case.slot is None:
        return False
    town.clock.now = max(town.clock.now, case.slot.starts)
    first = next(iter(case.missing), None)
    agency = first or case.needed[0].agency
    officers.open_container(town, case, agency, None if first else "looked at once more")
    return True


def _inspect(town: Town, case: Case, *, said: str, share: str, pick: int, alone: bool) -> bool:
    """Join where an agency is missing, conclude where one has to."""
    if case.missing and not alone:
        officers.join(town, case, case.missing[0])
        return True
    for section in case.needed:
        if _to_conclude(section, case):
            officers.conclude(town, case, section.agency, said=said, share=share, pick=pick)
            return True
    return False


def _to_conclude(section: Section, case: Case) -> bool:
    present = case.opening is not None and section.agency in case.opening.present
    suspended = any(map(section.suspended_on, case.parts))
    return suspended or (present and not case.concluded(section))


def to_the_end(town: Town, *, arrived: Callable[[], None]) -> None:
    """Everybody does their work, and everything that was told arrives, until all is done.

    `arrived` is called whenever nothing is on its way.
    """
    for _ in range(PATIENCE):
        town.bus.quiet()
        town.sweep()
        town.bus.quiet()
        arrived()
        if all(each.status in ENDED for each in town.declaration.filings.values()):
            return
        worked = [go_on(town, each) for each in _soonest_first(town)]
        if not any(worked):
            town.pass_time(A_WHILE)
    stuck = [each for each in town.declaration.filings.values() if each.status not in ENDED]
    raise AssertionError(f"never ended: {stuck}")


def _soonest_first(town: Town) -> list[UUID]:
    def slot(filing_id: UUID) -> datetime:
        case = town.inspection.cases.get(derived.requirement_id(filing_id))
        return case.slot.starts if case and case.slot else town.clock.now

    return sorted(town.declaration.filings, key=slot)
