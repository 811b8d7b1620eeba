"""How much there is to inspect, where and when, as a requirement tells it."""

from collections.abc import Sequence
from decimal import Decimal

from services.booking.domain.yard import Cargo
from shared.contracts.requirement import Determination
from shared.contracts.values import Container


def of(needed: Determination) -> Cargo:
    """The cargo of a requirement."""
    return Cargo(
        terminal=needed.terminal,
        arrival=needed.arrival,
        perishable_until=needed.perishable_until,
        teu=teu(needed.containers),
        containers=max(1, len(needed.containers)),
    )


def teu(containers: Sequence[Container]) -> Decimal:
    """Twenty-foot units by the first letter of the size code (ISO 6346): of 20 feet and below one,
    of 45 feet two and a quarter, of all others two; loose cargo counts as one.
    """
    sizes = [each.size_type[:1] for each in containers]
    units = {"1": Decimal(1), "2": Decimal(1), "L": Decimal("2.25")}
    return sum((units.get(size, Decimal(2)) for size in sizes), Decimal(0)) or Decimal(1)
