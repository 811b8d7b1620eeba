"""The first agency owes the second one a result within a stated time; without it, both inspect."""

from dataclasses import replace
from datetime import datetime

from services.mutual_recognition.domain import parts
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.recognition import Status
from services.mutual_recognition.domain.settle import Step
from services.mutual_recognition.rules import matter, settling
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.values import Said
from shared.ids import Ids

OVERDUE = Said(
    en="the first agency gave no result within the stated time",
    zh="首查单位未在规定时间内作出查验结论",
)


def planned(current: Matter, ends: datetime) -> Matter:
    """The inspection has a slot that ends then; whatever it had before counts no more."""
    return _awaited(current, ends)


def opened(current: Matter, at: datetime) -> Matter:
    """The container was opened: if after the end of its slot, the time counts from then."""
    known = current.requirement.awaited_from
    return _awaited(current, at if known is None else max(known, at))


def amended(current: Matter, at: datetime) -> Matter:
    """The filing is amended: if after the slot, what this makes eligible is waited for from then.

    The slot may have been missed long ago, and the goods were others until now.
    """
    known = current.requirement.awaited_from
    if known is None or at <= known:
        return current
    return replace(current, requirement=replace(current.requirement, awaited_from=at))


def _awaited(current: Matter, since: datetime) -> Matter:
    found = current.recognition
    if found is not None and found.status is Status.EXPECTED:
        found = replace(found, due=recognitions.due(found.terms, since))
    required = replace(current.requirement, awaited_from=since)
    return replace(current, requirement=required, recognition=found)


def lapse(current: Matter, *, now: datetime, agencies: Agencies, ids: Ids) -> Change | None:
    """What follows at `now` (yard clock): None if no result is due yet, or any more.

    Where a container has no result of the primary agency, all that is not decided is inspected by
    both, also what a laboratory holds. If it has concluded on all of them, its result has come, and
    nothing is due.
    """
    found, required = current.recognition, current.requirement
    if found is None or found.due is None or now < found.due:
        return None
    stands = parts.judged(required.undecided, required.determination, current.conclusions)
    if not any(each.step is Step.WAIT for each in stands.values()):
        return Change(replace(current, recognition=replace(found, due=None)))
    lapsed = Change(current).recognised(recognitions.lapse(found, reason=OVERDUE))
    revised = matter.revise(
        lapsed,
        current.decision.case.refused(None),
        cause="recognition_lapsed",
        reason=OVERDUE,
        agencies=agencies,
        ids=ids,
    )
    return settling.settle(revised, agencies=agencies, ids=ids)
