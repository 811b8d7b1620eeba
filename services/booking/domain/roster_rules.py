"""What a yard's data must be: every broken rule at once, by name, with the mend.

One function is one rule; they look at what the strict input model has already taken for a yard.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.booking.domain.calendar import STEP_MINUTES
from services.booking.domain.layers import WEEKDAYS, hours_of
from services.booking.domain.resources import Hours
from shared.contracts.values import BayKind
from shared.errors import Fault

COVER_MINUTES = 60
"""A skill is there on a day if a team that has it works for so long without a break: ours."""

Skills = Mapping[str, Sequence[str]]
"""The skills that there are, by agency."""

Content = Mapping[str, Any]
Stretch = tuple[int, int]


def faults(content: Content, *, skills: Skills) -> list[Fault]:
    """Everything that is wrong with it."""
    found = [fault for rule in _ALONE for fault in rule(content)]
    found += _skills(content, skills)
    return found or list(_cover(content, skills))


def _fault(code: str, pointer: str, texts: Sequence[str], **facts: Any) -> Fault:
    en, zh, mend_en, mend_zh = texts
    return Fault(
        code=code, pointer=pointer, en=en, zh=zh, mend_en=mend_en, mend_zh=mend_zh, facts=facts
    )


def _once(content: Content) -> Iterator[Fault]:
    for part in ("bays", "teams", "gear"):
        those = [each["code"] for each in content.get(part, ())]
        for code, times in Counter(those).items():
            if times > 1:
                last = len(those) - 1 - those[::-1].index(code)
                yield _fault("code_twice", f"/{part}/{last}/code", (
                    f"{code} is there {times} times.", f"{code} 出现了 {times} 次。",
                    "Give each its own code.", "请为每一项使用不同的代码。"), of=code)  # fmt: skip


def _pairs(content: Content) -> Iterator[tuple[str, Sequence[str]]]:
    for name in ("hours", "holidays"):
        for key, pair in content.get(name, {}).items():
            if pair is not None:
                yield f"/{name}/{key}", pair
    for part in ("teams", "gear"):
        for number, each in enumerate(content.get(part, ())):
            for name in ("shift", "break"):
                if each.get(name) is not None:
                    yield f"/{part}/{number}/{name}", each[name]


def _on_grid(content: Content) -> Iterator[Fault]:
    for pointer, pair in _pairs(content):
        for number, clock in enumerate(pair):
            if int(clock[3:5]) % STEP_MINUTES:
                yield _fault("off_grid", f"{pointer}/{number}", (
                    f"{clock} is no quarter of an hour.", f"{clock} 不在整刻钟上。",
                    "Use :00, :15, :30 or :45.", "请使用 :00、:15、:30 或 :45。"))  # fmt: skip


def _opens(content: Content) -> Iterator[Fault]:
    if not any(content["hours"].values()):
        yield _fault("yard_never_open", "/hours", (
            "The yard is closed all day, every day.", "查验场每天都全天关闭。",
            "Give the hours of at least one weekday; to close it for a time, add a closure.",
            "请至少填写一个工作日的开放时间；如需临时关闭，请新增停用。"))  # fmt: skip


def _has_bays(content: Content) -> Iterator[Fault]:
    if not content["bays"]:
        yield _fault("no_bays", "/bays", (
            "The yard has no bay.", "查验场没有查验位。",
            "Add at least one bay.", "请至少添加一个查验位。"))  # fmt: skip


def _breaks(content: Content) -> Iterator[Fault]:
    for part in ("teams", "gear"):
        for number, each in enumerate(content.get(part, ())):
            shift, rest = hours_of(each.get("shift")), hours_of(each.get("break"))
            if rest is not None and (shift is None or not _inside(rest, shift)):
                yield _fault("break_outside_shift", f"/{part}/{number}/break", (
                    f"The break of {each['code']} is not inside its shift.",
                    f"{each['code']} 的休息时间不在班次之内。",
                    "Let the break begin after the shift does and end before it.",
                    "休息须在班次开始之后开始，并在班次结束之前结束。"))  # fmt: skip


def _on_duty(content: Content) -> Iterator[Fault]:
    if not any(content["hours"].values()):
        return
    for part in ("teams", "gear"):
        for number, each in enumerate(content.get(part, ())):
            if each.get("shift") is None:
                continue
            days = _open_weekdays(content)
            if not any(_longest(_stretches(each, day.weekday), day) > 0 for day in days):
                yield _fault("never_on_duty", f"/{part}/{number}/shift", (
                    f"{each['code']} is never on duty while the yard is open.",
                    f"{each['code']} 在查验场开放时间内从不在岗。",
                    "Move the shift into the opening hours of one of its days.",
                    "请将班次调整到其工作日的开放时间之内。"))  # fmt: skip


def _plugs(content: Content) -> Iterator[Fault]:
    for number, bay in enumerate(content["bays"]):
        plugs, cold = bay.get("plugs"), bay["kind"] == BayKind.REEFER
        if plugs is not None and (plugs > 0) != cold:
            yield _fault("wrong_plugs", f"/bays/{number}/plugs", (
                f"Bay {bay['code']} of kind {bay['kind']} has {plugs} plugs.",
                f"查验位 {bay['code']}（{bay['kind']}）有 {plugs} 个插座。",
                "Give a reefer bay one plug or more, and no other bay any.",
                "冷藏查验位至少一个插座，其他查验位不应有插座。"))  # fmt: skip


def _places(content: Content) -> Iterator[Fault]:
    seen: set[tuple[str, int]] = set()
    for number, bay in enumerate(content["bays"]):
        row, position = bay.get("row"), bay.get("position")
        if (row is None) != (position is None):
            yield _fault("half_a_place", f"/bays/{number}/row", (
                f"Bay {bay['code']} has a row without a position, or a position without a row.",
                f"查验位 {bay['code']} 的排号与位置须同时填写。",
                "Give both, or neither.", "请同时填写两者，或都不填写。"))  # fmt: skip
        elif row is not None and (row, position) in seen:
            yield _fault("place_twice", f"/bays/{number}/position", (
                f"Another bay is at position {position} of row {row} already.",
                f"{row} 排 {position} 号位置已有其他查验位。",
                "Give each bay of a row its own position.",
                "请为同一排的每个查验位使用不同的位置。"))  # fmt: skip
        seen.add((row, position))


_ALONE = (_places, _once, _on_grid, _opens, _has_bays, _breaks, _on_duty, _plugs)


def _skills(content: Content, skills: Skills) -> Iterator[Fault]:
    for number, team in enumerate(content["teams"]):
        known = skills.get(team["agency"])
        if known is None:
            yield _fault("team_of_unknown_agency", f"/teams/{number}/agency", (
                f"There is no agency {team['agency']}.", f"没有查验单位 {team['agency']}。",
                f"Use one of: {', '.join(skills)}.", f"请使用：{'、'.join(skills)}。"))  # fmt: skip
            continue
        for place, skill in enumerate(team["skills"]):
            if skill not in known:
                yield _fault("team_with_unknown_skill", f"/teams/{number}/skills/{place}", (
                    f"Teams of {team['agency']} have no skill {skill}.",
                    f"{team['agency']} 的查验组没有技能 {skill}。",
                    f"Use one of: {', '.join(known)}.",
                    f"请使用：{'、'.join(known)}。"))  # fmt: skip


def _cover(content: Content, skills: Skills) -> Iterator[Fault]:
    days = [*_open_weekdays(content), *_open_holidays(content)]
    works = [(team, _covered(team, days)) for team in content["teams"]]
    for agency, known in skills.items():
        for skill in known:
            able = (
                on for team, on in works if team["agency"] == agency and skill in team["skills"]
            )
            covered = set[str]().union(*able)
            bare = [day.name for day in days if day.name not in covered]
            if bare:
                yield _fault("no_team_for_skill", "/teams", (
                    f"No {agency} team with skill {skill} works on: {', '.join(bare)}.",
                    f"以下日子没有具备技能 {skill} 的 {agency} 查验组：{'、'.join(bare)}。",
                    f"Let a team with that skill work {COVER_MINUTES} minutes on end on each day "
                    "on which the yard is open.",
                    f"请在每个开放日安排具备该技能的查验组连续工作至少 {COVER_MINUTES} 分钟。"),
                    agency=agency, skill=skill, days=bare)  # fmt: skip


def _covered(team: Mapping[str, Any], days: Sequence["_Open"]) -> set[str]:
    """The days on which it works for long enough."""
    by_weekday = [_stretches(team, number) for number in range(7)]
    return {d.name for d in days if _longest(by_weekday[d.weekday], d) >= COVER_MINUTES}


@dataclass(frozen=True)
class _Open:
    """A day on which the yard is open, a weekday or one with hours of its own; in minutes."""

    name: str
    weekday: int
    begins: int
    ends: int


def _open_weekdays(content: Content) -> Iterator[_Open]:
    for number, day in enumerate(WEEKDAYS):
        if (opened := hours_of(content["hours"].get(day))) is not None:
            yield _Open(day, number, *opened.minutes)


def _open_holidays(content: Content) -> Iterator[_Open]:
    for day, pair in sorted(content.get("holidays", {}).items()):
        if (opened := hours_of(pair)) is not None:
            yield _Open(day, date.fromisoformat(day).weekday(), *opened.minutes)


def _stretches(worker: Mapping[str, Any], day: int) -> list[Stretch]:
    """What it works on end, in minutes after a weekday's midnight.

    A night belongs to two days: the shift that began the day before counts, and so does the one
    that begins the day after, in case the yard is still open then.
    """
    shift, rest = hours_of(worker["shift"]), hours_of(worker.get("break"))
    if shift is None:
        return []
    first, last = shift.minutes
    leaves, returns = (last, last) if rest is None else _within(rest, first)
    days = worker.get("days") or WEEKDAYS
    shifts = [1440 * each for each in (-1, 0, 1) if WEEKDAYS[(day + each) % 7] in days]
    parts = ((first, leaves), (returns, last))
    return [(start + each, end + each) for each in shifts for start, end in parts]


def _longest(stretches: Sequence[Stretch], day: _Open) -> int:
    """The most minutes on end of the stretches in which the yard is open."""
    return max((min(end, day.ends) - max(start, day.begins) for start, end in stretches), default=0)


def _inside(rest: Hours, shift: Hours) -> bool:
    first, last = shift.minutes
    leaves, returns = _within(rest, first)
    return first < leaves < returns < last


def _within(rest: Hours, first: int) -> Stretch:
    """The break of a shift that begins so many minutes after midnight: it may be the next day."""
    leaves, returns = rest.minutes
    return (leaves + 1440, returns + 1440) if leaves < first else (leaves, returns)
