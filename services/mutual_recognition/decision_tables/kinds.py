"""The kinds of table: which rows decide, what a row says, and which verdict is the careful one."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from services.mutual_recognition.decision_tables.index import Hit
from services.mutual_recognition.decision_tables.table import Then
from services.mutual_recognition.domain.agencies import Agencies
from shared.contracts.values import Scope

RECOGNITION = "recognition"
SELECTION = "selection-"
MISMATCH = "mismatch"
SINGLE = (RECOGNITION, MISMATCH)
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


def drawing(agencies: Agencies) -> tuple[str, ...]:
    """The tables whose rows may ask for a random draw."""
    return (*(selection_of(agency) for agency in agencies.names), RECOGNITION)


def policy_of(name: str) -> Policy:
    """Selections add up; of everything else the first row decides."""
    return Policy.COLLECT if name.startswith(SELECTION) else Policy.FIRST


def care(then: Then) -> int:
    """How careful a verdict is, to compare two of one `first` table: the greater the more so."""
    if then.scope is not None:
        return then.scope.depth
    return 0 if then.eligible else 1


def is_default(name: str, then: Then) -> bool:
    """Whether a verdict is what holds where no rule says otherwise."""
    if name == MISMATCH:
        return then.scope is not None and then.scope.depth >= LEAST.depth
    return not then.inspect and not then.eligible


def misfits(name: str, then: Then, *, agencies: Agencies) -> Iterator[tuple[str, str]]:
    """What is wrong with what a row of this table says: codes of faults, and the column of each."""
    if name == RECOGNITION:
        yield from _recognition(then)
    elif name == MISMATCH:
        yield from _mismatch(then)
    else:
        yield from _selection(then, agencies.skills.get(name.removeprefix(SELECTION), ()))


def _recognition(then: Then) -> Iterator[tuple[str, str]]:
    inspects = then.inspect is not None or then.scope or then.skills or then.minutes
    if then.eligible is None or inspects:
        yield "not_a_recognition_verdict", "then"
    if then.eligible and (not then.elements or set(then.tolerances) - set(then.elements)):
        yield "elements_missing", "elements"


def _mismatch(then: Then) -> Iterator[tuple[str, str]]:
    if then.scope is None or then != Then(scope=then.scope):
        yield "not_a_mismatch_verdict", "then"


def _selection(then: Then, skills: Sequence[str]) -> Iterator[tuple[str, str]]:
    if then.inspect is None or then.eligible is not None or then.elements or then.tolerances:
        yield "not_a_selection_verdict", "then"
    if bool(then.inspect) != (then.scope is not None and then.minutes is not None):
        yield "scope_and_minutes", "scope"
    if not set(then.skills) <= set(skills):
        yield "row_asks_unknown_skill", "skills"
