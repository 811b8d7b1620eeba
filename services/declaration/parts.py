"""The parts of what a broker sends, each in its shape; the rules of their content come after.

Lengths here only bound what is read; the dictionary's own are checked with the rules.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from shared.http.model import Day, Kilograms, Money, Number, Quantity, StrictModel, Text

Name = Annotated[str, Text(max=1000)]
Long = Annotated[str, Text(max=4000)]
Code = Annotated[str, Text(max=100)]
LineNumber = Annotated[int, Field(ge=1, le=999_999_999)]
Count = Annotated[int, Field(ge=0, le=999_999_999)]
Fee = Annotated[Decimal, Number(digits=17, places=2)]
Percent = Annotated[Decimal, Number(digits=8, places=4)]
MOST = 500
SOME = 50


class PartyIn(StrictModel):
    """A company, by its unified social credit code, with its codes at both agencies."""

    uscc: Code
    name: Name
    customs_code: Code | None = None
    ciq_code: Code | None = None


class ConsigneeIn(PartyIn):
    """The domestic consignee or consignor."""

    name_foreign: Name | None = None


class OverseasIn(StrictModel):
    """The overseas party, beside its foreign name."""

    aeo_code: Code | None = None
    name_zh: Name | None = None
    address: Name | None = None


class PersonIn(StrictModel):
    """Who declares for the declarant."""

    name: Name
    number: Name | None = None
    phone: Name | None = None


class GoodsUserIn(StrictModel):
    """Whom to ask about the goods' use."""

    contact: Name
    phone: Name


class ConfirmationsIn(StrictModel):
    """Answers about the price; None: left blank."""

    special_relation: bool | None = None
    price_influence: bool | None = None
    royalty: bool | None = None
    formula_price: bool | None = None
    provisional_price: bool | None = None


class CorrelationIn(StrictModel):
    """Another declaration that this one belongs to."""

    number: Name
    reason: Code


class AttachmentIn(StrictModel):
    """A document that goes with the declaration."""

    type: Code
    number: Name
    lines: tuple[LineNumber, ...] = Field(default=(), max_length=MOST)


class ChargeIn(StrictModel):
    """Freight, insurance or another charge; `basis` says what the amount is."""

    basis: Code
    amount: Quantity
    currency: Code | None = None


class PackingIn(StrictModel):
    """Packing material beside the packages."""

    type: Code
    quantity: Count | None = None


class LicenceIn(StrictModel):
    """A supervision document of the consignment."""

    code: Code
    number: Name


class CertificateIn(StrictModel):
    """A certificate that is asked for."""

    code: Code
    originals: Count
    copies: Count


class CompanyQualificationIn(StrictModel):
    """What allows a company its trade."""

    type: Code
    number: Name


class MeasuredIn(StrictModel):
    """A quantity in a unit of UN/ECE Recommendation 20."""

    quantity: Quantity
    unit: Code


class OriginProofIn(StrictModel):
    """The line of an origin certificate that is about a goods line."""

    type: Code
    number: Name
    line: LineNumber


class ProducerIn(StrictModel):
    """Who made the exported goods."""

    registration: Name
    name: Name


class DangerousIn(StrictModel):
    """What dangerous goods are, and how they are packed."""

    un_number: Code
    name: Name
    packing_group: Code
    packing_mark: Name


class ProductQualificationIn(StrictModel):
    """A licence of the product, and how much of it is used up."""

    type: Code
    number: Name
    writeoff_line: Name | None = None
    quantity: Quantity | None = None
    unit: Code | None = None


class VehicleIn(StrictModel):
    """One vehicle of a licence."""

    vin: Name
    licence: Name
    billed_on: Day | None = None
    warranty: Name | None = None
    engine: Name | None = None
    chassis: Name | None = None
    invoice: Name | None = None
    invoiced: Count | None = None
    name: Name | None = None
    name_english: Name | None = None
    model: Name | None = None
    unit_price: Money | None = None


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
    record_item: LineNumber | None = None
    ciq_code: Code | None = None
    ciq_name: Name | None = None
    name_english: Name | None = None
    specification: Name | None = None
    statutory: MeasuredIn | None = None
    second_statutory: MeasuredIn | None = None
    unit_price: Money | None = None
    origin_region: Code | None = None
    preferential_origin: Code | None = None
    final_destination: Code | None = None
    district: Code | None = None
    destination: Code | None = None
    duty_mode: Code | None = None
    part_number: Name | None = None
    consumption_version: Name | None = None
    processing_fee: Fee | None = None
    purpose: Code | None = None
    attributes: tuple[Code, ...] = Field(default=(), max_length=SOME)
    ingredients: Name | None = None
    expires_on: Day | None = None
    shelf_life_days: Count | None = None
    overseas_manufacturer: Name | None = None
    inspection_specification: Long | None = None
    model: Long | None = None
    brand: Long | None = None
    produced_on: tuple[Day, ...] = Field(default=(), max_length=SOME)
    batches: tuple[Name, ...] = Field(default=(), max_length=SOME)
    producer: ProducerIn | None = None
    not_dangerous_chemical: bool | None = None
    dangerous: DangerousIn | None = None
    origin_proof: OriginProofIn | None = None
    qualifications: tuple[ProductQualificationIn, ...] = Field(default=(), max_length=SOME)
    vehicles: tuple[VehicleIn, ...] = Field(default=(), max_length=MOST)


class ContainerIn(StrictModel):
    """One container: ISO 6346 number and size-type, and the goods lines inside."""

    number: Code
    size_type: Code
    lines: tuple[LineNumber, ...] = Field(max_length=MOST)
    lcl: bool | None = None
    tare_kg: Kilograms | None = None
    goods_kg: Kilograms | None = None
