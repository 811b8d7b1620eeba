"""What a filing declares: the shared consignment and what only the declaration itself needs."""

from datetime import date

from services.declaration.domain import declared
from services.declaration.domain.declared import blank
from shared.contracts.filing import Consignment
from shared.contracts.values import Sandbox

TOLD = tuple(Consignment.model_fields)
"""The names of what the other services are told."""


class Content(Consignment):
    """The content of one filing version. Weights in kg; times in UTC.

    `customs_office` is the four digits of the office of declaration, `package_type` the two of
    the package type list. What was left out is not written out.
    """

    customs_office: str
    bill_of_lading: str
    package_type: str
    transport_name: str | None = None
    broker: declared.DeclaredParty
    consignee: declared.Consignee
    lines: tuple[declared.DeclaredLine, ...]
    containers: tuple[declared.DeclaredContainer, ...] = ()

    declaration_type: str | None = blank()
    border_office: str | None = blank()
    record_number: str | None = blank()
    contract: str | None = blank()
    supervision_mode: str | None = blank()
    levy_nature: str | None = blank()
    licence_number: str | None = blank()
    business_matters: tuple[str, ...] = blank(())
    bonded_list_type: str | None = blank()
    confirmations: declared.Confirmations | None = blank()
    remarks: str | None = blank()
    related_declaration: str | None = blank()
    related_record: str | None = blank()
    bonded_site: str | None = blank()
    yard_code: str | None = blank()
    correlation: declared.Correlation | None = blank()
    special_business: tuple[str, ...] = blank(())
    acceptance_authority: str | None = blank()
    certificate_authority: str | None = blank()
    port_authority: str | None = blank()
    destination_authority: str | None = blank()
    attachments: tuple[declared.Attachment, ...] = blank(())
    overseas: declared.Overseas | None = blank()
    owner: declared.DeclaredParty | None = blank()
    declaring_person: declared.Person | None = blank()
    goods_users: tuple[declared.GoodsUser, ...] = blank(())
    voyage: str | None = blank()
    delivery_order: str | None = blank()
    trading_country: str | None = blank()
    stopover_port: str | None = blank()
    departure_port: str | None = blank()
    entry_port: str | None = blank()
    departure_date: date | None = blank()
    unloaded_date: date | None = blank()
    original_container: bool | None = blank()
    terms_of_delivery: str | None = blank()
    freight: declared.Charge | None = blank()
    insurance: declared.Charge | None = blank()
    other_charges: declared.Charge | None = blank()
    other_packing: tuple[declared.Packing, ...] = blank(())
    marks: str | None = blank()
    licences: tuple[declared.Licence, ...] = blank(())
    certificates: tuple[declared.Certificate, ...] = blank(())
    qualifications: tuple[declared.CompanyQualification, ...] = blank(())
    promises: tuple[str, ...] = blank(())
    other_site: str | None = blank()
    conditional_pickup: bool | None = blank()

    sandbox: Sandbox | None = blank()

    def consignment(self) -> Consignment:
        """The part that other services decide on."""
        return Consignment.model_validate({name: getattr(self, name) for name in TOLD})
