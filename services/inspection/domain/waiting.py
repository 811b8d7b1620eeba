"""The open container waits for an agency that is needed and has not come.

The wait begins when every agency at the container has concluded (a refused recognition is one
such case: the primary agency is done and the other one is needed now). It ends when the agency
joins, or when its time runs out and the container is closed up.
"""

from datetime import datetime, timedelta

from services.inspection.domain import moves
from services.inspection.domain.case import Case, Change, Opening
from services.inspection.domain.facts import Waiting
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Moment
from services.inspection.domain.replacing import replace
from shared.contracts.case import CaseClosedUp, CaseWaiting

Wait = timedelta


def begin(change: Change, *, now: Moment, wait: Wait) -> Change:
    """Set the deadline (yard clock) if the container has to wait now; take it away if not."""
    case = ended(change.case)
    if case.waiting is not None or not _must_wait(case):
        return replace(change, case=case)
    until = now.yard + wait
    return replace(change, case=waits(case, Waiting(agencies=case.missing, until=until))).told(
        CaseWaiting, waits_for=", ".join(case.missing), until=until
    )


def ended(case: Case) -> Case:
    """The case, without its wait if that is for nobody any more."""
    return case if case.waiting is None or _must_wait(case) else replace(case, waiting=None)


def waits(case: Case, waiting: Waiting) -> Case:
    """The case as it waits."""
    return replace(case, waiting=waiting, status=moves.after(case.status, Act.WAIT))


def _must_wait(case: Case) -> bool:
    opening = case.opening
    if opening is None or not case.missing or not moves.allowed(case.status, Act.WAIT):
        return False
    return all(case.concluded(each) for each in case.needed if each.agency in opening.present)


def lapse(case: Case, *, now: Moment) -> Change | None:
    """Close the container up if its wait has run out: another slot and opening are needed."""
    opening = case.opening
    over = case.waiting is not None and case.waiting.until <= now.yard
    if not over or opening is None:
        return None
    closed_at = opening.no_earlier(now.yard)
    change = Change(closed_up(case, opening, at=closed_at))
    return change.told(CaseClosedUp, missing=case.missing, closed_at=closed_at)


def closed_up(case: Case, opening: Opening, *, at: datetime) -> Case:
    """The case after its container was closed up (yard clock)."""
    return replace(
        case.with_opening(replace(opening, closed_at=at)),
        status=moves.after(case.status, Act.CLOSE_UP),
        slot=None,
        waiting=None,
    )
