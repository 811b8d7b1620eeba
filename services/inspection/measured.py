"""Reads of what was measured: filings one by one, and groups of them with their spread.

The steps are those of the WCO's guide to Time Release Studies: from filing over selection, slot,
gate, opening and conclusion to release. Percentiles are PostgreSQL's `percentile_cont`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    exists,
    extract,
    func,
    select,
    tuple_,
)

from services.inspection import store
from services.inspection.measures import AGENCIES, FILINGS, INSPECTIONS, WITHDRAWN
from shared.contracts.values import Mode, Outcome
from shared.prepared import Row

Key = tuple[datetime, UUID]
_f, _i, _a = FILINGS.c, INSPECTIONS.c, AGENCIES.c
HEADING = 4
"""Goods are grouped by so many digits: the heading of the Harmonized System."""


class By(StrEnum):
    """What filings are grouped by."""

    YARD = "yard"
    AGENCY = "agency"
    COMPANY = "company"
    GOODS = "goods"
    PERIOD = "period"


class Unit(StrEnum):
    """How long a period is; a week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


STEPS: Mapping[str, tuple[str, str]] = {
    "release": ("accepted_at", "decided_at"),
    "first_release": ("accepted_at", "first_released_at"),
    "selection": ("accepted_at", "selected_at"),
    "booking": ("selected_at", "booked_at"),
    "arrival": ("booked_at", "gate_in_at"),
    "gate": ("gate_in_at", "opened_at"),
    "delay": ("slot_starts", "opened_at"),
    "inspection": ("opened_at", "concluded_at"),
    "decision": ("concluded_at", "decided_at"),
}
"""Each step by the times between which it lies."""
MINUTES = (*STEPS, "working", "waiting")
"""All that has a spread. `waiting` is what of `release` is not `working`."""
SUMS = (
    *("containers", "teu", "openings", "moves", "moves_avoided", "unpackings"),
    *("unpackings_avoided", "saved_cny", "m2_hours", "team_minutes", "working", "waiting"),
)
SPREAD = ("count", "mean", "median", "p90")


@dataclass(frozen=True)
class Wanted:
    """Which filings: accepted `since` and before `until`; `goods` are the leading digits."""

    since: datetime | None = None
    until: datetime | None = None
    yard: str | None = None
    agency: str | None = None
    company: str | None = None
    goods: str | None = None
    broker: str | None = None


async def filings(
    reader: store.Reader, wanted: Wanted, *, before: Key | None, limit: int
) -> list[Row]:
    """Filings with their times and minutes, those accepted last first."""
    found = _minutes(_times(wanted, of_agency=False, before=before))
    last_first = found.c.accepted_at.desc(), found.c.filing_id.desc()
    asked = select(found).order_by(*last_first).limit(limit)
    return list((await reader.execute(asked)).mappings())


