"""Samples as deliveries: of a filing of their own, alone or one after the other."""

import json
from collections.abc import Callable, Sequence
from itertools import count
from uuid import UUID

from services.cli.registry import BY_NAME
from shared import errors
from shared.contracts import catalogue, derived, filing, published
from shared.contracts.envelope import Envelope, Event
from shared.database import Database
from shared.ids import uuid7
from shared.messaging import inbox
from shared.service import Service
from tests import factories, kits

CONSUMERS = [
    name
    for name in catalogue.SERVICES
    if any(name in aggregate.consumers for aggregate in catalogue.CATALOGUE)
]


def followed(service: str) -> list[type[Event]]:
    """The events that a service takes, in the catalogue's order."""
    return [
        event
        for aggregate in catalogue.CATALOGUE
        if service in aggregate.consumers
        for event in aggregate.events
    ]


def made(name: str, database: Database) -> Service:
    """The service as it is composed, on a test's database; no job runs."""
    entry = BY_NAME[name]
    return entry.create(kits.kit(database), entry.settings())


def _ids(filing_id: UUID) -> list[str]:
    requirement = derived.requirement_id(filing_id)
    others = (derived.recognition_id, derived.booking_id, derived.case_id)
    return [str(each) for each in (filing_id, requirement, *(of(requirement) for of in others))]


def sample_of(event: type[Event], *, filing_id: UUID, version: int = 1) -> Envelope:
    """The event's sample, told of another filing, as that version of its aggregate."""
    message = published.sample(event).model_dump_json(exclude_none=True)
    original = published.sample(filing.FilingAccepted).subject
    for before, after in zip(_ids(original), _ids(filing_id), strict=True):
        message = message.replace(before, after)
    told = json.loads(message)
    return Envelope.model_validate({**told, "id": uuid7(), "aggregateversion": version})


def story(events: Sequence[type[Event]], *, filing_id: UUID) -> list[Envelope]:
    """The samples one after the other, each aggregate's versions counted from 1."""
    versions: dict[str, Callable[[], int]] = {}
    envelopes = []
    for event in events:
        if event.aggregate not in versions:
            versions[event.aggregate] = count(1).__next__
        version = versions[event.aggregate]()
        envelopes.append(sample_of(event, filing_id=filing_id, version=version))
    return envelopes


async def known(service: Service) -> UUID:
    """A filing that the service has heard of as far as its events can come only after that."""
    if service.name == "declaration":
        async with kits.client(service) as broker:
            body = factories.filing(reference=str(uuid7()))
            answer = await broker.post("/v1/filings", json=body, headers=kits.keyed(str(uuid7())))
            return UUID(answer.json()["id"])
    filing_id = uuid7()
    if filing.FilingAccepted in followed(service.name):
        await deliver(service, sample_of(filing.FilingAccepted, filing_id=filing_id))
    return filing_id


async def deliver(service: Service, envelope: Envelope) -> str:
    """Deliver as the consumer loop does; what came of it, or the refusal's code."""
    try:
        applied = await inbox.apply(
            service.kit.database,
            consumer=service.name,
            envelope=envelope,
            handlers=service.handlers,
            now=service.kit.clock.wall(),
        )
    except errors.Refused as refused:
        return f"refused: {refused.code}"
    return applied.value
