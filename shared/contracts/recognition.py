"""Events of a recognition: the second agency accepts the first one's result, or does not.

Owner: mutual_recognition.
"""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event, Fact
from shared.contracts.values import Agency, Element, Said

TOTAL = 0
"""The line of a verdict on all lines together."""


class ElementVerdict(Fact):
    """Declared against found for one element of one line, or of all together (line 0).

    For `quantity` and `weight`, `difference` and `tolerance` are in the line's unit and in kg.
    `gross`: it is the gross weight of all, not the net weight.
    """

    element: Element
    line: int
    declared: str
    found: str
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    agrees: bool
    gross: bool = False


class RecognitionEvent(Event):
    """Something happened to a recognition."""

    aggregate: ClassVar[str] = "recognition"
    subject_field: ClassVar[str] = "recognition_id"

    recognition_id: UUID
    requirement_id: UUID
    primary_agency: Agency
    recognising_agency: Agency


class RecognitionExpected(RecognitionEvent):
    """The rules allow it; it waits for the primary agency's result."""

    name: ClassVar[str] = "expected"

    elements: tuple[Element, ...]


class RecognitionGranted(RecognitionEvent):
    """Found agrees with declared in every element: no second unpacking.

    It rests on these `conclusions` of the primary agency in the case, by their numbers.
    """

    name: ClassVar[str] = "granted"

    verdicts: tuple[ElementVerdict, ...]
    case_id: UUID | None = None
    conclusions: tuple[int, ...] = ()


class RecognitionRefused(RecognitionEvent):
    """Something disagrees or is unclear: the second agency inspects as well.

    `conclusions` are those of the primary agency that say so, by their numbers; none where it is
    not for what was found.
    """

    name: ClassVar[str] = "refused"

    verdicts: tuple[ElementVerdict, ...]
    case_id: UUID | None = None
    conclusions: tuple[int, ...] = ()
    reason: Said


class RecognitionLapsed(RecognitionEvent):
    """It will not come to a recognition: no result came in time, or the requirement was revised or
    ended without it.
    """

    name: ClassVar[str] = "lapsed"

    reason: Said
