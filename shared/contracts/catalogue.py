"""Which events there are, who produces them and who follows them.

Streams, durable consumers, schemas and the AsyncAPI document all come from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts import booking, case, filing, recognition, requirement
from shared.contracts.envelope import Event


@dataclass(frozen=True)
class Aggregate:
    """One kind of aggregate: its producer, the services that follow all its events."""

    name: str
    producer: str
    consumers: tuple[str, ...]
    events: tuple[type[Event], ...]


CATALOGUE = (
    Aggregate(
        "filing",
        "declaration",
        ("mutual_recognition", "inspection"),
        (
            filing.FilingAccepted,
            filing.AmendmentRequested,
            filing.WithdrawalRequested,
            filing.FilingAmended,
            filing.FilingChangeRefused,
            filing.FilingWithdrawn,
            filing.FilingPartlyDecided,
            filing.FilingHeld,
            filing.FilingReleased,
            filing.FilingRefusedEntry,
        ),
    ),
    Aggregate(
        "requirement",
        "mutual_recognition",
        ("booking", "inspection", "declaration"),
        (
            requirement.RequirementDetermined,
            requirement.RequirementRevised,
            requirement.AmendmentNoted,
            requirement.LeaveAsked,
            requirement.ChangeRefused,
            requirement.RequirementPartlyMet,
            requirement.RequirementMet,
            requirement.RequirementVoided,
            requirement.CompanySuspended,
        ),
    ),
    Aggregate(
        "recognition",
        "mutual_recognition",
        ("inspection", "declaration"),
        (
            recognition.RecognitionExpected,
            recognition.RecognitionGranted,
            recognition.RecognitionRefused,
            recognition.RecognitionLapsed,
        ),
    ),
    Aggregate(
        "booking",
        "booking",
        ("inspection", "declaration"),
        (
            booking.BookingRequested,
            booking.BookingHeld,
            booking.BookingExpired,
            booking.BookingConfirmed,
            booking.BookingRescheduled,
            booking.BookingExchangeOffered,
            booking.BookingExchangeEnded,
            booking.BookingStarted,
            booking.BookingExtended,
            booking.BookingCompleted,
            booking.BookingCancelled,
            booking.BookingMissed,
        ),
    ),
    Aggregate(
        "case",
        "inspection",
        ("mutual_recognition", "booking", "declaration"),
        (
            case.CasePlanned,
            case.CaseOpened,
            case.CaseJoined,
            case.CaseEscalationRequested,
            case.AbnormalFound,
            case.SectionConcluded,
            case.SectionPartlyConcluded,
            case.CaseWaiting,
            case.CaseClosedUp,
            case.LeaveGiven,
            case.LeaveRefused,
            case.CaseCompleted,
            case.CaseVoided,
        ),
    ),
)

SERVICES = ("declaration", "mutual_recognition", "booking", "inspection")

BY_TYPE: Mapping[str, type[Event]] = {
    event.type(): event for aggregate in CATALOGUE for event in aggregate.events
}


def produced_by(service: str) -> tuple[Aggregate, ...]:
    """The aggregates a service owns."""
    return tuple(each for each in CATALOGUE if each.producer == service)


def followed_by(service: str, *, producer: str) -> tuple[Aggregate, ...]:
    """The producer's aggregates whose events the service takes, all of them."""
    return tuple(each for each in produced_by(producer) if service in each.consumers)
