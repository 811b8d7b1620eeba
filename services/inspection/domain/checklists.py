"""What an agency looks at: checklist items as dated data, chosen by goods, skills and scope.

A section's checklist is that of the day on which the container was first opened, so that a later
edition does not change an inspection under way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.inspection.domain.case import Case, Section
from shared import errors
from shared.contracts.envelope import Fact
from shared.contracts.values import Agency, Said, Scope


class Subject(StrEnum):
    """What of the cargo is looked at."""

    DOCUMENTS = "documents"
    QUANTITY = "quantity"
    WEIGHT = "weight"
    MARKS = "marks"
    CONDITION = "condition"
    PESTS = "pests"
    TEMPERATURE = "temperature"
    LABELS = "labels"
    SAMPLE = "sample"


class EditionPast(errors.Invalid):
    """A checklist is not changed for days that are over."""

    zh = "不得更改已过日期的查验清单。"
    mend = "Let it take effect today or later."
    mend_zh = "请将生效日期设为今日或以后。"


class Item(Fact):
    """One thing to look at.

    It is asked from `scope` on, for goods under one of the HS prefixes `hs` (none: for all goods)
    and for needs with one of `skills` (none: for all). A `required` one must be answered before a
    conclusion. With a `unit`, the answer has a figure in it.
    """

    code: str
    agency: Agency
    subject: Subject
    said: Said
    scope: Scope = Scope.DOCUMENTS
    hs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    required: bool = False
    unit: str | None = None


@dataclass(frozen=True)
class Edition:
    """An item as it is from a day on; `withdrawn`: it is not asked any more."""

    item: Item
    version: int
    valid_from: date
    withdrawn: bool = False


def in_force(editions: Iterable[Edition], *, on: date) -> Iterator[Edition]:
    """The checklists of a day: of each item the newest edition that has taken effect."""
    newest: dict[tuple[str, str], Edition] = {}
    for each in sorted(editions, key=lambda edition: edition.version):
        if each.valid_from <= on:
            newest[each.item.agency, each.item.code] = each
    for _, each in sorted(newest.items()):
        if not each.withdrawn:
            yield each


def day_of(case: Case, *, now: datetime, zone: ZoneInfo) -> date:
    """The day whose checklists a case is inspected by: of its first opening, else today."""
    moment = case.openings[0].opened_at if case.openings else now
    return moment.astimezone(zone).date()


def chosen(items: Iterable[Item], case: Case, section: Section) -> tuple[Item, ...]:
    """The items that are asked of a section."""
    required = case.required
    needs = required.needs if required else ()
    skills = {skill for each in needs if each.agency == section.agency for skill in each.skills}
    codes = tuple(line.hs_code for line in required.lines) if required else ()
    return tuple(
        each
        for each in items
        if each.agency == section.agency
        and each.scope.depth <= section.scope.depth
        and (not each.hs or any(code.startswith(each.hs) for code in codes))
        and (not each.skills or not skills.isdisjoint(each.skills))
    )
