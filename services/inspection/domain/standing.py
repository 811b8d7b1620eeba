"""Whose inspection a case is."""

from services.inspection.domain import errors
from services.inspection.domain.case import Case, Section
from services.inspection.domain.records import Actor


def needed_section(case: Case, who: Actor) -> Section:
    """The section of an officer's own agency, which inspects. Raises AgencyNotNeeded."""
    section = case.section(who.agency)
    if section is None or not section.needed:
        raise errors.AgencyNotNeeded(agency=who.agency)
    return section
