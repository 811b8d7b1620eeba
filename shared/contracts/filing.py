"""Events of a filing: one merged declaration of one consignment. Owner: declaration."""

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.envelope import Event, Fact
from shared.contracts.values import (
    Container,
    Direction,
    Instant,
    Kilograms,
    Line,
    Outcome,
    Purpose,
    Said,
    Sandbox,
    SlotWish,
)


class Party(Fact):
    """A company, by its unified social credit code."""

    uscc: str
    name: str


class Qualification(Fact):
    """A certificate that goes with a goods line, such as the registration of its producer."""

    type: str
    number: str


class GoodsLine(Line):
    """One declared goods line: value in `currency`, duty in percent, country by ISO alpha-2.

    `qualifications` is empty in what was told before they were.
    """

    value: Decimal
    currency: str
    origin: str
    duty_percent: Decimal
    licences: tuple[str, ...] = ()
    qualifications: tuple[Qualification, ...] = ()


class Consignment(Fact):
    """What of a filing the other services decide on. Weights in kg; times in UTC.

    `bill_of_lading` is None in what was told before it was. `sandbox` marks what is no real cargo.
    """

    reference: str
    direction: Direction
    transport_mode: str
    bill_of_lading: str | None = None
    terminal: str
    arrival: Instant
    perishable_until: Instant | None = None
    broker: Party
    consignee: Party
    overseas_party: str
    country_of_departure: str
    packages: int
    wooden_packing: bool = False
    dangerous_goods: bool = False
    gross_kg: Kilograms
    net_kg: Kilograms
    lines: tuple[GoodsLine, ...]
    containers: tuple[Container, ...] = ()
    combined_inspection: bool = False
    slot_wish: SlotWish = SlotWish()
    sandbox: Sandbox | None = None


class FilingEvent(Event):
    """Something happened to a filing; `filing_version` counts its accepted contents from 1."""

    aggregate: ClassVar[str] = "filing"
    subject_field: ClassVar[str] = "filing_id"

    filing_version: int = Field(ge=1)


class FilingAccepted(FilingEvent):
    """A filing passed every check and has a receipt number."""

    name: ClassVar[str] = "accepted"

    receipt_number: str
    consignment: Consignment


class AmendmentRequested(FilingEvent):
    """The broker asks to replace the content; `filing_version` is what it would become."""

    name: ClassVar[str] = "amendment_requested"

    consignment: Consignment


class WithdrawalRequested(FilingEvent):
    """The broker asks to take the filing back."""

    name: ClassVar[str] = "withdrawal_requested"

    reason: str


class FilingAmended(FilingEvent):
    """The amendment took effect; `filing_version` is the new content."""

    name: ClassVar[str] = "amended"


class FilingChangeRefused(FilingEvent):
    """The amendment or withdrawal was refused; the filing is as it was before."""

    name: ClassVar[str] = "change_refused"

    purpose: Purpose
    reason: Said


class FilingWithdrawn(FilingEvent):
    """The filing ended: taken back by the broker."""

    name: ClassVar[str] = "withdrawn"


class FilingPartlyDecided(FilingEvent):
    """Some containers were released, refused entry or held; the filing goes on with the others."""

    name: ClassVar[str] = "partly_decided"

    containers: tuple[str, ...] = Field(min_length=1)
    outcome: Outcome
    reason: Said


class FilingHeld(FilingEvent):
    """The filing waits for an agency, with its reason."""

    name: ClassVar[str] = "held"

    outcome: Literal[Outcome.HELD] = Outcome.HELD
    reason: Said


class FilingReleased(FilingEvent):
    """The filing ended: the cargo may go."""

    name: ClassVar[str] = "released"

    outcome: Literal[Outcome.RELEASED] = Outcome.RELEASED


class FilingRefusedEntry(FilingEvent):
    """The filing ended: the cargo is returned, destroyed or detained.

    Of several containers at least one is; the others may have been released before.
    """

    name: ClassVar[str] = "refused_entry"

    outcome: Literal[Outcome.REFUSED_ENTRY] = Outcome.REFUSED_ENTRY
    reason: Said
