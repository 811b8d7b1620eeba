"""The parts of what a filing declares beyond what the other services decide on.

The names and texts of their fields are the dictionary's. Weights in kg.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from operator import is_, not_
from typing import Any

from pydantic import Field

from shared.contracts.envelope import Fact
from shared.contracts.filing import GoodsLine, Party, Qualification
from shared.contracts.values import Container, Kilograms

_IS_NONE = partial(is_, None)


def blank(default: Any = None) -> Any:
    """A field that may be left out, and then is not written out either.

    What decides that is asked some hundred times for each filing: functions without Python code.
    """
    return Field(default=default, exclude_if=_IS_NONE if default is None else not_)


class DeclaredParty(Party):
    """A company with its codes at both agencies."""

    customs_code: str | None = blank()
    ciq_code: str | None = blank()


class Consignee(DeclaredParty):
    """The domestic consignee or consignor."""

    name_foreign: str | None = blank()


class Overseas(Fact):
    """The overseas party, beside its foreign name."""

    aeo_code: str | None = blank()
    name_zh: str | None = blank()
    address: str | None = blank()


class Person(Fact):
    """Who declares for the declarant."""

    name: str
    number: str | None = blank()
    phone: str | None = blank()


class GoodsUser(Fact):
    """Whom to ask about the goods' use."""

    contact: str
    phone: str


class Confirmations(Fact):
    """Answers about the price; None: left blank."""

    special_relation: bool | None = blank()
    price_influence: bool | None = blank()
    royalty: bool | None = blank()
    formula_price: bool | None = blank()
    provisional_price: bool | None = blank()


class Correlation(Fact):
    """Another declaration that this one belongs to."""

    number: str
    reason: str


class Attachment(Fact):
    """A document that goes with the declaration."""

    type: str
    number: str
    lines: tuple[int, ...] = blank(())


class Charge(Fact):
    """Freight, insurance or another charge; `basis` says what the amount is."""

    basis: str
    amount: Decimal
    currency: str | None = blank()


class Packing(Fact):
    """Packing material beside the packages."""

    type: str
    quantity: int | None = blank()


class Licence(Fact):
    """A supervision document of the consignment."""

    code: str
    number: str


class Certificate(Fact):
    """A certificate that is asked for."""

    code: str
    originals: int
    copies: int


class CompanyQualification(Fact):
    """What allows a company its trade."""

    type: str
    number: str


class Measured(Fact):
    """A quantity in a unit of UN/ECE Recommendation 20."""

    quantity: Decimal
    unit: str


class OriginProof(Fact):
    """The line of an origin certificate that is about a goods line."""

    type: str
    number: str
    line: int


class Producer(Fact):
    """Who made the exported goods."""

    registration: str
    name: str


class Dangerous(Fact):
    """What dangerous goods are, and how they are packed."""

    un_number: str
    name: str
    packing_group: str
    packing_mark: str


class ProductQualification(Qualification):
    """A licence of the product, and how much of it is used up."""

    writeoff_line: str | None = blank()
    quantity: Decimal | None = blank()
    unit: str | None = blank()


class Vehicle(Fact):
    """One vehicle of a licence."""

    vin: str
    licence: str
    billed_on: date | None = blank()
    warranty: str | None = blank()
    engine: str | None = blank()
    chassis: str | None = blank()
    invoice: str | None = blank()
    invoiced: int | None = blank()
    name: str | None = blank()
    name_english: str | None = blank()
    model: str | None = blank()
    unit_price: Decimal | None = blank()


class DeclaredLine(GoodsLine):
    """A goods line with all that is declared of it."""

    record_item: int | None = blank()
    ciq_code: str | None = blank()
    ciq_name: str | None = blank()
    name_english: str | None = blank()
    specification: str | None = blank()
    statutory: Measured | None = blank()
    second_statutory: Measured | None = blank()
    unit_price: Decimal | None = blank()
    origin_region: str | None = blank()
    preferential_origin: str | None = blank()
    final_destination: str | None = blank()
    district: str | None = blank()
    destination: str | None = blank()
    duty_mode: str | None = blank()
    part_number: str | None = blank()
    consumption_version: str | None = blank()
    processing_fee: Decimal | None = blank()
    purpose: str | None = blank()
    attributes: tuple[str, ...] = blank(())
    ingredients: str | None = blank()
    expires_on: date | None = blank()
    shelf_life_days: int | None = blank()
    overseas_manufacturer: str | None = blank()
    inspection_specification: str | None = blank()
    model: str | None = blank()
    brand: str | None = blank()
    produced_on: tuple[date, ...] = blank(())
    batches: tuple[str, ...] = blank(())
    producer: Producer | None = blank()
    not_dangerous_chemical: bool | None = blank()
    dangerous: Dangerous | None = blank()
    origin_proof: OriginProof | None = blank()
    qualifications: tuple[ProductQualification, ...] = blank(())
    vehicles: tuple[Vehicle, ...] = blank(())


class DeclaredContainer(Container):
    """A container with all that is declared of it."""

    lcl: bool | None = blank()
    tare_kg: Kilograms | None = blank()
    goods_kg: Kilograms | None = blank()