async def agencies(reader: store.Reader, filing_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Each filing's agencies, in alphabetic order."""
    found: dict[UUID, list[Row]] = {each: [] for each in filing_ids}
    theirs = select(AGENCIES).where(_a.filing_id.in_(filing_ids))
    for row in (await reader.execute(theirs.order_by(_a.filing_id, _a.agency))).mappings():
        found[row["filing_id"]].append(row)
    return found


async def groups(
    reader: store.Reader,
    wanted: Wanted,
    *,
    by: Sequence[By],
    unit: Unit,
    zone: ZoneInfo,
    limit: int,
) -> list[Row]:
    """Groups in the order of what they are grouped by; a filing counts in one of each agency's."""
    its = _minutes(_times(wanted, of_agency=By.AGENCY in by)).c
    keys = [_key(its, each, unit=unit, zone=zone).label(each.value) for each in by]
    outcomes = (Outcome.RELEASED.value, Outcome.REFUSED_ENTRY.value, WITHDRAWN)
    figures = [
        func.count().label("filings"),
        *(func.count().filter(its.outcome == each).label(each) for each in outcomes),
        func.count().filter(its.outcome.is_(None)).label("open"),
        *(func.count().filter(its.mode == each.value).label(f"mode_{each}") for each in Mode),
        *(func.coalesce(func.sum(its[each]), 0).label(f"sum_{each}") for each in SUMS),
    ]
    officers = its.officer_minutes
    figures += [
        func.sum(officers).label("officer_minutes"),
        func.count(officers).label("officers_recorded"),
    ]
    spreads = [each for name in MINUTES for each in _spread(its[name])]
    asked = select(*keys, *figures, *spreads).group_by(*keys).order_by(*keys).limit(limit)
    return list((await reader.execute(asked)).mappings())


def _key(its: Any, by: By, *, unit: Unit, zone: ZoneInfo) -> ColumnElement[Any]:
    if by is By.GOODS:
        return func.left(its.goods, HEADING)
    if by is By.PERIOD:
        local = func.timezone(zone.key, its.accepted_at)
        return cast(func.date_trunc(unit.value, local), Date)
    found: ColumnElement[Any] = its[by.value]
    return found


def _spread(minutes: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    def at(part: float) -> ColumnElement[Any]:
        return cast(func.percentile_cont(part).within_group(minutes.asc()), Integer)

    figures = (func.count(minutes), cast(func.avg(minutes), Integer), at(0.5), at(0.9))
    named = zip(SPREAD, figures, strict=True)
    return [figure.label(f"{minutes.name}_{name}") for name, figure in named]


def _times(wanted: Wanted, *, of_agency: bool, before: Key | None = None) -> Subquery:
    """A row a filing with all its times; or a row a filing and agency, with those of the agency."""
    own = _a if of_agency else _i
    working = _a.team_minutes if of_agency else _i.working_minutes
    columns = [
        *(each for each in FILINGS.columns if each is not _f.proposed),
        case((_f.outcome != WITHDRAWN, _f.ended_at)).label("decided_at"),
        case(
            (_i.filing_id.is_not(None), _i.mode), (_f.ended_at.is_not(None), Mode.NONE.value)
        ).label("mode"),
        *(_i.yard, _i.slots, _i.booked_at, _i.slot_starts, _i.gate_in_at, _i.completed_at),
        own.selected_at,
        (_a.came_at if of_agency else _i.opened_at).label("opened_at"),
        own.concluded_at,
        *(_i.openings, _i.moves, _i.moves_avoided, _i.unpackings, _i.unpackings_avoided),
        *(_i.saved_cny, _i.m2_hours, working.label("worked")),
        *(_of_all(each, of_agency=of_agency) for each in (_a.team_minutes, _a.officer_minutes)),
        *((_a.agency,) if of_agency else ()),
    ]
    found = FILINGS.outerjoin(INSPECTIONS, _i.filing_id == _f.filing_id)
    if of_agency:
        found = found.join(AGENCIES, _a.filing_id == _f.filing_id)
    asked = select(*columns).select_from(found).where(*_which(wanted, of_agency=of_agency))
    if before is not None:
        asked = asked.where(tuple_(_f.accepted_at, _f.filing_id) < before)
    return asked.subquery("times")


def _of_all(minutes: ColumnElement[Any], *, of_agency: bool) -> ColumnElement[Any]:
    """An agency's minutes, or those of all agencies together."""
    every = select(func.sum(minutes)).where(_a.filing_id == _f.filing_id).scalar_subquery()
    return (minutes if of_agency else every).label(minutes.name)


def _which(wanted: Wanted, *, of_agency: bool) -> list[ColumnElement[bool]]:
    theirs = _a.agency == wanted.agency
    found = exists().where(_a.filing_id == _f.filing_id, theirs)
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "since": lambda moment: _f.accepted_at >= moment,
        "until": lambda moment: _f.accepted_at < moment,
        "yard": lambda code: _i.yard == code,
        "agency": lambda _: theirs if of_agency else found,
        "company": lambda code: _f.company == code,
        "goods": lambda digits: _f.goods.startswith(digits, autoescape=True),
        "broker": lambda code: _f.broker == code,
    }
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    return [conditions[name](value) for name, value in asked.items()]


def _minutes(times: Subquery) -> Subquery:
    """The same rows, with the whole minutes of each step; those of a step not taken are null."""
    its = times.c
    steps = {name: _between(its[begins], its[ends]) for name, (begins, ends) in STEPS.items()}
    worked = case((its.decided_at.is_not(None), func.coalesce(its.worked, 0)))
    named = [minutes.label(name) for name, minutes in steps.items()]
    waited = steps["release"] - worked
    asked: Select[Any] = select(times, *named, worked.label("working"), waited.label("waiting"))
    return asked.subquery("minutes")


def _between(begins: ColumnElement[Any], ends: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole minutes; none if the later step was first, as an opening before its slot's begin."""
    whole = cast(func.floor(extract("epoch", ends - begins) / 60), Integer)
    return case((ends < begins, 0), else_=whole)
