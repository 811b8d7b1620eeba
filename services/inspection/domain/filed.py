"""What of a filing is measured, and what its events mean for that."""

from dataclasses import dataclass
from decimal import Decimal

from shared.contracts.filing import Consignment
from shared.reference import sizes


@dataclass(frozen=True)
class Content:
    """A declared content: who, and how much of what. `company` is the consignee or consignor.

    `goods` is the code of the line with the greatest net weight. Loose cargo has no containers
    and no TEU.
    """

    direction: str
    broker: str
    company: str
    goods: str
    containers: int
    teu: Decimal


def content(consignment: Consignment) -> Content:
    """What is measured of a declared content."""
    heaviest = max(consignment.lines, key=lambda line: (line.net_kg, -line.number), default=None)
    return Content(
        direction=consignment.direction.value,
        broker=consignment.broker.uscc,
        company=consignment.consignee.uscc,
        goods=heaviest.hs_code if heaviest else "",
        containers=len(consignment.containers),
        teu=sizes.teu(each.size_type for each in consignment.containers),
    )
