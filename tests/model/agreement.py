"""What must hold once every event has arrived: all services tell the same; in the end, all is done.

Each yields what breaks it.
"""

from collections.abc import Iterator

from services.booking.domain.booking import WITH_SLOT, WITHOUT_SLOT, Booking
from services.booking.domain.booking import Status as BookingStatus
from services.declaration.domain.moves import ENDED
from services.inspection.domain import moves as case_moves
from services.inspection.domain import records
from services.inspection.domain.case import Case
from services.inspection.domain.moves import Status as CaseStatus
from services.mutual_recognition.rules.matter import Matter
from shared.contracts import derived
from shared.contracts.values import Mode
from tests.model.town import Town


def agreed(town: Town) -> Iterator[str]:
    """Each service knows what the others decided."""
    for key, matter in town.recognising.matters.items():
        filing = town.declaration.filings[matter.requirement.filing_id]
        case = town.inspection.cases.get(key)
        booking = town.booking.rows.bookings.get(derived.booking_id(key))
        if filing.pending is None and filing.filing_version != matter.requirement.filing_version:
            yield f"filing {filing.id} is at {filing.filing_version}, its requirement is not"
        if (filing.pending is None) != (matter.requirement.pending is None):
            yield f"filing {filing.id}: {filing.pending} against {matter.requirement.pending}"
        if case is not None and case.status not in case_moves.ENDED:
            yield from _case_knows(case, matter, booking)
        if booking is not None and booking.wanted:
            yield from _booking_knows(booking, matter)


def _case_knows(case: Case, matter: Matter, booking: Booking | None) -> Iterator[str]:
    required = matter.requirement
    if case.revision != required.revision:
        yield f"case {case.id} knows revision {case.revision} of {required.revision}"
    if (case.leave or case.consent) is not None and required.pending is None:
        yield f"case {case.id} is frozen for nothing"
    agreed_slot = booking.slot if booking and booking.status is BookingStatus.CONFIRMED else None
    if case.status is CaseStatus.PLANNED and case.slot != agreed_slot:
        yield f"case {case.id} has the slot {case.slot}, its booking {agreed_slot}"


def _booking_knows(booking: Booking, matter: Matter) -> Iterator[str]:
    required = matter.requirement
    if required.determination.mode is not Mode.NONE and booking.revision != required.revision:
        yield f"booking {booking.id} knows revision {booking.revision} of {required.revision}"


def done(town: Town) -> Iterator[str]:
    """Every filing came to one end, and nothing is left over."""
    for filing in town.declaration.filings.values():
        told = [each.event.name for each in town.bus.told if each.key == ("filing", filing.id)]
        ends = [name for name in told if name in ENDED]
        if ends != [filing.status.value] or filing.pending is not None:
            yield f"filing {filing.id} is {filing.status}, told {ends}, {filing.pending}"
    for key, matter in town.recognising.matters.items():
        if matter.requirement.is_open or matter.requirement.pending is not None:
            yield f"requirement {key} is still {matter.requirement.status}"
    yield from _bookings_done(town)
    for case in town.inspection.cases.values():
        if case.status not in case_moves.ENDED or case.leave or case.consent or case.waiting:
            yield f"case {case.id} is still {case.status}"
        chain = town.inspection.chains.get(case.id, [])
        yield from records.broken(chain, case_id=case.id, head=case.head)


def _bookings_done(town: Town) -> Iterator[str]:
    for booking in town.booking.rows.bookings.values():
        if booking.status in WITH_SLOT or (booking.wanted and booking.status in WITHOUT_SLOT):
            yield f"booking {booking.id} is still {booking.status}"
