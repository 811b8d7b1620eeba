"""An instance's yards as booking knows them, so that its own offers can be put to the test.

A day of an instance is half a day here, so that cargo waits for as many slots as it does there.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.booking.domain.calendar import STEP
from services.booking.domain.parts import Want
from services.booking.domain.resources import Bay, Hours, Move, Work
from services.booking.domain.resources import Team as YardTeam
from services.booking.domain.weights import Weights
from services.booking.domain.yard import Era, Window, Yard
from services.booking.optimizer import problem as given
from services.booking.optimizer.problem import Problem, Request, Team
from services.booking.planner.grid import PER_DAY
from shared.contracts.values import AgencyNeed, BayKind, Scope

ORIGIN = datetime(2026, 1, 5, tzinfo=UTC)
HALF = PER_DAY // 2
PER_HOUR = timedelta(hours=1) // STEP
ROUND_THE_CLOCK = Hours(time(0), time(0))
NOTHING = Decimal(0)


def moment(slot: int) -> datetime:
    """When an instance's slot begins."""
    return ORIGIN + slot * STEP


def slot_of(when: datetime) -> int:
    """The instance's slot that begins then."""
    return (when - ORIGIN) // STEP


def yards(problem: Problem) -> dict[str, Yard]:
    """The yards by their codes. Raises ValueError for days that are not half of ours."""
    if problem.slots_per_day != HALF or problem.days % 2:
        raise ValueError(f"days of {HALF} slots are wanted, and an even number of them")
    return {code: _yard(problem, code) for code in problem.yards}


def _yard(problem: Problem, code: str) -> Yard:
    ids = [*(bay.id for bay in problem.bays), *(team.id for team in problem.teams)]
    numbers = {each: number for number, each in enumerate(ids, start=1)}
    era = Era(
        number=1,
        name_zh=code,
        name_en=code,
        weekdays=(ROUND_THE_CLOCK,) * 7,
        moves={},
        move=Move(0),
        availability_minutes=0,
        free_days=1,
        bays=tuple(_bay(each, numbers[each.id]) for each in problem.bays if each.yard == code),
        teams=tuple(_team(each, numbers[each.id]) for each in problem.teams if each.yard == code),
    )
    return Yard(code, ZoneInfo("UTC"), (era,))


def _bay(bay: given.Bay, number: int) -> Bay:
    """It is of the kind that is not plain, if it has another."""
    kind, *also = sorted(map(BayKind, bay.kinds), key=lambda kind: kind is BayKind.PLAIN)
    return Bay(number, bay.id, kind, also=frozenset(also))


def _team(team: Team, number: int) -> YardTeam:
    """Its shift, twice a day. Raises ValueError where not every day is as the first."""
    begins, ends = team.shifts[0]
    if any((first % HALF, end - first) != (begins, ends - begins) for first, end in team.shifts):
        raise ValueError(f"{team.id}: another shift than the first")
    both = Hours(_clock(begins), _clock(HALF + ends))
    work = Work(both, Hours(_clock(ends), _clock(HALF + begins)))
    return YardTeam(number, team.id, team.agency, team.skills, work)


def _clock(slot: int) -> time:
    return (ORIGIN + slot % PER_DAY * STEP).time()


def want(request: Request) -> Want:
    """What its slot must have."""
    length = request.duration * STEP // timedelta(minutes=1)
    return Want(
        BayKind(request.bay_kind),
        tuple(
            AgencyNeed(
                agency=agency, scope=Scope.UNPACK, skills=tuple(sorted(skills)), minutes=length
            )
            for agency, skills in sorted(request.needs.items())
        ),
    )


def window(request: Request) -> Window:
    """From when it may be inspected, and until when it is free of charge."""
    return Window(moment(request.available), moment(request.due))


def weights(request: Request) -> Weights:
    """What it costs, as dated data would say it."""
    return Weights(
        wait=dict.fromkeys(BayKind, request.wait_weight * PER_HOUR),
        late=request.late_weight * PER_HOUR,
        decay=NOTHING,
        move=request.move_cost,
        overtime=NOTHING,
        change=NOTHING,
    )
