"""How much there is to inspect, where and when, as a requirement tells it."""

from decimal import Decimal

from services.booking.domain.yard import Cargo
from shared.contracts.requirement import Determination
from shared.reference import sizes

LOOSE = Decimal(1)
"""Loose cargo counts as one twenty-foot unit."""


def of(needed: Determination) -> Cargo:
    """The cargo of a requirement."""
    return Cargo(
        terminal=needed.terminal,
        arrival=needed.arrival,
        perishable_until=needed.perishable_until,
        teu=sizes.teu(each.size_type for each in needed.containers) or LOOSE,
        containers=max(1, len(needed.containers)),
    )
