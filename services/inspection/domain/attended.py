"""Stays of officers at a container: how they end, who was there, and how many minutes it was.

Whoever was forgotten is signed out by what ends the work there: the own agency's conclusion, the
container closed, the consignment gone, or the same officer at another container.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.inspection.domain import moves
from services.inspection.domain.case import Case, Change, Opening, Section
from services.inspection.domain.facts import Stay
from services.inspection.domain.records import Json, stamp

LEFT = "officer_left"


class Ended(StrEnum):
    """What ended an officer's stay."""

    SIGNED_OUT = "signed_out"
    ELSEWHERE = "elsewhere"
    CONCLUDED = "concluded"
    CLOSED = "closed"
    GATE_OUT = "gate_out"


def here(case: Case) -> bool:
    """Whether there is a container to stand at: in the yard, or open."""
    return case.opening is not None or (case.gate is not None and case.gate.inside)


def moved(change: Change, agency: str, officer: str, *, at: datetime) -> Change:
    """An officer who is at the container is at another one since this moment."""
    section = change.case.section(agency)
    for stay in present(section) if section else ():
        if stay.officer == officer:
            change = ended(change, agency, stay, Ended.ELSEWHERE, at=at)
    return change


def settled(before: Case, change: Change, *, now: datetime) -> Change:
    """Also sign out whoever has nothing to stand at any more after this change, or was done."""
    for section in change.case.sections:
        stays = present(section)
        why = _over(before, change.case, section) if stays else None
        for stay in stays if why else ():
            change = ended(change, section.agency, stay, why or Ended.CLOSED, at=now)
    return change


def present(section: Section) -> tuple[Stay, ...]:
    """The stays of those who are there now."""
    return tuple(each for each in section.attendance if each.left_at is None)


def at_opening(case: Case, opening: Opening) -> dict[str, tuple[str, ...]]:
    """The officers of each agency that were signed in while an opening lasted."""
    return {
        section.agency: tuple(
            dict.fromkeys(each.officer for each in section.attendance if _during(each, opening))
        )
        for section in case.sections
        if section.attendance
    }


def minutes(section: Section) -> int | None:
    """The whole minutes of all officers' stays that ended; None where none is on record."""
    over = [each.left_at - each.came_at for each in section.attendance if each.left_at is not None]
    return sum(over, timedelta()) // timedelta(minutes=1) if over else None


def ended(change: Change, agency: str, stay: Stay, why: Ended, *, at: datetime) -> Change:
    """Also record that a stay ended, no earlier than it began."""
    left = max(at, stay.came_at)
    section = change.case.section(agency)
    if section is None:
        return change
    gone = stay.model_copy(update={"left_at": left, "ended": why.value})
    facts: dict[str, Json] = {"number": stay.number, "agency": agency, "officer": stay.officer}
    facts |= {"came_at": stamp(stay.came_at), "left_at": stamp(left), "why": why.value}
    told = replace(change, case=change.case.with_section(with_stay(section, gone)))
    return told.noted(LEFT, **facts)


def with_stay(section: Section, stay: Stay) -> Section:
    """The section with a stay as it is now."""
    before, after = section.attendance[: stay.number - 1], section.attendance[stay.number :]
    return replace(section, attendance=(*before, stay, *after))


def _over(before: Case, after: Case, section: Section) -> Ended | None:
    """What ends the stays of a section's officers, if anything does."""
    if after.status in moves.ENDED or (before.opening is not None and after.opening is None):
        return Ended.CLOSED
    if not here(after):
        return Ended.GATE_OUT
    was = before.section(section.agency)
    concluded = was is None or len(was.conclusions) < len(section.conclusions)
    return Ended.CONCLUDED if concluded and after.concluded(section) else None


def _during(stay: Stay, opening: Opening) -> bool:
    left = stay.left_at is None or stay.left_at >= opening.opened_at
    return left and (opening.closed_at is None or stay.came_at <= opening.closed_at)
