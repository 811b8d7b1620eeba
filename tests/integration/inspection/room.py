"""Inspection on real PostgreSQL, its yard clock set by hand, its people calling over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
from httpx import AsyncClient

from services.inspection import app
from services.inspection.jobs import waits
from services.inspection.settings import Settings
from shared.auth.principal import Role
from shared.contracts import booking, derived
from shared.contracts.requirement import RequirementMet
from shared.contracts.values import Outcome, Slot
from shared.database import Database
from shared.service import Service
from tests import factories, kits
from tests.factories import BROKER, NOW, container_number
from tests.unit.inspection import builders as b

Body = dict[str, Any]

CONFORM: Body = {"verdict": "conform", "disposal": "release"}
NONCONFORM: Body = {
    "verdict": "nonconform",
    "disposal": "destroy",
    "findings": [{"code": "pest", "text": "live insects 活虫"}],
}
SUSPEND: Body = {
    "verdict": "suspend",
    "disposal": "detain",
    "ground": {"code": "papers_awaited", "text": "original certificate awaited 待补证书正本"},
}
SEALS: Body = {"seals": [{"container": container_number(1), "seal": "S0001"}]}


@dataclass
class YardByHand:
    """A clock whose yard hand is turned by the test; on the wall no time passes."""

    factor: Decimal = Decimal(1)
    moment: datetime = NOW

    def wall(self) -> datetime:
        """When every test begins."""
        return NOW

    def yard(self) -> datetime:
        """Where the hand stands."""
        return self.moment

    def turn(self, minutes: float) -> None:
        """Let this much time pass in the yard."""
        self.moment += timedelta(minutes=minutes)


@dataclass
class Room:
    """One service, what it hears, and who works with it."""

    service: Service
    hand: YardByHand
    deliveries: kits.Deliveries
    folder: Path
    clients: dict[str, AsyncClient]
    keys: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, database: Database, folder: Path) -> "Room":
        """Inspection on a migrated database, with a folder for evidence."""
        hand = YardByHand()
        service = app.create(kits.kit(database, clock=hand), Settings(evidence_folder=folder))
        people = {
            "customs": (Role.OFFICER, "office", "customs"),
            "quarantine": (Role.OFFICER, "office", "quarantine"),
            "supervisor": (Role.SUPERVISOR, "office", "customs"),
            "head of quarantine": (Role.SUPERVISOR, "office", "quarantine"),
            "second": (Role.OFFICER, "office", "customs"),
            "yard": (Role.YARD, b.YARD, ""),
            "other yard": (Role.YARD, "CNTAO-Y2", ""),
            "broker": (Role.BROKER, BROKER, ""),
            "auditor": (Role.AUDITOR, "audit", ""),
            "service": (Role.SERVICE, "operations", ""),
        }
        clients = {
            name: kits.client(service, role, org=org, agency=agency, subject=name)
            for name, (role, org, agency) in people.items()
        }
        return cls(service, hand, kits.Deliveries(service), folder, clients)

    async def hear(self, *events: Any) -> None:
        """Events of other services come in."""
        await self.deliveries.bring(*events)

    async def plan(self, slot: Slot | None = None, **changes: Any) -> None:
        """The requirement is determined, with these changes, and its slot confirmed."""
        await self.hear(b.determined(**changes), confirmed(slot))

    async def met(self, outcome: Outcome = Outcome.RELEASED, **changes: Any) -> None:
        """The requirement is met."""
        facts = {
            "filing_version": 1,
            "revision": 1,
            "reason": factories.said("all concluded"),
        } | changes
        await self.hear(
            RequirementMet(
                filing_id=b.FILING, requirement_id=b.REQUIREMENT, outcome=outcome, **facts
            )
        )

    async def send(
        self, who: str, act: str, body: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> httpx.Response:
        """Somebody acts on the case; every call has a key of its own unless one is given."""
        self.keys.append(key or f"key-{len(self.keys)}")
        return await self.clients[who].post(
            f"/v1/cases/{b.CASE}/{act}",
            json=body if body is not None else {},
            headers=kits.keyed(self.keys[-1]),
        )

    async def do(self, who: str, act: str, body: Mapping[str, Any] | None = None) -> Body:
        """Somebody acts and succeeds; the case as answered."""
        answer = await self.send(who, act, body)
        assert answer.status_code == 200, answer.text
        case: Body = answer.json()
        return case

    async def refused(
        self, who: str, act: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, str]:
        """Somebody acts and is refused; status and code."""
        answer = await self.send(who, act, body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["code"]

    async def see(self, who: str = "auditor", path: str = f"/{b.CASE}") -> Body:
        """What somebody sees."""
        answer = await self.clients[who].get(f"/v1/cases{path}")
        assert answer.status_code == 200, answer.text
        seen: Body = answer.json()
        return seen

    async def told(self) -> list[str]:
        """The names of all events told, in order; their versions have no gap."""
        envelopes = await kits.told(self.service)
        versions = [envelope.aggregateversion for envelope in envelopes]
        assert versions == list(range(1, len(versions) + 1))
        return [envelope.type.split(".")[2] for envelope in envelopes]

    async def broken(self) -> list[str]:
        """What the service's own checks find."""
        return (await self.verified())[0]

    async def verified(self) -> tuple[list[str], list[str]]:
        """What `onestop verify` asks the service: what is broken, and what is only told."""
        answer = await self.clients["service"].get("/v1/ops/verify")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return found["broken"], found["told"]

    async def sweep(self) -> int:
        """Run the job that closes up what has waited too long, once."""
        return await waits.sweep(self.service.kit)


def confirmed(slot: Slot | None = None, *, revision: int = 1) -> booking.BookingConfirmed:
    """The booking's slot is agreed."""
    return booking.BookingConfirmed(**of_booking(revision), slot=slot or b.slot())


def of_booking(revision: int = 1) -> dict[str, Any]:
    """What every event of the booking says."""
    return {
        "filing_id": b.FILING,
        "booking_id": derived.booking_id(b.REQUIREMENT),
        "requirement_id": b.REQUIREMENT,
        "revision": revision,
    }


def nth_case(number: int) -> tuple[UUID, UUID]:
    """Filing and requirement of another case."""
    filing = uuid5(b.FILING, str(number))
    return filing, derived.requirement_id(filing)
