"""What the other services and people tell mutual_recognition, in short words.

Filing ids are fixed, so that the random draws are the same in every run.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from services.mutual_recognition import checks
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.auth.principal import Role
from shared.contracts import derived
from shared.contracts.case import (
    CaseEscalationRequested,
    CaseOpened,
    CasePlanned,
    LeaveGiven,
    LeaveRefused,
    SectionConcluded,
    SectionPartlyConcluded,
)
from shared.contracts.envelope import Envelope
from shared.contracts.filing import (
    AmendmentRequested,
    Consignment,
    FilingAccepted,
    WithdrawalRequested,
)
from shared.contracts.values import Disposal, Finding, Line, Purpose, Scope, Slot, Verdict
from shared.service import Service
from tests import factories, kits

WOOD = {"hs_code": "4407110000", "name": "sawn pine 松木板材"}


def wood(**changes: Any) -> dict[str, Any]:
    """A filing that both agencies select whatever is drawn: wood, free of duty."""
    line = factories.line(1, **WOOD) | changes.pop("line", {})
    return factories.filing(
        lines=[line], containers=[factories.container(1)], net_kg="1000", **changes
    )


def laptops(**changes: Any) -> dict[str, Any]:
    """A filing that nobody selects."""
    return factories.filing(
        lines=[factories.line(1)], containers=[factories.container(1)], net_kg="1000", **changes
    )


class World:
    """One service, and everybody around it."""

    def __init__(self, service: Service, settings: Settings | None = None) -> None:
        self.service = service
        self.settings = settings or Settings()
        self.deliveries = kits.Deliveries(service)
        self.filings = (UUID(int=number) for number in count(1))
        self.conclusions: dict[tuple[UUID, str], int] = {}

    async def accept(self, body: dict[str, Any], *, filing_id: UUID | None = None) -> UUID:
        """A filing was accepted; its id."""
        filing = filing_id or next(self.filings)
        await self.deliveries.bring(accepted(filing, body))
        return filing

    async def withdraw(self, filing: UUID) -> None:
        """The broker wants the filing back."""
        await self.deliveries.bring(
            WithdrawalRequested(filing_id=filing, filing_version=1, reason="sold elsewhere")
        )

    async def amend(self, filing: UUID, body: dict[str, Any], *, version: int = 2) -> None:
        """The broker wants another content."""
        consignment = Consignment.model_validate(body)
        await self.deliveries.bring(
            AmendmentRequested(filing_id=filing, filing_version=version, consignment=consignment)
        )

    async def leave(self, filing: UUID, purpose: Purpose, *, given: bool = True) -> None:
        """The inspection's answer."""
        if given:
            await self.deliveries.bring(LeaveGiven(**about(filing), purpose=purpose))
        else:
            reason = factories.said("the container is open")
            await self.deliveries.bring(
                LeaveRefused(**about(filing), purpose=purpose, reason=reason)
            )

    async def plan(self, filing: UUID, ends: datetime) -> None:
        """The inspection has a slot that ends then."""
        await self.deliveries.bring(planned(filing, ends))

    async def open(self, filing: UUID, at: datetime) -> None:
        """Quarantine opened the container."""
        await self.deliveries.bring(
            CaseOpened(**about(filing), opening=1, opened_at=at, present=("quarantine",))
        )

    async def conclude(
        self, filing: UUID, agency: str, verdict: Verdict = Verdict.CONFORM, **facts: Any
    ) -> None:
        """An agency concluded its section, or what it says of some containers."""
        await self.deliveries.bring(self.concluded(filing, agency, verdict, **facts))

    def concluded(
        self,
        filing: UUID,
        agency: str,
        verdict: Verdict = Verdict.CONFORM,
        *,
        scope: Scope = Scope.UNPACK,
        disposal: Disposal = Disposal.RELEASE,
        findings: tuple[Finding, ...] = (),
        found: tuple[Line, ...] = (),
        gross_kg: str | None = None,
        containers: tuple[str, ...] = (),
    ) -> SectionConcluded:
        """What the inspection tells of an agency's next conclusion."""
        number = self.conclusions[filing, agency] = self.conclusions.get((filing, agency), 0) + 1
        facts = {
            **about(filing),
            "agency": agency,
            "conclusion": number,
            "scope": scope,
            "verdict": verdict,
            "disposal": disposal,
            "findings": findings,
            "found": found,
            "gross_kg": gross_kg,
            "concluded_at": factories.NOW,
            "officer": f"officer of {agency}",
        }
        if containers:
            return SectionPartlyConcluded(**facts, containers=containers)
        return SectionConcluded(**facts)

    async def escalate(self, filing: UUID, agency: str, scope: Scope = Scope.SAMPLE) -> None:
        """An officer at the open container asks for more."""
        await self.deliveries.bring(
            CaseEscalationRequested(
                **about(filing),
                requested_by="quarantine",
                agency=agency,
                scope=scope,
                reason="bark beetles 小蠹",
                officer="officer of quarantine",
            )
        )

    async def told(self, filing: UUID) -> list[str]:
        """What was told about a filing: `aggregate.event`, in order."""
        return [_short(each) for each in await self.events(filing)]

    async def events(self, filing: UUID) -> list[Envelope]:
        """The envelopes about a filing, in order."""
        return [each for each in await kits.told(self.service) if each.correlationid == filing]

    async def last(self, filing: UUID, name: str) -> dict[str, Any]:
        """The data of the last event of that name, such as `requirement.met`."""
        return [each.data for each in await self.events(filing) if _short(each) == name][-1]

    def caller(self, role: Role, agency: str = "", *, org: str = "") -> httpx.AsyncClient:
        """Somebody at the API, with a fresh idempotency key for each client."""
        client = kits.client(self.service, role, org=org or agency or "somebody", agency=agency)
        client.headers["Idempotency-Key"] = f'"{uuid4()}"'
        return client

    async def post(
        self, path: str, body: Any, *, role: Role = Role.SUPERVISOR, agency: str = "customs"
    ) -> httpx.Response:
        """One keyed POST as somebody of an agency."""
        async with self.caller(role, agency) as client:
            return await client.post(path, json=body)

    async def get(
        self, path: str, role: Role = Role.AUDITOR, *, org: str = "", agency: str = ""
    ) -> httpx.Response:
        """One GET."""
        async with self.caller(role, agency, org=org) as client:
            return await client.get(path)

    async def trust(self, uscc: str = factories.CONSIGNEE, grade: str = "high") -> None:
        """Both agencies rate a company."""
        await self.post("/v1/companies", {"uscc": uscc, "name": "青岛样品贸易有限公司"})
        for agency in ("customs", "quarantine"):
            rating = {"grade": grade, "valid_from": "2026-01-01", "grounds": "audit 稽核"}
            answer = await self.post(f"/v1/companies/{uscc}/ratings", rating, agency=agency)
            assert answer.status_code == 201, answer.text

    async def broken(self) -> dict[str, list[str]]:
        """The invariants that do not hold."""
        found = {}
        for name, check in checks.checks(Rulebook.of(self.settings)).items():
            async with self.service.kit.database.connect() as connection:
                found[name] = await check(connection)
        return {name: ids for name, ids in found.items() if ids}

    async def execute(self, statement: str) -> None:
        """Run SQL as the service's own role."""
        async with self.service.kit.database.transaction() as session:
            await session.execute(text(statement))


def found(number: int = 1, **changes: Any) -> Line:
    """The goods of `wood()` as they were declared, or not."""
    line = {**factories.line(number, **WOOD), **changes}
    return Line.model_validate({name: line[name] for name in Line.model_fields})


def accepted(filing: UUID, body: dict[str, Any]) -> FilingAccepted:
    """A filing was accepted."""
    return FilingAccepted(
        filing_id=filing,
        filing_version=1,
        receipt_number=f"R{filing.int}",
        consignment=Consignment.model_validate(body),
    )


def planned(filing: UUID, ends: datetime) -> CasePlanned:
    """The inspection has a slot that ends then."""
    slot = Slot(yard="Y1", bay="P01", teams=(), starts=ends - timedelta(hours=1), ends=ends)
    return CasePlanned(**about(filing), slot=slot)


def about(filing: UUID) -> dict[str, Any]:
    """The ids that an event of a filing's case has."""
    requirement_id = derived.requirement_id(filing)
    return {
        "filing_id": filing,
        "case_id": derived.case_id(requirement_id),
        "requirement_id": requirement_id,
        "revision": 1,
    }


def _short(envelope: Envelope) -> str:
    return ".".join(envelope.type.split(".")[1:3])
