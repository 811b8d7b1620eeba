"""Ids of the aggregates that exist once for a filing.

They are computed, so that a service can name the booking of a requirement before it has heard
of either: events of different aggregates may come in any order.
"""

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID, uuid5


def requirement_id(filing_id: UUID) -> UUID:
    """The one requirement of a filing."""
    return uuid5(filing_id, "requirement")


def recognition_id(requirement_id: UUID) -> UUID:
    """The one recognition a requirement can have."""
    return uuid5(requirement_id, "recognition")


def booking_id(requirement_id: UUID) -> UUID:
    """The one booking of a requirement; also the id of its request for a slot."""
    return uuid5(requirement_id, "booking")


def case_id(requirement_id: UUID) -> UUID:
    """The one case of a requirement."""
    return uuid5(requirement_id, "case")


@lru_cache(maxsize=4096)
def of_filing(filing_id: UUID) -> Mapping[str, UUID]:
    """The id of each aggregate of a filing, by the aggregate's name."""
    required = requirement_id(filing_id)
    return {
        "filing": filing_id,
        "requirement": required,
        "recognition": recognition_id(required),
        "booking": booking_id(required),
        "case": case_id(required),
    }
