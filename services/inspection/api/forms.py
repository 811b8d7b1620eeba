"""What people send: strict models, turned into the domain's values."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.inspection.domain.facts import Seal
from services.inspection.domain.figures import MOST_KG
from services.inspection.domain.inspecting import Escalation
from services.inspection.domain.treatments import Order
from services.inspection.domain.verdicts import Found, Report
from shared.contracts.values import Disposal, Finding, Ground, Scope, Verdict
from shared.http.model import Instant, Number, Quantity, StrictModel, Text

FROM_LIST = Field(strict=False)
"""Of a tuple in what is read inside of a wrapping validator: there a JSON array is a list."""
MAX_CONTAINERS = 500
MAX_FINDINGS = 50
MAX_LINES = 50
MAX_OFFICERS = 20

AgencyName = Annotated[str, Text(max=32, pattern=r"[a-z][a-z_]{1,31}")]
Reason = Annotated[str, Text(max=500)]
ContainerNumber = Annotated[str, Text(max=20)]
Weighed = Annotated[Decimal, Number(digits=18, places=5, le=MOST_KG)]
"""A weight as it was found, in kilograms: 0 where nothing was."""
HS_CODE = r"[0-9]{6}([0-9]{2}){0,2}"
"""What all countries have alike, and two or four digits of our own."""
SealNumber = Annotated[str, Text(max=40, pattern=r"[A-Za-z0-9][A-Za-z0-9 ./-]*")]


class SaidIn(StrictModel):
    """What users read, in both languages."""

    en: Annotated[str, Text(max=500)]
    zh: Annotated[str, Text(max=500)]


class SealIn(StrictModel):
    """A container and the seal on its doors."""

    container: ContainerNumber
    seal: SealNumber


class GateIn(StrictModel):
    """The consignment passes the gate: the seal of each container; none for loose cargo.

    Containers that were decided before the others may leave alone, and do not come in again.
    """

    seals: Annotated[tuple[SealIn, ...], Field(max_length=MAX_CONTAINERS), FROM_LIST] = ()

    def values(self) -> tuple[Seal, ...]:
        """As the domain says it."""
        return tuple(Seal(container=each.container, seal=each.seal) for each in self.seals)


class OpenIn(StrictModel):
    """A second opening needs a reason. `present` is the caller's agency: others join themselves."""

    present: Annotated[tuple[AgencyName, ...], Field(min_length=1, max_length=10)] | None = None
    reason: Reason | None = None


class JoinIn(StrictModel):
    """Nothing more to say: the caller's agency joins."""


class OfficersIn(StrictModel):
    """Who came or left, by the names that your agency knows its officers by; nobody: yourself."""

    officers: Annotated[
        tuple[Annotated[str, Text(max=80)], ...], Field(max_length=MAX_OFFICERS), FROM_LIST
    ] = ()


class FindingIn(StrictModel):
    """Something found: a code of `GET /v1/finding-codes`, and what was seen.

    What the list has no name for has the code `other_…` that it belongs to, and words.

    With its `container`, it is part of the conclusion on that; without, of the next one.
    """

    code: Annotated[str, Text(max=64, pattern=r"[a-z][a-z0-9_]*")]
    text: Annotated[str, Text(max=1000, lines=True)]
    container: ContainerNumber | None = None

    def value(self) -> Finding:
        """As the domain says it."""
        return Finding(code=self.code, text=self.text, container=self.container)


class GroundIn(StrictModel):
    """Why the verdict is what it is where nothing was found: `papers_awaited`, and in words."""

    code: Annotated[str, Text(max=64, pattern=r"[a-z][a-z0-9_]*")]
    text: Annotated[str, Text(max=1000, lines=True)]

    def value(self) -> Ground:
        """As the domain says it."""
        return Ground(code=self.code, text=self.text)


class FoundIn(StrictModel):
    """A declared goods line as it was counted and weighed; `net_kg` in kilograms.

    `hs_code`: where the goods belong under another code than the declared one, its first 6, 8 or
    10 digits; without, they are taken to belong where they were declared.
    """

    number: Annotated[int, Field(ge=1, le=9999)]
    name: Annotated[str, Text(max=1000)]
    quantity: Quantity
    unit: Annotated[str, Text(max=100)]
    net_kg: Weighed
    hs_code: Annotated[str, Text(max=10, pattern=HS_CODE)] | None = None

    def value(self) -> Found:
        """As the domain says it."""
        return Found(
            self.number, self.name, self.quantity, self.unit, self.net_kg, hs_code=self.hs_code
        )


class TreatmentIn(StrictModel):
    """A treatment: a kind of `GET /v1/treatments/kinds`, who makes it, and until when.

    It is of what the conclusion stands for. The kind `other` says in `text` what it is.
    """

    kind: Annotated[str, Text(max=32, pattern=r"[a-z][a-z_]*")]
    by: Annotated[str, Text(max=120)]
    due: Instant
    text: Annotated[str, Text(max=1000, lines=True)] | None = None

    def value(self) -> Order:
        """As the domain says it."""
        return Order(**self.model_dump())


class ConcludeIn(StrictModel):
    """A section's verdict, what is to be done, and what was found.

    `gross_kg` is the gross weight of all that it stands for, as it was weighed.
    What is to be treated has its `treatment`, whose result is recorded before another conclusion.
    A suspended verdict has a finding, which raises an alarm, or a `ground`, which raises none.
    It stands for the named `containers`; without, for all that are still to be concluded on, but
    for those that are suspended or to be treated only where nothing else is left.
    """

    verdict: Verdict
    disposal: Disposal
    findings: Annotated[tuple[FindingIn, ...], Field(max_length=MAX_FINDINGS)] = ()
    found: Annotated[tuple[FoundIn, ...], Field(max_length=MAX_LINES)] = ()
    containers: Annotated[tuple[ContainerNumber, ...], Field(max_length=MAX_CONTAINERS)] = ()
    gross_kg: Weighed | None = None
    ground: GroundIn | None = None
    treatment: TreatmentIn | None = None

    def value(self) -> Report:
        """As the domain says it."""
        return Report(
            verdict=self.verdict,
            disposal=self.disposal,
            findings=tuple(each.value() for each in self.findings),
            found=tuple(each.value() for each in self.found),
            containers=self.containers,
            gross_kg=self.gross_kg,
            ground=self.ground.value() if self.ground else None,
            treatment=self.treatment.value() if self.treatment else None,
        )


class ConsentIn(StrictModel):
    """Whether an officer consents to an amendment; who refuses says why."""

    consent: bool
    reason: Reason | None = None


class EscalateIn(StrictModel):
    """A deeper scope of the caller's own agency, or another agency called in."""

    agency: AgencyName
    scope: Scope
    reason: Reason

    def value(self) -> Escalation:
        """As the domain says it."""
        return Escalation(agency=self.agency, scope=self.scope, reason=self.reason)
