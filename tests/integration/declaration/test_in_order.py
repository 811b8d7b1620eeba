"""A broker is told things in the order in which they led to each other, however they come."""

from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts import derived
from shared.contracts.envelope import Envelope, Event
from shared.contracts.values import QUARANTINE, Mode
from shared.messaging import batch, inbox
from shared.service import Service
from tests import kits
from tests.integration.declaration.asking import broken, filed, kinds, receipts
from tests.kits import Deliveries
from tests.unit.declaration.made import Told


def story(filing_id: str) -> list[Envelope]:
    """A recognised consignment, each event with what its writer had heard."""
    told = Told(UUID(filing_id))
    written: list[tuple[Event, int, str | None]] = [
        (told.determined(Mode.RECOGNITION), 1, "filing=1"),
        (told.confirmed(), 1, "requirement=1"),
        (told.opened(), 1, "booking=1,requirement=1"),
        (told.concluded(QUARANTINE), 2, "booking=1,requirement=1"),
        (told.waiting(), 3, "booking=1,requirement=1"),
        (told.granted(), 1, "case=3,filing=1,requirement=1"),
        (told.met(), 2, "case=3,filing=1,recognition=1"),
    ]
    return [
        kits.enveloped(event, version=version).model_copy(update={"knows": knows})
        for event, version, knows in written
    ]


KINDS = [
    *("accepted", "inspection_selected", "slot_confirmed", "inspection_opened"),
    *("section_concluded", "recognition_granted", "released"),
]


async def _until_taken(deliveries: Deliveries, waiting: list[Envelope], random: Random) -> None:
    """Deliver until all were applied; what comes too early comes again, as from the broker."""
    while waiting:
        one = waiting.pop(random.randrange(len(waiting)))
        try:
            await deliveries.deliver(one)
        except inbox.Gap:
            waiting.append(one)


@pytest.mark.parametrize("seed", range(4))
async def test_events_shuffled_and_doubled_are_told_in_their_order(
    broker: httpx.AsyncClient, deliveries: Deliveries, service: Service, seed: int
) -> None:
    found = await filed(broker)
    await _until_taken(deliveries, story(found["id"]) * 2, Random(seed))
    assert await kinds(broker, found["id"]) == KINDS
    assert await broken(service) == {}


async def test_a_release_waits_for_the_conclusion_that_it_rests_on(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    determined, confirmed, opened, concluded, waiting, granted, met = story(found["id"])
    await deliveries.deliver(determined)
    for early in (opened, met):
        with pytest.raises(inbox.Gap):
            await deliveries.deliver(early)
    for one in (confirmed, opened, concluded):
        await deliveries.deliver(one)
    with pytest.raises(inbox.Gap):
        await deliveries.deliver(granted)
    for one in (waiting, granted, met):
        await deliveries.deliver(one)
    assert await kinds(broker, found["id"]) == KINDS


async def test_events_taken_together_are_told_in_their_order(
    broker: httpx.AsyncClient, deliveries: Deliveries, service: Service
) -> None:
    found = await filed(broker)
    told = story(found["id"])
    for one in told[:5]:
        await deliveries.deliver(one)
    granted, met = told[5:]
    kit = service.kit
    async with kit.database.transaction() as session:
        await batch.apply_in(
            session,
            consumer=kit.name,
            envelopes=[met, granted],
            handlers=service.handlers,
            now=kit.clock.wall(),
        )
    assert await kinds(broker, found["id"]) == KINDS


async def test_an_event_of_a_writer_that_does_not_say_what_it_knew_is_told_at_once(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).met())
    assert await kinds(broker, found["id"]) == ["accepted", "released"]


async def test_each_receipt_has_the_state_after_it_and_the_single_windows_letter(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    for one in story(found["id"]):
        await deliveries.deliver(one)
    told: list[dict[str, Any]] = await receipts(broker, found["id"])
    states = [(state, len(list(some))) for state, some in groupby(told, key=lambda r: r["state"])]
    assert states == [("accepted", 6), ("released", 1)]
    assert [each["channel"] for each in told] == ["L", "C", None, None, None, None, "I"]


def test_the_ids_of_a_filing_are_those_that_each_service_computes() -> None:
    filing = UUID(int=7)
    required = derived.requirement_id(filing)
    assert derived.of_filing(filing) == {
        "filing": filing,
        "requirement": required,
        "recognition": derived.recognition_id(required),
        "booking": derived.booking_id(required),
        "case": derived.case_id(required),
    }
