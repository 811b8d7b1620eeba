"""What a broker sends: the shape of a filing. The rules of its content come after.

Lengths here only bound what is read; the dictionary's own are checked with the rules.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.declaration.domain.content import Content
from shared.contracts.values import Direction
from shared.http.model import Instant, Kilograms, Money, Number, Quantity, StrictModel, Text

Name = Annotated[str, Text(max=1000)]
Code = Annotated[str, Text(max=100)]
Office = Annotated[str, Text(min=4, max=4, pattern=r"[0-9]{4}")]
Terminal = Annotated[str, Text(max=100, pattern=r"[A-Z0-9][A-Z0-9-]*")]
LineNumber = Annotated[int, Field(ge=1, le=999_999_999)]
Percent = Annotated[Decimal, Number(digits=8, places=4)]
MOST = 500


class PartyIn(StrictModel):
    """A company, by its unified social credit code."""

    uscc: Code
    name: Name


class LineIn(StrictModel):
    """One goods line: HS code of 10 digits, quantity in a unit of Recommendation 20, net in kg."""

    number: LineNumber
    hs_code: Code
    name: Name
    quantity: Quantity
    unit: Code
    net_kg: Kilograms
    value: Money
    currency: Code
    origin: Code
    duty_percent: Percent
    licences: tuple[Code, ...] = Field(default=(), max_length=50)


class ContainerIn(StrictModel):
    """One container: ISO 6346 number and size-type, and the goods lines inside."""

    number: Code
    size_type: Code
    lines: tuple[LineNumber, ...] = Field(max_length=MOST)


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
    consignee: PartyIn
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

    def content(self) -> Content:
        """The same as a value of the domain."""
        return Content.model_validate(self, from_attributes=True)


class WithdrawalIn(StrictModel):
    """Why a filing is to be taken back."""

    reason: Annotated[str, Text(max=500)]
