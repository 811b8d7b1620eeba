"""The kinds of table: which rows decide, what a row says, and which verdict is the careful one."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from services.mutual_recognition.decision_tables.index import Hit
from services.mutual_recognition.decision_tables.table import Then
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.recognition import strictest
from shared.contracts.values import Scope

RECOGNITION = "recognition"
SELECTION = "selection-"
MISMATCH = "mismatch"
SUSPENSION = "suspension"
SINGLE = (RECOGNITION, MISMATCH, SUSPENSION)
"""Tables of which there is one, whatever agencies there are."""
LEAST = Scope.UNPACK
"""What the other agency does at least where a result is not recognised."""


class Policy(StrEnum):
    """Which of the rows that are met decide: the first one, or all but the last total one."""

    FIRST = "first"
    COLLECT = "collect"

    def decisive(self, hits: Sequence[Hit]) -> Sequence[Hit]:
        """The rows that decide; the total one of a `collect` table only where there is no other."""
        if self is Policy.FIRST:
            return hits[:1]
        return [hit for hit in hits if not hit.row.is_total] or hits


def selection_of(agency: str) -> str:
    """The name of an agency's selection table."""
    return f"{SELECTION}{agency}"


def names(agencies: Agencies) -> tuple[str, ...]:
    """The tables that a decision uses."""
    return (*drawing(agencies), MISMATCH)


def every(agencies: Agencies) -> tuple[str, ...]:
    """All tables that there are: also the one that a conclusion is held against."""
    return (*names(agencies), SUSPENSION)


def drawing(agencies: Agencies) -> tuple[str, ...]:
    """The tables whose rows may ask for a random draw."""
    return (*(selection_of(agency) for agency in agencies.names), RECOGNITION)


def is_replayed(name: str) -> bool:
    """Whether a draft of it can be held against what was decided: the policy decides no filing."""
    return name != SUSPENSION


def policy_of(name: str) -> Policy:
    """Selections add up; of everything else the first row decides."""
    return Policy.COLLECT if name.startswith(SELECTION) else Policy.FIRST


def care(then: Then) -> int:
    """How careful a verdict is, to compare two of one `first` table: the greater the more so."""
    if then.scope is not None:
        return then.scope.depth
    if then.suspend:
        return 1 + (then.days or 0)
    if then.suspend is not None:
        return 0
    return 0 if then.eligible else 1


def is_softer(one: Then, other: Then) -> bool:
    """Whether a verdict is less careful than another of the same `first` table.

    Of two that recognise: whether it leaves out an element, or allows more or waits longer.
    """
    if one.eligible and other.eligible:
        both, alone = strictest([one.terms, other.terms]), strictest([one.terms, one.terms])
        return both != alone
    return care(one) < care(other)


def is_default(name: str, then: Then) -> bool:
    """Whether a verdict is what holds where no rule says otherwise."""
    if name == MISMATCH:
        return then.scope is not None and then.scope.depth >= LEAST.depth
    if name == SUSPENSION:
        return then.suspend is False
    return not then.inspect and not then.eligible


def misfits(name: str, then: Then, *, agencies: Agencies) -> Iterator[tuple[str, str]]:
    """What is wrong with what a row of this table says: codes of faults, and the column of each."""
    if name == RECOGNITION:
        yield from _recognition(then)
    elif name == MISMATCH:
        yield from _mismatch(then)
    elif name == SUSPENSION:
        yield from _suspension(then)
    else:
        yield from _selection(then, agencies.skills.get(name.removeprefix(SELECTION), ()))


def _recognition(then: Then) -> Iterator[tuple[str, str]]:
    looks = (then.scope, then.minutes, then.bay)
    inspects = then.inspect is not None or then.skills or looks != (None, None, None)
    waits = then.result_within_hours is not None and not then.eligible
    if then.eligible is None or inspects or waits or _of_a_suspension(then):
        yield "not_a_recognition_verdict", "then"
    if then.eligible and (not then.elements or set(then.tolerances) - set(then.elements)):
        yield "elements_missing", "elements"


def _mismatch(then: Then) -> Iterator[tuple[str, str]]:
    if then.scope is None or then != Then(scope=then.scope):
        yield "not_a_mismatch_verdict", "then"


def _suspension(then: Then) -> Iterator[tuple[str, str]]:
    said = (then.days is not None, then.way_back is not None)
    alone = Then(suspend=then.suspend, days=then.days, way_back=then.way_back)
    if then.suspend is None or then != alone or set(said) != {then.suspend}:
        yield "not_a_suspension_verdict", "then"


def _of_a_suspension(then: Then) -> bool:
    return (then.suspend, then.days, then.way_back) != (None, None, None)


def _selection(then: Then, skills: Sequence[str]) -> Iterator[tuple[str, str]]:
    waits = then.result_within_hours is not None
    recognises = then.eligible is not None or then.elements or then.tolerances or waits
    if then.inspect is None or recognises or _of_a_suspension(then):
        yield "not_a_selection_verdict", "then"
    said = then.scope is not None and then.minutes is not None
    if bool(then.inspect) != said or (then.bay is not None and not then.inspect):
        yield "scope_and_minutes", "scope"
    if not set(then.skills) <= set(skills):
        yield "row_asks_unknown_skill", "skills"
