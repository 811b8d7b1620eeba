"""Why there is no slot: which resource is missing, in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.booking.domain import calendar as cal
from services.booking.domain import offers, parts
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Want
from services.booking.domain.why import AGENCY_ZH, KIND_ZH
from shared.contracts.values import AgencyNeed, utc


@dataclass(frozen=True)
class Reason:
    """Why there is no slot, in both languages."""

    en: str
    zh: str


def why_none(
    calendar: Calendar, want: Want, *, earliest: datetime, latest: datetime | None = None
) -> Reason:
    """Which resource is missing when there is no slot from `earliest` on, ending by `latest`."""
    if latest is not None and offers.best(calendar, want, earliest=earliest) is not None:
        return Reason(
            f"No slot ends by {utc(latest)}, as was wished; ask for offers `from` a later moment.",
            f"没有在所希望的 {utc(latest)} 之前结束的时段；请用 from 参数查询更晚的时段。",
        )
    yard, length = calendar.yard, cal.cells_of(want.minutes)
    first = calendar.from_cell(earliest)
    if not want.needs:
        return Reason("What has to be inspected is not known yet.", "尚未确定查验内容。")
    if not cal.runs(calendar.opening(), length) >> first:
        return Reason(
            f"Yard {yard.code} is not open for {want.minutes} minutes on end before the horizon.",
            f"查验场 {yard.code} 在可预约期内没有连续 {want.minutes} 分钟的开放时间。",
        )
    if (reason := _no_bay(calendar, want, length=length, first=first)) is not None:
        return reason
    for need in want.needs:
        if (reason := _no_team(calendar, need, length=length, first=first)) is not None:
            return reason
    return _no_gear(calendar, want, length=length, first=first)


def _no_bay(calendar: Calendar, want: Want, *, length: int, first: int) -> Reason | None:
    yard = calendar.yard
    kind_zh = KIND_ZH[want.bay_kind]
    bays = parts.bays_for(yard, want.bay_kind)
    if not bays:
        return Reason(
            f"Yard {yard.code} has no {want.bay_kind} bay.",
            f"查验场 {yard.code} 没有{kind_zh}查验位。",
        )
    if want.bays > 1 and not parts.neighbours(yard, want.bay_kind, want.bays):
        return Reason(
            f"Yard {yard.code} has no {want.bays} {want.bay_kind} bays next to each other.",
            f"查验场 {yard.code} 没有相邻的 {want.bays} 个{kind_zh}查验位。",
        )
    if not _any_run(map(calendar.free, bays), length) >> first:
        return Reason(
            f"Every {want.bay_kind} bay of yard {yard.code} is taken up to the horizon.",
            f"查验场 {yard.code} 的{kind_zh}查验位在可预约期内已全部占用。",
        )
    return None


def _no_gear(calendar: Calendar, want: Want, *, length: int, first: int) -> Reason:
    yard = calendar.yard
    for kind, those in parts.gear_for(yard, want.scopes).items():
        if not _any_run(map(calendar.free, those), length) >> first:
            return Reason(
                f"Every {kind} of yard {yard.code} is taken or away up to the horizon.",
                f"查验场 {yard.code} 的 {kind} 在可预约期内已全部占用或停用。",
            )
    return Reason(
        f"Bay and teams of yard {yard.code} are never free together before the horizon.",
        f"查验场 {yard.code} 的查验位与各查验组在可预约期内没有共同空闲时段。",
    )


def _no_team(calendar: Calendar, need: AgencyNeed, *, length: int, first: int) -> Reason | None:
    yard, zh = calendar.yard, AGENCY_ZH.get(need.agency, need.agency)
    skills = ", ".join(need.skills) or "-"
    teams = parts.teams_for(yard, need.agency, frozenset(need.skills))
    if not teams:
        return Reason(
            f"Yard {yard.code} has no {need.agency} team with the skills: {skills}.",
            f"查验场 {yard.code} 没有具备所需技能（{skills}）的{zh}查验组。",
        )
    if not _any_run(map(calendar.free, teams), length) >> first:
        return Reason(
            f"Every {need.agency} team of yard {yard.code} with the skills {skills} is taken.",
            f"查验场 {yard.code} 具备技能（{skills}）的{zh}查验组在可预约期内已全部占用。",
        )
    return None


def _any_run(free: Iterable[int], length: int) -> int:
    together = 0
    for each in free:
        together |= cal.runs(each, length)
    return together
