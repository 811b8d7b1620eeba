"""Officers sign in where they come to a container, and out where they leave it.

One who has the tablet may do so for colleagues of the own agency. How a stay ends that nobody
ended is in `attended`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.inspection.domain import attended, errors, inspecting, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Stay
from services.inspection.domain.records import Actor, Record, stamp
from shared import errors as refusals
from shared.errors import Fault, Faults

CAME = "officer_came"
MOST = 200
"""Stays of a section: its row is read with every step."""


class OfficerPresent(refusals.Conflict):
    """This officer is signed in at this container already."""

    zh = "该关员已在本箱现场签到。"
    mend = "Leave the officer out, or record that the officer left before coming again."
    mend_zh = "请勿重复填写该关员；如其曾离开，请先登记签退再签到。"


class OfficerAbsent(refusals.Conflict):
    """This officer is not signed in at this container."""

    zh = "该关员未在本箱现场签到。"
    mend = "Read the case: `attendance` of your section says who is there; sign in first."
    mend_zh = "请查看案卷：本单位部分的 attendance 列明在场关员；请先签到。"


class OfficerTwice(refusals.Invalid):
    """This officer is named twice."""

    zh = "该关员重复填写。"
    mend = "Name each officer once."
    mend_zh = "每名关员只填写一次。"


class TooManyStays(refusals.Conflict):
    """Your section has as many stays of officers as a case can keep."""

    zh = "本单位的签到次数已达上限。"
    mend = "Stay signed in while you are at the container."
    mend_zh = "在场期间请保持签到状态。"


class StayUnfit(refusals.Invalid):
    """A stay ends no earlier than it began, and no later than it ended on record."""

    zh = "签到、签退时间有误：签退不得早于签到，也不得晚于原登记的签退时间。"
    mend = "Give times in UTC, such as 2026-03-02T01:15:00Z, after the officer was signed out."
    mend_zh = "请在签退后，按先后填写 UTC 时间（如 2026-03-02T01:15:00Z）。"


@dataclass(frozen=True)
class Passing:
    """Officers who come or leave; nobody named: whoever records it. `at` is the yard's clock."""

    officers: tuple[str, ...]
    at: datetime

    def of(self, who: Actor) -> tuple[str, ...]:
        """Who it is about."""
        return self.officers or (who.subject,)


def come(case: Case, passing: Passing, *, who: Actor, now: datetime) -> Change:
    """Officers of one's own agency came to the container.

    Raises CaseEnded, AgencyNotNeeded, NotInside, TooManyStays, Faults.
    """
    standing.going_on(case)
    section = standing.needed_section(case, who)
    if not attended.here(case):
        raise errors.NotInside
    officers = passing.of(who)
    if len(section.attendance) + len(officers) > MOST:
        raise TooManyStays(most=MOST)
    present = {each.officer for each in section.attendance if each.left_at is None}
    _check(officers, lambda officer: officer not in present, OfficerPresent)
    change, at = Change(case), _bounded(case, passing.at, now)
    for officer in officers:
        stay = Stay(number=len(section.attendance) + 1, officer=officer, came_at=at)
        section = replace(section, attendance=(*section.attendance, stay))
        change = change.noted(CAME, number=stay.number, officer=officer, came_at=stamp(at))
    return replace(change, case=case.with_section(section))


def leave(case: Case, passing: Passing, *, who: Actor, now: datetime) -> Change:
    """Officers of one's own agency left the container.

    What a device tells later is truer than what had ended a stay without a word of its officer.
    Raises AgencyNotNeeded, Faults.
    """
    section = case.section(who.agency)
    if section is None:
        raise errors.AgencyNotNeeded(agency=who.agency)
    officers = passing.of(who)
    last = {each.officer: each for each in section.attendance}

    def leaves(officer: str) -> bool:
        stay = last.get(officer)
        return stay is not None and _may_end(stay, passing.at)

    _check(officers, leaves, OfficerAbsent)
    change = Change(case)
    for officer in officers:
        at = min(passing.at, now)
        change = attended.ended(
            change, section.agency, last[officer], attended.Ended.SIGNED_OUT, at=at
        )
    return change


def corrected(case: Case, record: Record, times: Mapping[str, str]) -> Case:
    """The case with other times of a recorded stay (UTC), within what there was to come to, and
    what ended it on record. Raises StayUnfit.
    """
    section = case.section(record.actor.agency)
    numbered = (
        [each for each in section.attendance if each.number == record.payload["number"]]
        if section
        else []
    )
    stay = numbered[0] if numbered else None
    if section is None or stay is None or stay.left_at is None:
        raise StayUnfit(pointer="/facts")
    try:
        told = {name: datetime.fromisoformat(each) for name, each in times.items()}
    except ValueError as unfit:
        raise StayUnfit(pointer="/facts") from unfit
    right = stay.model_copy(update=told)
    begins = min(stay.came_at, _begins(case))
    if right.left_at is None or not begins <= right.came_at <= right.left_at <= stay.left_at:
        raise StayUnfit(pointer="/facts")
    return case.with_section(attended.with_stay(section, right))


def _may_end(stay: Stay, at: datetime) -> bool:
    if stay.left_at is None:
        return True
    return stay.ended != attended.Ended.SIGNED_OUT and stay.came_at <= at < stay.left_at


def _check(
    officers: Sequence[str], fits: Callable[[str], bool], unfit: type[refusals.Refused]
) -> None:
    """Raises Faults."""
    faults = list(_faults(officers, fits, unfit))
    if faults:
        raise Faults(*faults)


def _faults(
    officers: Sequence[str], fits: Callable[[str], bool], unfit: type[refusals.Refused]
) -> Iterator[Fault]:
    for index, officer in enumerate(officers):
        pointer = f"/officers/{index}"
        if officer in officers[:index]:
            yield errors.fault(OfficerTwice(pointer=pointer, officer=officer))
        elif not fits(officer):
            yield errors.fault(unfit(pointer=pointer, officer=officer))


def _bounded(case: Case, told: datetime, now: datetime) -> datetime:
    """When somebody came: not after now, and not before there was something to come to."""
    return min(max(told, _begins(case)), now)


def _begins(case: Case) -> datetime:
    """When somebody may have come at the earliest."""
    slots = [each.slot for each in case.openings] or ([case.slot] if case.slot else [])
    begins = [each.starts - inspecting.EARLY for each in slots]
    begins += [case.gate.at] if case.gate else []
    return min(begins, default=case.created_at)
