"""A recognition: the secondary agency accepts the primary's result, or does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.mutual_recognition.domain.determination import Terms, Tolerance
from shared.contracts import derived
from shared.contracts import recognition as contract
from shared.contracts.envelope import Event
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element, Said

RESULT_WITHIN_HOURS = 24
"""How long the primary's result is waited for where the row does not say; ours, as the rows are."""


class Status(StrEnum):
    """Where a recognition stands."""

    EXPECTED = "expected"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Act(StrEnum):
    """What can be done to a recognition."""

    EXPECT_AGAIN = "expect_again"
    GRANT = "grant"
    REFUSE = "refuse"
    LAPSE = "lapse"


MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.EXPECTED, Act.GRANT): Status.GRANTED,
    (Status.EXPECTED, Act.REFUSE): Status.REFUSED,
    (Status.EXPECTED, Act.LAPSE): Status.LAPSED,
    # An amended filing may become eligible again.
    (Status.LAPSED, Act.EXPECT_AGAIN): Status.EXPECTED,
}


@dataclass(frozen=True)
class Recognition:
    """The one recognition a requirement can have; `terms` say what may be recognised.

    `due` (yard clock): when the primary's result must have come; None unless expected and planned.
    `conclusions` are the numbers of the primary's on which `verdicts` rest.
    """

    id: UUID
    requirement_id: UUID
    filing_id: UUID
    version: int
    status: Status
    primary: str
    secondary: str
    terms: Terms
    due: datetime | None = None
    verdicts: tuple[ElementVerdict, ...] = ()
    conclusions: tuple[int, ...] = ()
    reason: Said | None = None


Changed = tuple[Recognition, tuple[Event, ...]]


def strictest(some: Sequence[Terms]) -> Terms:
    """What is recognised where all of these count: every element, each within the least tolerance.

    The result is waited for as long as the least of them says. Raises ValueError if there are none.
    """
    if len(some) == 1:
        return some[0]
    hours = [each.result_within_hours for each in some]
    return Terms(
        elements=tuple(each for each in Element if any(each in terms.elements for terms in some)),
        tolerances={each: _least(each, some) for terms in some for each in terms.elements},
        result_within_hours=min(each or RESULT_WITHIN_HOURS for each in hours),
    )


def _least(element: Element, some: Sequence[Terms]) -> Tolerance:
    given = [each.tolerances.get(element, Tolerance()) for each in some if element in each.elements]
    return Tolerance(
        percent=min(each.percent for each in given),
        absolute=min(each.absolute for each in given),
    )


def due(terms: Terms, awaited_from: datetime | None) -> datetime | None:
    """When the primary's result must have come; None while the inspection is not planned."""
    if awaited_from is None:
        return None
    return awaited_from + timedelta(hours=terms.result_within_hours or RESULT_WITHIN_HOURS)


def expect(
    before: Recognition | None,
    *,
    filing_id: UUID,
    primary: str,
    secondary: str,
    terms: Terms,
    awaited_from: datetime | None = None,
) -> Changed:
    """The rules allow it; it waits for the primary agency's result, at most for the stated time."""
    requirement_id = derived.requirement_id(filing_id)
    if before is not None and (before.status, Act.EXPECT_AGAIN) not in MOVES:
        raise ValueError(f"a {before.status} recognition is not expected again")
    after = Recognition(
        id=derived.recognition_id(requirement_id),
        requirement_id=requirement_id,
        filing_id=filing_id,
        version=1 if before is None else before.version + 1,
        status=Status.EXPECTED,
        primary=primary,
        secondary=secondary,
        terms=terms,
        due=due(terms, awaited_from),
    )
    return after, (_told(contract.RecognitionExpected, after, elements=terms.elements),)


def grant(
    current: Recognition, *, verdicts: tuple[ElementVerdict, ...], conclusions: tuple[int, ...]
) -> Changed:
    """Found agrees with declared: no second unpacking. Raises ValueError if it does not."""
    if not verdicts or not all(verdict.agrees for verdict in verdicts):
        raise ValueError("only agreeing verdicts grant a recognition")
    after = _moved(current, Act.GRANT, verdicts=verdicts, conclusions=conclusions)
    told = _told(contract.RecognitionGranted, after, **_compared(after))
    return after, (told,)


def refuse(
    current: Recognition,
    *,
    verdicts: tuple[ElementVerdict, ...],
    reason: Said,
    conclusions: tuple[int, ...] = (),
) -> Changed:
    """Something disagrees: the secondary agency inspects as well."""
    after = _moved(current, Act.REFUSE, verdicts=verdicts, conclusions=conclusions, reason=reason)
    told = _told(contract.RecognitionRefused, after, reason=reason, **_compared(after))
    return after, (told,)


def lapse(current: Recognition, *, reason: Said) -> Changed:
    """It will not come to a recognition."""
    after = _moved(current, Act.LAPSE, reason=reason)
    return after, (_told(contract.RecognitionLapsed, after, reason=reason),)


def _moved(
    current: Recognition,
    act: Act,
    *,
    verdicts: tuple[ElementVerdict, ...] = (),
    conclusions: tuple[int, ...] = (),
    reason: Said | None = None,
) -> Recognition:
    target = MOVES.get((current.status, act))
    if target is None:
        raise ValueError(f"a {current.status} recognition takes no {act}")
    return replace(
        current,
        status=target,
        version=current.version + 1,
        due=None,
        verdicts=verdicts,
        conclusions=conclusions,
        reason=reason,
    )


def _compared(after: Recognition) -> dict[str, object]:
    return {
        "verdicts": after.verdicts,
        "case_id": derived.case_id(after.requirement_id),
        "conclusions": after.conclusions,
    }


def _told(kind: type[contract.RecognitionEvent], current: Recognition, **facts: object) -> Event:
    return kind.model_validate(
        {
            "filing_id": current.filing_id,
            "recognition_id": current.id,
            "requirement_id": current.requirement_id,
            "primary_agency": current.primary,
            "recognising_agency": current.secondary,
            **facts,
        }
    )
