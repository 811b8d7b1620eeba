"""Whose inspection a case is, and what an agency may still write into its section."""

from collections.abc import Iterable

from services.inspection.domain import errors, moves
from services.inspection.domain.case import Case, Opening, Section
from services.inspection.domain.records import Actor


def needed_section(case: Case, who: Actor) -> Section:
    """The section of an officer's own agency, which inspects. Raises AgencyNotNeeded."""
    section = case.section(who.agency)
    if section is None or not section.needed:
        raise errors.AgencyNotNeeded(agency=who.agency)
    return section


def going_on(case: Case) -> None:
    """Raises CaseEnded."""
    if case.status in moves.ENDED:
        raise errors.CaseEnded(status=case.status.value)


def opened(case: Case) -> Opening:
    """The open opening. Raises CaseEnded, ContainerNotOpen."""
    going_on(case)
    if case.opening is None:
        raise errors.ContainerNotOpen
    return case.opening


def at_work(case: Case, who: Actor) -> tuple[Opening, Section]:
    """The open opening, and one's own section. Raises CaseEnded, ContainerNotOpen,
    AgencyNotNeeded.
    """
    return opened(case), needed_section(case, who)


def to_conclude(case: Case, section: Section) -> tuple[str, ...]:
    """The containers that an agency may still conclude on. Raises SectionConcluded if none is."""
    found = tuple(part for part in case.parts if section.may_conclude_on(part))
    if not found:
        raise errors.SectionConcluded(agency=section.agency)
    return found


def unsaid(case: Case, section: Section) -> tuple[str, ...]:
    """What a verdict stands for that names no container: all that is still to be concluded on.

    What is suspended or to be treated is part of it only where nothing else is left.
    Raises SectionConcluded.
    """
    found = to_conclude(case, section)
    return tuple(part for part in found if not section.suspended_on(part)) or found


def at_container(case: Case, section: Section, parts: Iterable[str]) -> None:
    """A laboratory's result or a treatment may be written of without standing at the container.

    Raises NotAtContainer.
    """
    present = case.opening.present if case.opening else ()
    if section.agency not in present and not all(map(section.concluded_on, parts)):
        raise errors.NotAtContainer(agency=section.agency)


def writable(case: Case, who: Actor) -> Section:
    """One's own section, if something may still be written into it.

    Raises CaseEnded, ContainerNotOpen, AgencyNotNeeded, SectionConcluded, NotAtContainer.
    """
    _, section = at_work(case, who)
    parts = to_conclude(case, section)
    at_container(case, section, [part for part in parts if section.concluded_on(part)] or parts)
    return section
