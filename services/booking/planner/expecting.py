"""What cargo has to expect in a plan, by the hour in which it is ready."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from services.booking.domain.calendar import STEP_MINUTES
from services.booking.optimizer.problem import Place, Request
from services.booking.planner.grid import Grid
from shared.contracts.envelope import Fact
from shared.contracts.values import BayKind, Instant

PER_HOUR = 60 // STEP_MINUTES


class Expected(Fact):
    """What cargo of a kind that is ready in an hour has to expect in its home yard.

    `hour` begins then (UTC). Minutes are means over the `requests` that get a slot: from being
    ready to the slot's start, and from the end of free time to the slot's end.
    """

    yard: str
    hour: Instant
    bay_kind: BayKind
    requests: int
    unserved: int
    wait_minutes: int
    late_minutes: int


def expected(
    grid: Grid, requests: Sequence[Request], places: Mapping[str, Place]
) -> tuple[Expected, ...]:
    """By home yard, hour and kind of bay, in that order."""
    groups: dict[tuple[str, int, str], list[Request]] = defaultdict(list)
    for request in requests:
        groups[request.home_yard, request.available // PER_HOUR, request.bay_kind].append(request)
    return tuple(_expected(grid, key, groups[key], places) for key in sorted(groups))


def _expected(
    grid: Grid, key: tuple[str, int, str], requests: Sequence[Request], places: Mapping[str, Place]
) -> Expected:
    yard, hour, kind = key
    placed = [(each, places[each.id].start) for each in requests if each.id in places]
    waits = [start - each.available for each, start in placed]
    lates = [max(0, start + each.duration - each.due) for each, start in placed]
    return Expected(
        yard=yard,
        hour=grid.moment(hour * PER_HOUR),
        bay_kind=BayKind(kind),
        requests=len(requests),
        unserved=len(requests) - len(placed),
        wait_minutes=_mean(waits),
        late_minutes=_mean(lates),
    )


def _mean(slots: Sequence[int]) -> int:
    return round(STEP_MINUTES * sum(slots) / len(slots)) if slots else 0
