"""Compiles the kernel, so that the first plan need not: `python -m` this module.

The machine code is kept (see `kernel.compiled`) until a source of the kernel or numba changes.
"""

from decimal import Decimal

from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team

HERE = Place(2, "Y", "B", {"customs": "T"})


def run() -> None:
    """Plans three problems that between them use all of the kernel."""
    two_days = _small(2)
    for problem in (_small(1), two_days, planning.booked(two_days, {"1": HERE})):
        planning.plan(problem, budget=Budget(turns=1), seed=1)


def _small(days: int) -> Problem:
    """Two requests; of one day it is a queue."""
    shifts = tuple((8 * day, 8 * day + 8) for day in range(days))
    return Problem(
        slots_per_day=8,
        days=days,
        yards=("Y",),
        bays=(Bay("B", "Y", frozenset({"plain"}), shifts),),
        teams=(Team("T", "Y", "customs", frozenset({"general"}), shifts),),
        requests=tuple(_request(name) for name in ("1", "2")),
    )


def _request(name: str) -> Request:
    return Request(
        id=name,
        requested=Decimal(0),
        available=0,
        duration=2,
        due=1,
        home_yard="Y",
        bay_kind="plain",
        needs={"customs": frozenset({"general"})},
        wait_weight=Decimal(1),
        late_weight=Decimal(1),
        move_cost=Decimal(1),
    )


if __name__ == "__main__":
    run()
