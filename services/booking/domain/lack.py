"""Why there is no slot: which resource is missing, in both languages."""

from dataclasses import dataclass
from datetime import datetime

from services.booking.domain import calendar as cal
from services.booking.domain import offers, parts, why
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Want
from shared.contracts.values import utc


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
    for part in parts.of(yard, want):
        en, zh = why.thing(part)
        if not part.able:
            return Reason(f"Yard {yard.code} has no {en}.", f"查验场 {yard.code} 没有{zh}。")
        if parts.beginnings(calendar, part, length).any >> first:
            continue
        if parts.possible(calendar, part, length) >> first:
            return Reason(
                f"Every {en} of yard {yard.code} is taken up to the horizon.",
                f"查验场 {yard.code} 的{zh}在可预约期内已全部占用。",
            )
        return Reason(
            f"No {en} of yard {yard.code} is there for {want.minutes} minutes on end before the"
            " horizon.",
            f"查验场 {yard.code} 的{zh}在可预约期内均无连续 {want.minutes} 分钟在岗或可用。",
        )
    return Reason(
        f"Bay and teams of yard {yard.code} are never free together before the horizon.",
        f"查验场 {yard.code} 的查验位与各查验组在可预约期内没有共同空闲时段。",
    )
