"""Every event's sample through every service that takes it, on the service's real tables."""

from random import Random
from uuid import UUID

import pytest

from shared.auth.principal import Role
from shared.contracts import booking, case, catalogue, filing, recognition, requirement
from shared.contracts.envelope import Envelope, Event
from shared.ids import uuid7
from shared.service import Service
from tests import content, kits
from tests.conftest import ServiceDatabase
from tests.contract import replay

# One consignment through everything that can happen to it, told by every service.
STORY: tuple[type[Event], ...] = (
    filing.FilingAccepted,
    requirement.RequirementDetermined,
    recognition.RecognitionExpected,
    booking.BookingRequested,
    booking.BookingHeld,
    booking.BookingExpired,
    booking.BookingConfirmed,
    case.CasePlanned,
    booking.BookingExchangeOffered,
    booking.BookingExchangeEnded,
    booking.BookingRescheduled,
    filing.AmendmentRequested,
    requirement.AmendmentNoted,
    filing.FilingAmended,
    booking.BookingMissed,
    booking.BookingCancelled,
    booking.BookingConfirmed,
    case.CaseOpened,
    booking.BookingStarted,
    filing.WithdrawalRequested,
    requirement.LeaveAsked,
    case.LeaveRefused,
    requirement.ChangeRefused,
    filing.FilingChangeRefused,
    case.CaseEscalationRequested,
    case.AbnormalFound,
    case.SectionConcluded,
    recognition.RecognitionRefused,
    requirement.RequirementRevised,
    booking.BookingExtended,
    requirement.CompanySuspended,
    case.CaseWaiting,
    case.CaseJoined,
    case.CaseClosedUp,
    booking.BookingCompleted,
    case.SectionPartlyConcluded,
    requirement.RequirementPartlyMet,
    filing.FilingPartlyDecided,
    filing.FilingHeld,
    requirement.RequirementMet,
    case.CaseCompleted,
    filing.FilingReleased,
)

# An event of a filing that was never accepted here cannot be; an operator sees it.
OF_UNKNOWN_FILINGS = {
    "declaration": "filing_not_found",
    "mutual_recognition": "no_such_requirement",
}

every_consumer = pytest.mark.parametrize("name", replay.CONSUMERS)


async def _twice(service: Service, envelope: Envelope) -> tuple[str, str, list[str]]:
    """What came of the two deliveries, and the tables that the second one changed."""
    first = await replay.deliver(service, envelope)
    before = await content.of(service.kit.database)
    second = await replay.deliver(service, envelope)
    after = await content.of(service.kit.database)
    return first, second, [table for table in before if before[table] != after[table]]


async def _sample(service: Service, event: type[Event]) -> Envelope:
    """The event's sample, told of a filing that the service can have heard of."""
    if event is filing.FilingAccepted:
        return replay.sample_of(event, filing_id=uuid7())
    version = 2 if event.aggregate == "filing" else 1
    return replay.sample_of(event, filing_id=await replay.known(service), version=version)


@every_consumer
async def test_a_sample_takes_effect_once(name: str, service_database: ServiceDatabase) -> None:
    service = replay.made(name, await service_database(name))
    results = {
        event.type(): await _twice(service, await _sample(service, event))
        for event in replay.followed(name)
    }
    assert results == dict.fromkeys(results, ("applied", "duplicate", []))


@every_consumer
async def test_of_a_filing_unknown_here_it_is_applied_or_refused_without_a_trace(
    name: str, service_database: ServiceDatabase
) -> None:
    service = replay.made(name, await service_database(name))
    refusal = f"refused: {OF_UNKNOWN_FILINGS.get(name, 'never')}"
    for event in replay.followed(name):
        envelope = replay.sample_of(event, filing_id=uuid7())
        result, again, changed = await _twice(service, envelope)
        assert (result, again) in {("applied", "duplicate"), (refusal, refusal)}, event.type()
        assert changed == []


async def _story(service: Service) -> list[Envelope]:
    """The story as far as the service takes it, of a filing that it knows; it has `accepted`."""
    taken = set(replay.followed(service.name))
    events = [each for each in STORY if each in taken]
    told = replay.story(events, filing_id=await replay.known(service))
    return [each for each in told if each.type != filing.FilingAccepted.type()]


@every_consumer
async def test_a_whole_story_takes_effect_once(
    name: str, service_database: ServiceDatabase
) -> None:
    service = replay.made(name, await service_database(name))
    story = await _story(service)
    results = [(each.type, *await _twice(service, each)) for each in story]
    assert results == [(kind, "applied", "duplicate", []) for kind, *_ in results]


def _interleaved(envelopes: list[Envelope], *, random: Random) -> list[Envelope]:
    """Any order across aggregates; each aggregate's own order is kept."""
    lanes: dict[UUID, list[Envelope]] = {}
    for envelope in envelopes:
        lanes.setdefault(envelope.subject, []).append(envelope)
    order = random.sample([each.subject for each in envelopes], len(envelopes))
    return [lanes[subject].pop(0) for subject in order]


@every_consumer
@pytest.mark.parametrize("seed", range(2))
async def test_aggregates_may_come_in_any_order(
    name: str, seed: int, service_database: ServiceDatabase
) -> None:
    service = replay.made(name, await service_database(name))
    random = Random(seed)
    for _ in range(3):
        told = _interleaved(await _story(service), random=random)
        results = [(each.type, await replay.deliver(service, each)) for each in told]
        assert results == [(kind, "applied") for kind, _ in results]


@every_consumer
async def test_no_invariant_is_broken_by_any_sample(
    name: str, service_database: ServiceDatabase
) -> None:
    service = replay.made(name, await service_database(name))
    for event in replay.followed(name):
        await replay.deliver(service, await _sample(service, event))
    async with kits.client(service, Role.AUDITOR) as auditor:
        found = (await auditor.get("/v1/ops/verify")).json()
    assert found["checks"]
    assert found["broken"] == []


async def test_the_digest_of_the_tables_sees_an_effect(service_database: ServiceDatabase) -> None:
    service = replay.made("booking", await service_database("booking"))
    before = await content.of(service.kit.database)
    sample = replay.sample_of(requirement.RequirementDetermined, filing_id=uuid7())
    assert await replay.deliver(service, sample) == "applied"
    after = await content.of(service.kit.database)
    changed = {table for table in before if before[table] != after[table]}
    assert {"inbox", "watermarks", "outbox", "bookings"} <= changed


def test_the_story_has_every_event_but_other_ends() -> None:
    other_ends = {
        filing.FilingWithdrawn,
        filing.FilingRefusedEntry,
        requirement.RequirementVoided,
        recognition.RecognitionGranted,
        recognition.RecognitionLapsed,
        case.LeaveGiven,
        case.CaseVoided,
    }
    assert set(catalogue.BY_TYPE.values()) - set(STORY) == other_ends
