"""Requirements and cases tell their events in any order to each other, and more than once."""

import random
from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.commands import place
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Status
from shared.contracts.envelope import Event
from shared.contracts.requirement import RequirementMet
from shared.contracts.values import Outcome
from shared.messaging.inbox import Applied
from tests import factories, kits
from tests.integration.booking.room import (
    Office,
    booking_id,
    case_completed,
    case_opened,
    slot_body,
)
from tests.unit.booking import made
from tests.unit.booking.made import need

JOINT = (need("customs"), need("quarantine", "plant"))


def _streams() -> tuple[list[Event], list[Event]]:
    needed = made.determined(1, auto=True)
    met = RequirementMet(
        filing_id=needed.filing_id,
        requirement_id=needed.requirement_id,
        filing_version=1,
        revision=2,
        outcome=Outcome.RELEASED,
        reason=factories.said("all conform"),
    )
    requirement: list[Event] = [needed, made.revised(1, *JOINT, auto=True), met]
    return requirement, [case_opened(1, made.OPENS), case_completed(1, made.CLOSES)]


def _shuffled(rng: random.Random, *streams: Sequence[Event]) -> list[tuple[Event, int]]:
    """One order of all events that keeps each stream's own, some of them twice."""
    left = [list(enumerate(stream, start=1)) for stream in streams]
    order = []
    while any(left):
        version, event = rng.choice([stream for stream in left if stream]).pop(0)
        order += [(event, version)] * rng.choice((1, 2))
    return order


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_the_aggregates_leaves_everything_consistent(
    office: Office, seed: int
) -> None:
    for event, version in _shuffled(random.Random(seed), *_streams()):
        await office.deliveries.deliver(kits.enveloped(event, version=version))
        assert await office.broken() == []
    booking = await office.booking()
    assert not booking.wanted or booking.status is Status.COMPLETED
    assert not booking.seeking


async def test_an_event_that_comes_twice_takes_effect_once(office: Office) -> None:
    envelope = kits.enveloped(made.determined(auto=True), version=1)
    applied = [await office.deliveries.deliver(envelope) for _ in range(2)]
    assert applied == [Applied.APPLIED, Applied.DUPLICATE]
    assert await office.told() == ["requested", "confirmed"]


async def test_a_hold_that_has_time_left_is_not_set_aside(office: Office) -> None:
    await office.bring(made.determined())
    offers = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()["offers"]
    body = {"request_id": str(booking_id()), "slot": slot_body(offers)}
    assert (await office.post("/v1/bookings", body)).status_code == 201

    async def set_aside(session: AsyncSession, turn: Turn) -> bool:
        return await place.set_aside(session, booking_id(), turn=turn)

    assert await office.do(set_aside) is False
    booking = await office.booking()
    assert booking.status is Status.HELD
