"""The two forms of before the reform as a broker's program hands them over.

One model each, made of the dictionary's data: a field for every item by its id, at the level on
which it stood. What is asked of a filing is not asked of them: a form may leave out much.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, create_model

from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import LegacyItem, Level
from services.declaration.parts import (
    MOST,
    SOME,
    AttachmentIn,
    Code,
    CompanyQualificationIn,
    CorrelationIn,
    Count,
    Fee,
    GoodsUserIn,
    LicenceIn,
    LineNumber,
    Long,
    Name,
    OriginProofIn,
    PackingIn,
    PersonIn,
    ProducerIn,
    ProductQualificationIn,
    VehicleIn,
)
from shared.http.model import Kilograms, Money, Quantity, StrictModel, Text

LONG = 5_000
"""The most goods lines of a form that is read from a file; a filing takes fewer."""


class LegacyParty(StrictModel):
    """A company as a form names it: its code at that form's agency, and its names."""

    uscc: Code | None = None
    code: Code | None = None
    name: Name
    name_foreign: Name | None = None
    name_zh: Name | None = None
    address: Name | None = None


class LegacyHsCode(StrictModel):
    """The code of 8 digits and its additional ones."""

    code: Annotated[str, Text(max=10, pattern=r"[0-9]{4,10}")]
    additional: Annotated[str, Text(max=2, pattern=r"[0-9]{1,2}")] | None = None


class LegacyQuantity(StrictModel):
    """A quantity in a unit of the form's own list."""

    quantity: Quantity
    unit: Code


class LegacyWeight(StrictModel):
    """A weight in a unit of the form's own list."""

    weight: Quantity
    unit: Code


class LegacyCharge(StrictModel):
    """Mark, rate and currency of a charge."""

    mark: Code
    rate: Quantity
    currency: Code | None = None


class LegacyCertificates(StrictModel):
    """Certificates asked for: codes, originals and copies, each joined by commas."""

    codes: Name
    originals: Name
    copies: Name


class LegacyInspectionCode(StrictModel):
    """The inspection code of goods and its name."""

    code: Code
    name: Name | None = None


def _some(entry: Any) -> Any:
    return Annotated[tuple[entry, ...], Field(max_length=SOME)]


_HELD: dict[str, Any] = {
    "business_matters": Annotated[dict[Code, Code], Field(max_length=SOME)],
    "domestic_party": LegacyParty,
    "overseas_party": LegacyParty,
    "owner": LegacyParty,
    "declarant": LegacyParty,
    "declaring_person": PersonIn,
    "goods_users": _some(GoodsUserIn),
    "correlation": CorrelationIn,
    "freight": LegacyCharge,
    "insurance": LegacyCharge,
    "other_charges": LegacyCharge,
    "packages": Count,
    "gross_weight": Kilograms,
    "record_item": LineNumber,
    "line_number": LineNumber,
    "quantity": LegacyQuantity,
    "statutory": LegacyQuantity,
    "second_statutory": LegacyQuantity,
    "unit_price": Money,
    "value": Money,
    "processing_fee": Fee,
    "tare_weight": Kilograms,
    "licences": _some(LicenceIn),
    "origin_proofs": OriginProofIn,
    "other_packing": _some(PackingIn),
    "ciq_code": LegacyInspectionCode,
    "producer": ProducerIn,
    "certificates": LegacyCertificates,
    "company_qualifications": _some(CompanyQualificationIn),
    "company_promises": _some(Code),
    "product_qualifications": _some(ProductQualificationIn),
    "vehicles": _some(VehicleIn),
    "container_lines": Annotated[tuple[LineNumber, ...], Field(max_length=MOST)],
    "inspection_specification": Long,
    "brand": Long,
    "production_dates": Long,
    "batches": Long,
}
_OF_CUSTOMS: dict[str, Any] = {
    "hs_code": LegacyHsCode,
    "net_weight": Kilograms,
    "attachments": _some(AttachmentIn),
}
_OF_INSPECTION: dict[str, Any] = {"net_weight": LegacyWeight}
_NEEDED = {"line_number", "hs_code", "goods_name", "quantity", "container_number", "direction"}


def _many(entry: Any) -> Any:
    return tuple[entry, ...]


def _model(name: str, entries: Iterable[LegacyItem], held: Mapping[str, Any], **more: Any) -> Any:
    fields: dict[str, Any] = {entry.id: _field(entry, held) for entry in entries}
    return create_model(name, __base__=StrictModel, __doc__=more.pop("doc"), **(fields | more))


def _field(entry: LegacyItem, held: Mapping[str, Any]) -> tuple[Any, Any]:
    kind = held.get(entry.id, Name)
    return (kind, ...) if entry.id in _NEEDED else (kind | None, None)


def _form(name: str, entries: tuple[LegacyItem, ...], held: Mapping[str, Any], *, most: int) -> Any:
    """A form: its header, at most so many lines, and its containers."""
    of = {level: [each for each in entries if each.level is level] for level in Level}
    numbers = [each for each in entries if each.id == "container_number"]
    inside = [*numbers, *(each for each in of[Level.CONTAINER] if each not in numbers)]
    header = [each for each in of[Level.HEADER] if each not in numbers]
    purposes = {} if name == "Customs" else {"purpose": (Code | None, None)}
    line = _model(
        f"{name}Line", of[Level.LINE], held, doc=f"A line of the {name} form.", **purposes
    )
    box = _model(f"{name}Container", inside, held, doc=f"A container of the {name} form.")
    return _model(
        f"{name}Form",
        header,
        held,
        doc=f"The {name} form of before the reform, by the ids of its items.",
        lines=(_many(line), Field(min_length=1, max_length=most)),
        containers=(_many(box), Field(default=(), max_length=MOST)),
    )


def _customs(most: int) -> type[StrictModel]:
    made: type[StrictModel] = _form(
        "Customs", legacy.forms().customs, _HELD | _OF_CUSTOMS, most=most
    )
    return made


def _inspection(most: int) -> type[StrictModel]:
    made: type[StrictModel] = _form(
        "Inspection", legacy.forms().inspection, _HELD | _OF_INSPECTION, most=most
    )
    return made


CUSTOMS, INSPECTION = _customs(MOST), _inspection(MOST)
LONG_CUSTOMS, LONG_INSPECTION = _customs(LONG), _inspection(LONG)
