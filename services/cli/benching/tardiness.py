"""OR-Library's weighted tardiness instances as joint-slot problems: one bay, one team.

`wtN.txt` has instances of N jobs: N lengths, N weights, N due dates, one instance after the other;
`wtoptN.txt` or `wtbestNb.txt` the least or the best known cost of each.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.booking.optimizer.problem import Bay, Problem, Request, Team

YARD = "Y"


def given(folder: Path) -> Iterator[tuple[str, Problem, Mapping[str, Any]]]:
    """Every instance of a folder with its best known cost, where that is there."""
    for path in sorted(folder.glob("wt*.txt")):
        if (size := re.fullmatch(r"wt(\d+)", path.stem)) is None:
            continue
        best = _best(folder, size[1])
        for number, problem in enumerate(_read(path, int(size[1]))):
            known = {"best_known": best[number]} if best else {}
            yield f"{path.stem}-{number + 1}", problem, known


def _best(folder: Path, size: str) -> list[int]:
    for name in (f"wtopt{size}.txt", f"wtbest{size}b.txt"):
        if (folder / name).exists():
            return [int(each) for each in (folder / name).read_text().split()]
    return []


def _read(path: Path, size: int) -> Iterator[Problem]:
    numbers = [int(each) for each in path.read_text().split()]
    for first in range(0, len(numbers), 3 * size):
        lengths, weights, dues = (
            numbers[first + part * size : first + (part + 1) * size] for part in range(3)
        )
        yield problem(lengths, weights, dues)


def problem(lengths: list[int], weights: list[int], dues: list[int]) -> Problem:
    """Jobs for one bay, one team of each agency; all there from the start, none waits at a cost."""
    hours = ((0, sum(lengths)),)
    agencies = ("customs", "quarantine")
    requests = tuple(
        Request(
            id=str(number),
            requested=Decimal(0),
            available=0,
            duration=length,
            due=due,
            home_yard=YARD,
            bay_kind="plain",
            needs={agency: frozenset({"general"}) for agency in agencies},
            wait_weight=Decimal(0),
            late_weight=Decimal(weight),
            move_cost=Decimal(0),
        )
        for number, (length, weight, due) in enumerate(
            zip(lengths, weights, dues, strict=True), start=1
        )
    )
    return Problem(
        slots_per_day=sum(lengths),
        days=1,
        yards=(YARD,),
        bays=(Bay("B", YARD, frozenset({"plain"}), hours),),
        teams=tuple(Team(a, YARD, a, frozenset({"general"}), hours) for a in agencies),
        requests=requests,
    )
