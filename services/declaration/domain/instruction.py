"""A broker's standing instruction: whose value stands where two forms disagree on an item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Instruction:
    """One version; they are numbered from 1 for each item and never change.

    `take` names a form, `customs` or `inspection`; None: from that day on the broker is asked
    again. The newest of the versions that are valid on a day holds on it.
    """

    item: str
    version: int
    take: str | None
    valid_from: date


def in_force(versions: Iterable[Instruction], *, day: date) -> Mapping[str, Instruction]:
    """Of each item, the instruction that holds on a day."""
    valid = sorted(
        (each for each in versions if each.valid_from <= day), key=lambda each: each.version
    )
    newest = {each.item: each for each in valid}
    return {item: each for item, each in newest.items() if each.take is not None}
