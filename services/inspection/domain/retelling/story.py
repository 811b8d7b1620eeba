"""What was told of a case so far, record by record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.inspection.domain.alarms import Acknowledgement
from services.inspection.domain.case import Case, Section
from services.inspection.domain.measuring import Firsts
from services.inspection.domain.records import Record
from services.inspection.domain.replacing import replace
from shared.contracts.case import AbnormalFound


class Untold(Exception):
    """A record does not go on from those before it."""


@dataclass
class Alarm:
    """An alarm and the yard it was raised in; `settles` says of the last who acknowledged it.

    None: the record is of before it said so, and nothing follows from it.
    """

    raised: AbnormalFound
    yard: str | None
    overdue_at: datetime | None = None
    acknowledged: list[Acknowledgement] = field(default_factory=list)
    settled_at: datetime | None = None
    settles: bool | None = False


@dataclass
class Story:
    """A case as its records tell it, with what is kept beside it.

    `open` are the columns of the case that records of before leave open. `marked` are the records
    that are kept from other agencies than this one. `heard` are the records themselves, of which
    so many were `told` to others. `ordered_in` has the yard where each treatment was ordered.
    """

    case: Case
    alarms: dict[int, Alarm] = field(default_factory=dict)
    marked: dict[int, str] = field(default_factory=dict)
    firsts: Firsts = field(default_factory=Firsts)
    open: frozenset[str] = frozenset()
    heard: dict[int, Record] = field(default_factory=dict)
    told: int = 0
    ordered_in: dict[tuple[str, int], str | None] = field(default_factory=dict)

    def section(self, agency: object) -> Section:
        """An agency's section. Raises Untold if it has none."""
        found = self.case.section(str(agency))
        if found is None:
            raise Untold(f"{agency} has no section")
        return found

    def put(self, section: Section) -> None:
        """Another version of a section."""
        self.case = self.case.with_section(section)

    def closed(self, *columns: str) -> None:
        """Nothing is in these any more, by what follows; records of before left them open."""
        for name in self.open.intersection(columns):
            self.case = replace(self.case, **{name: None})
        self.open = self.open.difference(columns)

    def counted(self) -> None:
        """What was recorded was told to others as well."""
        self.told += 1


Tell = Callable[[Story, Record], None]
"""What a record adds. Raises Untold, ValueError, KeyError, TypeError, Refused."""


def begun(case_id: UUID, *, filing_id: UUID, requirement_id: UUID, created_at: datetime) -> Story:
    """Before the first record; `created_at` (wall clock) is not told by any."""
    return Story(
        Case(id=case_id, filing_id=filing_id, requirement_id=requirement_id, created_at=created_at)
    )
