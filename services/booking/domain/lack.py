"""Why there is no slot: which resource is missing and what would help, in both languages."""

from dataclasses import dataclass
from datetime import datetime

from services.booking.domain import calendar as cal
from services.booking.domain import offers, parts, why
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Want
from shared.contracts.values import utc

WAIT = (
    "Wait in line for what falls free, or ask for offers in another yard with `yards`.",
    "请排队等候空出的时段，或用 yards 参数查询其他查验场。",
)
CALL_IN = (
    "Ask for offers in another yard with `yards`, or ask the yard's staff to call one in.",
    "请用 yards 参数查询其他查验场，或请查验场人员增派。",
)
ELSEWHERE = (
    "Ask for offers in another yard with `yards`.",
    "请用 yards 参数查询其他查验场。",
)
LATER = ("Ask for offers `from` a later moment.", "请用 from 参数查询更晚的时段。")
NOT_YET = (
    "Ask again once the requirement says what is inspected.",
    "请在查验要求确定后再查询。",
)


@dataclass(frozen=True)
class Reason:
    """Why there is no slot, in both languages; `mend` is what would help, English and Chinese."""

    en: str
    zh: str
    mend: tuple[str, str]


def why_none(
    calendar: Calendar, want: Want, *, earliest: datetime, latest: datetime | None = None
) -> Reason:
    """Which resource is missing when there is no slot from `earliest` on, ending by `latest`."""
    if latest is not None and offers.best(calendar, want, earliest=earliest) is not None:
        return Reason(
            f"No slot ends by {utc(latest)}, as was wished.",
            f"没有在所希望的 {utc(latest)} 之前结束的时段。",
            LATER,
        )
    yard, length = calendar.yard, cal.cells_of(want.minutes)
    first = calendar.from_cell(earliest)
    if not want.needs:
        return Reason("What has to be inspected is not known yet.", "尚未确定查验内容。", NOT_YET)
    if not cal.runs(calendar.opening(), length) >> first:
        return Reason(
            f"Yard {yard.code} is not open for {want.minutes} minutes on end before the horizon.",
            f"查验场 {yard.code} 在可预约期内没有连续 {want.minutes} 分钟的开放时间。",
            ELSEWHERE,
        )
    return _missing(calendar, want, first=first) or Reason(
        f"Bay and teams of yard {yard.code} are never free together before the horizon.",
        f"查验场 {yard.code} 的查验位与各查验组在可预约期内没有共同空闲时段。",
        WAIT,
    )


def _missing(calendar: Calendar, want: Want, *, first: int) -> Reason | None:
    """The first part that can never begin from a cell on, if there is one."""
    yard, length = calendar.yard, cal.cells_of(want.minutes)
    for part in parts.of(yard, want):
        en, zh = why.thing(part)
        if not part.able:
            no = f"Yard {yard.code} has no {en}.", f"查验场 {yard.code} 没有{zh}。"
            return Reason(*no, CALL_IN)
        if parts.beginnings(calendar, part, length).any >> first:
            continue
        if parts.possible(calendar, part, length) >> first:
            return Reason(
                f"Every {en} of yard {yard.code} is taken up to the horizon.",
                f"查验场 {yard.code} 的{zh}在可预约期内已全部占用。",
                WAIT,
            )
        return Reason(
            f"No {en} of yard {yard.code} is there for {want.minutes} minutes on end before the"
            " horizon.",
            f"查验场 {yard.code} 的{zh}在可预约期内均无连续 {want.minutes} 分钟在岗或可用。",
            CALL_IN,
        )
    return None
