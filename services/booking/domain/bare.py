"""What a closure leaves a yard without: for a while nobody with a skill, or no bay of a kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.domain import calendar as cal
from services.booking.domain import why
from services.booking.domain.memo import union
from services.booking.domain.resources import Closure, Resource, Sort
from services.booking.domain.yard import Yard

AHEAD = timedelta(days=60)
"""How much of a closure is looked at: slots are offered no farther ahead."""


@dataclass(frozen=True)
class Bare:
    """From a moment to another (UTC) none is there, of what was there without the closure.

    `name` is the agency, the bay's kind or the gear's; `skills` are a team's.
    """

    starts: datetime
    ends: datetime
    sort: Sort
    name: str
    skills: tuple[str, ...] = ()
    many: int = 1

    def texts(self, yard: Yard) -> tuple[str, str]:
        """In words, English and Chinese, with the yard's local times, and what would help."""
        en, zh = why.thing(self)
        starts, ends = (
            each.astimezone(yard.zone).strftime("%Y-%m-%d %H:%M")
            for each in (self.starts, self.ends)
        )
        return (
            f"{starts} to {ends}: no {en} is left, and no slot that needs one is offered. Call"
            " another one in, or close this one at another time.",
            f"{starts} 至 {ends}：再无{zh}，期间不再提供需要它的时段。"
            "请另行安排，或改在其他时间停用。",
        )


def left_bare(before: Yard, after: Yard, closure: Closure) -> tuple[Bare, ...]:
    """What `closure`, which `after` has and `before` has not, takes the last of.

    Nothing for a whole yard: that nothing is there is what was asked for.
    """
    if closure.sort is None or closure.code is None:
        return ()
    days = min(closure.ends - closure.starts, AHEAD) // cal.DAY + 1
    first = closure.starts
    was, left = (cal.calendar(each, first=first, days=days, taken=()) for each in (before, after))
    return tuple(
        Bare(was.start_of(first), was.start_of(end), closure.sort, name, skills)
        for name, skills, able in _kinds(before, closure)
        for first, end in _runs(union(map(was.up, able)) & ~union(map(left.up, able)))
    )


def _kinds(
    yard: Yard, closure: Closure
) -> Iterator[tuple[str, tuple[str, ...], Sequence[Resource]]]:
    """What the closed one can do, and everything that can do it."""
    code, at = closure.code or "", closure.starts
    if closure.sort is Sort.TEAM and (team := yard.team(code, at=at)) is not None:
        for skill in sorted(team.skills):
            able = [each for each in yard.teams if each.can(team.agency, frozenset((skill,)))]
            yield team.agency, (skill,), able
    if closure.sort is Sort.BAY and (bay := yard.bay(code, at=at)) is not None:
        for kind in sorted({bay.kind, *bay.also}):
            yield kind.value, (), [each for each in yard.bays if each.takes(kind)]
    if closure.sort is Sort.GEAR and (gear := yard.tool(code, at=at)) is not None:
        yield gear.kind, (), [each for each in yard.gear if each.kind == gear.kind]


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """The stretches of cells in a mask: the first, and the one after the last."""
    while mask:
        first = (mask & -mask).bit_length() - 1
        end = first + (~(mask >> first) & -~(mask >> first)).bit_length() - 1
        yield first, end
        mask = mask >> end << end
