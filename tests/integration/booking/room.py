"""What a test does at a booking office, and the events that come in there."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from services.booking import checks, store
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from services.booking.domain.booking import Booking
from shared.auth.principal import Role
from shared.contracts import derived
from shared.contracts.case import CaseClosedUp, CaseCompleted, CaseOpened
from shared.contracts.requirement import RequirementMet
from shared.contracts.values import Outcome
from shared.service import Service
from tests import factories, kits
from tests.unit.booking import made

START = made.MONDAY + timedelta(hours=4)


@dataclass
class HandClock:
    """Both clocks show `now` until it is set to something else."""

    now: datetime = START
    factor: Decimal = field(default=Decimal(1))

    def wall(self) -> datetime:
        """Now."""
        return self.now

    def yard(self) -> datetime:
        """Now."""
        return self.now


@dataclass
class Office:
    """What a test does at the booking office."""

    service: Service
    desk: Desk
    clock: HandClock
    deliveries: kits.Deliveries
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    async def bring(self, *events: Any) -> None:
        """Deliver events of other services."""
        await self.deliveries.bring(*events)

    async def booking(self, serial: int = 1) -> Booking:
        """The booking as it stands."""
        async with self.service.kit.database.connect() as connection:
            found = await store.find(connection, booking_id(serial))
        assert found is not None
        return found

    async def do(self, command: Callable[[Any, Turn], Awaitable[Any]]) -> Any:
        """Run a command in a transaction of its own."""
        async with self.service.kit.database.transaction() as session:
            return await command(session, await self.desk.turn(session))

    async def told(self, serial: int = 1) -> list[str]:
        """The names of the booking's events, in order."""
        return [
            envelope.type.split(".")[2]
            for envelope in await kits.told(self.service)
            if envelope.subject == booking_id(serial)
        ]

    async def broken(self) -> list[str]:
        """What the invariants find."""
        async with self.service.kit.database.connect() as connection:
            found = [await check(connection) for check in checks.checks(self.clock).values()]
        return [each for broken in found for each in broken]

    def client(self, role: Role = Role.BROKER, org: str = factories.BROKER) -> httpx.AsyncClient:
        """Calls the office; agencies' people are of customs."""
        agency = "customs" if role in {Role.OFFICER, Role.SUPERVISOR} else ""
        return kits.client(self.service, role, org=org, agency=agency)

    async def post(
        self, path: str, body: Any, *, role: Role = Role.BROKER, org: str = factories.BROKER
    ) -> httpx.Response:
        """One POST under a fresh idempotency key."""
        async with self.client(role, org) as client:
            key = kits.keyed(f"key-{next(self.keys)}")
            return await client.post(path, json=body, headers=key)

    async def get(
        self, path: str, *, role: Role = Role.BROKER, org: str = factories.BROKER, **query: Any
    ) -> httpx.Response:
        """One GET."""
        async with self.client(role, org) as client:
            return await client.get(path, params=query)


def booking_id(serial: int = 1) -> UUID:
    """The booking of the requirement of that serial."""
    return derived.booking_id(made.determined(serial).requirement_id)


def slot_body(offers: list[dict[str, Any]], number: int = 0) -> dict[str, Any]:
    """An offer's slot as a client sends it back."""
    slot = offers[number]["slot"]
    return {name: slot[name] for name in ("yard", "bay", "teams", "starts")}


def _case(serial: int, revision: int) -> dict[str, Any]:
    requirement = made.determined(serial)
    return {
        "filing_id": requirement.filing_id,
        "case_id": derived.case_id(requirement.requirement_id),
        "requirement_id": requirement.requirement_id,
        "revision": revision,
    }


def case_opened(serial: int, at: datetime, *, revision: int = 1) -> CaseOpened:
    """The container was opened."""
    facts = _case(serial, revision)
    return CaseOpened(**facts, opening=1, opened_at=at, present=("customs",))


def case_completed(serial: int, at: datetime) -> CaseCompleted:
    """The container is closed and the record complete."""
    return CaseCompleted(
        **_case(serial, 1),
        completed_at=at,
        openings=1,
        moves=1,
        moves_avoided=0,
        unpackings=1,
        unpackings_avoided=0,
        findings=0,
    )


def case_closed_up(serial: int, at: datetime, *missing: str, revision: int = 1) -> CaseClosedUp:
    """The wait ran out with agencies missing."""
    return CaseClosedUp(**_case(serial, revision), missing=missing, closed_at=at)


def facts(serial: int) -> dict[str, Any]:
    """What every event of that requirement says."""
    requirement = made.determined(serial)
    return {
        "filing_id": requirement.filing_id,
        "requirement_id": requirement.requirement_id,
        "filing_version": 1,
        "revision": 1,
    }


def met(serial: int, outcome: Outcome = Outcome.RELEASED) -> RequirementMet:
    """The requirement is met."""
    return RequirementMet(**facts(serial), outcome=outcome, reason=factories.said("all conform"))
