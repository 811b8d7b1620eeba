"""The receipt number of a filing."""

from services.declaration.domain.content import Content
from shared.contracts.values import Direction

_DIRECTION = {Direction.IMPORT: "1", Direction.EXPORT: "0"}


def receipt_number(content: Content, *, year: int, sequence: int) -> str:
    """18 digits as customs declaration numbers have them: office, year, 1 for import, sequence.

    The sequence has nine digits and does not start again with the year.
    """
    direction = _DIRECTION[content.direction]
    return f"{content.customs_office}{year:04d}{direction}{sequence:09d}"
