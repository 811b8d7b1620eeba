"""What a filing declares: the shared consignment and what only the declaration itself needs."""

from shared.contracts.filing import Consignment


class Content(Consignment):
    """The content of one filing version. Weights in kg; times in UTC.

    `customs_office` is the four digits of the office of declaration, `package_type` the two of
    the package type list.
    """

    customs_office: str
    bill_of_lading: str
    package_type: str
    transport_name: str | None = None

    def consignment(self) -> Consignment:
        """The part that other services decide on."""
        return Consignment.model_validate(dict(self))
