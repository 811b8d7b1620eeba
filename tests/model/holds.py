"""What must hold of the town at any time. Each yields what breaks it."""

from collections.abc import Iterator
from itertools import combinations

from services.booking.domain import fit
from services.booking.domain.booking import Booking
from services.booking.domain.booking import Status as BookingStatus
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status as FilingStatus
from services.inspection.domain.moves import Status as CaseStatus
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from shared.contracts import derived
from shared.contracts.requirement import RequirementMet
from shared.contracts.values import Mode, Verdict
from tests.model import boxes
from tests.model.town import Town
from tests.model.yard_rows import overlap

BAD = frozenset({Verdict.NONCONFORM, Verdict.SUSPEND})
BY_REQUIREMENT = frozenset({FilingStatus.RELEASED, FilingStatus.REFUSED_ENTRY})
IN_INSPECTION = frozenset(
    {CaseStatus.OPEN, CaseStatus.AWAITING_RECOGNITION, CaseStatus.AWAITING_LABORATORY}
)


def ends(town: Town) -> Iterator[str]:
    """A filing ends by its requirement alone; withdrawn is what nobody has opened."""
    for filing in town.declaration.filings.values():
        requirement = derived.requirement_id(filing.id)
        case = town.inspection.cases.get(requirement)
        if filing.status in BY_REQUIREMENT and filing.status.value not in _met(town, filing):
            yield f"filing {filing.id} is {filing.status}, met was {_met(town, filing)}"
        if filing.status is FilingStatus.WITHDRAWN and case is not None and case.openings:
            yield f"filing {filing.id} is withdrawn, though its container was opened"


def _met(town: Town, filing: Filing) -> list[str]:
    """The outcomes that declaration heard for the filing's current version."""
    return [
        event.outcome.value
        for consumer, event in town.heard
        if consumer == "declaration"
        and isinstance(event, RequirementMet)
        and (event.filing_id, event.filing_version) == (filing.id, filing.filing_version)
    ]


def recognised(town: Town) -> Iterator[str]:
    """A recognition is expected as long as the mode says so, and granted on what agrees."""
    for key, matter in town.recognising.matters.items():
        required, recognition = matter.requirement, matter.recognition
        status = recognition.status if recognition else None
        wanted = required.determination.mode is Mode.RECOGNITION and required.is_open
        if (status is RecognitionStatus.EXPECTED) != wanted:
            yield f"requirement {key} is {required.status}, its recognition {status}"
        verdicts = recognition.verdicts if recognition else ()
        if status is RecognitionStatus.GRANTED and not all(each.agrees for each in verdicts):
            yield f"the recognition of {key} is granted on {verdicts}"


def yard(town: Town) -> Iterator[str]:
    """Nothing is in two places; each filing has one booking, which takes what its slot has."""
    rows = town.booking.rows
    takes = [(owner, each) for owner, some in rows.takes.items() for each in some]
    for (one, mine), (other, theirs) in combinations(takes, 2):
        if overlap(mine, theirs):
            yield f"resource {mine.resource} is taken by {one} and {other}"
    for booking in rows.bookings.values():
        yield from _takes(town, booking)
    filings = [each.filing_id for each in rows.bookings.values()]
    if len(set(filings)) != len(filings):
        yield "a filing has two bookings"


def _takes(town: Town, booking: Booking) -> Iterator[str]:
    """An open container may lack what another one still has."""
    takes = town.booking.rows.takes.get(booking.id, ())
    if booking.taking is None:
        if takes:
            yield f"booking {booking.id} is {booking.status} and takes {takes}"
    elif booking.status is not BookingStatus.STARTED:
        wanted = fit.taken(town.booking.rows.yard, booking.taking)
        if sorted(wanted, key=repr) != sorted(takes, key=repr):
            yield f"booking {booking.id} is {booking.status} without what it needs"


def cases(town: Town) -> Iterator[str]:
    """One opening at a time, each further one with a reason; only the needed conclude."""
    for case in town.inspection.cases.values():
        if any(each.reason is None for each in case.openings[1:]):
            yield f"case {case.id} was opened again without a reason"
        if (case.opening is not None) != (case.status in IN_INSPECTION):
            yield f"case {case.id} is {case.status}, its opening {case.opening}"
        if sum(each.closed_at is None for each in case.openings) > 1:
            yield f"case {case.id} has two open openings"
        if any(each.conclusions and not each.needed for each in case.sections):
            yield f"case {case.id} has a conclusion that nobody needs"


ALWAYS = (ends, recognised, yard, cases, *boxes.ALWAYS)
