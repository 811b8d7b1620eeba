"""What a broker sends: the shape of a filing. The rules of its content come after.

Lengths here only bound what is read; the dictionary's own are checked with the rules.
"""

from typing import Annotated

from pydantic import Field

from services.declaration.domain.content import Content
from services.declaration.parts import (
    MOST,
    SOME,
    AttachmentIn,
    CertificateIn,
    ChargeIn,
    Code,
    CompanyQualificationIn,
    ConfirmationsIn,
    ConsigneeIn,
    ContainerIn,
    CorrelationIn,
    GoodsUserIn,
    LicenceIn,
    LineIn,
    Name,
    OverseasIn,
    PackingIn,
    PartyIn,
    PersonIn,
)
from shared.contracts.values import Direction
from shared.http.model import Day, Instant, Kilograms, StrictModel, Text

Office = Annotated[str, Text(min=4, max=4, pattern=r"[0-9]{4}")]
Terminal = Annotated[str, Text(max=100, pattern=r"[A-Z0-9][A-Z0-9-]*")]


class SlotWishIn(StrictModel):
    """What the broker would like of the slot."""

    auto_confirm: bool = False
    yard: Code | None = None
    earliest: Instant | None = None
    latest: Instant | None = None


class FilingIn(StrictModel):
    """A merged declaration of one consignment to both agencies. Weights in kg."""

    reference: Name
    direction: Direction
    customs_office: Office
    transport_mode: Code
    transport_name: Name | None = None
    bill_of_lading: Name
    terminal: Terminal
    arrival: Instant
    perishable_until: Instant | None = None
    broker: PartyIn
    consignee: ConsigneeIn
    overseas_party: Name
    country_of_departure: Code
    packages: Annotated[int, Field(ge=0, le=999_999_999)]
    package_type: Code
    wooden_packing: bool = False
    dangerous_goods: bool = False
    gross_kg: Kilograms
    net_kg: Kilograms
    lines: tuple[LineIn, ...] = Field(min_length=1, max_length=MOST)
    containers: tuple[ContainerIn, ...] = Field(default=(), max_length=MOST)
    combined_inspection: bool = False
    slot_wish: SlotWishIn = SlotWishIn()

    declaration_type: Code | None = None
    border_office: Code | None = None
    record_number: Name | None = None
    contract: Name | None = None
    supervision_mode: Code | None = None
    levy_nature: Code | None = None
    licence_number: Name | None = None
    business_matters: tuple[Code, ...] = Field(default=(), max_length=SOME)
    bonded_list_type: Code | None = None
    confirmations: ConfirmationsIn | None = None
    remarks: Name | None = None
    related_declaration: Name | None = None
    related_record: Name | None = None
    bonded_site: Code | None = None
    yard_code: Code | None = None
    correlation: CorrelationIn | None = None
    special_business: tuple[Code, ...] = Field(default=(), max_length=SOME)
    acceptance_authority: Code | None = None
    certificate_authority: Code | None = None
    port_authority: Code | None = None
    destination_authority: Code | None = None
    attachments: tuple[AttachmentIn, ...] = Field(default=(), max_length=SOME)
    overseas: OverseasIn | None = None
    owner: PartyIn | None = None
    declaring_person: PersonIn | None = None
    goods_users: tuple[GoodsUserIn, ...] = Field(default=(), max_length=SOME)
    voyage: Name | None = None
    delivery_order: Name | None = None
    trading_country: Code | None = None
    stopover_port: Code | None = None
    departure_port: Code | None = None
    entry_port: Code | None = None
    departure_date: Day | None = None
    unloaded_date: Day | None = None
    original_container: bool | None = None
    terms_of_delivery: Code | None = None
    freight: ChargeIn | None = None
    insurance: ChargeIn | None = None
    other_charges: ChargeIn | None = None
    other_packing: tuple[PackingIn, ...] = Field(default=(), max_length=SOME)
    marks: Name | None = None
    licences: tuple[LicenceIn, ...] = Field(default=(), max_length=SOME)
    certificates: tuple[CertificateIn, ...] = Field(default=(), max_length=SOME)
    qualifications: tuple[CompanyQualificationIn, ...] = Field(default=(), max_length=SOME)
    promises: tuple[Code, ...] = Field(default=(), max_length=SOME)
    other_site: Name | None = None
    conditional_pickup: bool | None = None

    def content(self) -> Content:
        """The same as a value of the domain, where what was left out is None as well."""
        return Content.model_validate(self.model_dump(exclude_none=True))


class WithdrawalIn(StrictModel):
    """Why a filing is to be taken back."""

    reason: Annotated[str, Text(max=500)]
