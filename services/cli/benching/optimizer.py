"""`onestop bench optimizer`: how good plans are, against a bound and first come first served.

With a folder of instances each is planned in the same time, and where `baselines.json` lies
beside them, set against what it says of each. Without one, instances of our own making show how
the gap grows with the size.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

from services.booking.optimizer import planning, warm
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import LEFT_OUT, Problem
from services.booking.optimizer.result import Plan, objective
from services.cli import console
from services.cli.benching import instances, tardiness
from services.cli.planning import files

SIZES = (100, 300, 1_000, 2_000, 5_000, 10_000)
LOAD = 0.9
SEED = 1
FEW = Decimal("0.15")
"""The share of bookings that may get another slot, in one of the figures."""
Rows = list[dict[str, Any]]


def run(folder: Path | None, seconds: float) -> dict[str, Any]:
    """Plan every instance and compare; all figures are means over instances of one size.

    The kernel is loaded before: else the first instance would pay for it out of its time.
    """
    warm.run()
    if folder is None:
        rows = [
            _planned(str(size), instances.made(size, load=LOAD, seed=SEED), seconds)
            for size in SIZES
        ]
    else:
        rows = [
            _planned(name, problem, seconds) | _compared(known)
            for name, problem, known in _given(folder)
        ]
        _compare(rows)
    return {"name": "optimizer", "seconds": seconds, "sizes": _by_size(rows), "instances": rows}


def _planned(name: str, problem: Problem, seconds: float) -> dict[str, Any]:
    """One instance: our plan, first come first served, and that with a few bookings moved."""
    plan = _plan(name, problem, seconds)
    first_come = planning.first_come(problem)
    costs = objective(problem, first_come, LEFT_OUT)
    figures = {
        "instance": name,
        "requests": len(problem.requests),
        "gap": round(plan.gap, 4),
        "first_come_of_ours": _ratio(costs, plan.objective),
        "objective": float(plan.objective),
        "bound": float(plan.bound),
        "took": round(plan.seconds, 1),
    }
    console.say(f"{name}: {plan.objective} >= {plan.bound}, gap {100 * plan.gap:.1f}%")
    if len(problem.yards) > 1 or problem.days > 1:
        moved = _plan(name, planning.booked(problem, first_come), seconds, most_moved=FEW)
        figures["cut_by_few_moves"] = round(1 - float(moved.objective / costs), 4)
    return figures


def _plan(
    name: str, problem: Problem, seconds: float, most_moved: Decimal = planning.EVERYTHING
) -> Plan:
    plan = planning.plan(problem, budget=Budget(seconds), seed=SEED, most_moved=most_moved)
    if isinstance(plan, Plan):
        return plan
    console.fail(
        f"{name}: nothing of it can be planned.",
        chinese=f"{name}：没有可安排的货物。",
        mend="See `onestop plan` for what it lacks, or take it out of the folder.",
        mend_zh="请用 `onestop plan` 查看缺少什么，或将其移出文件夹。",
    )


def _given(folder: Path) -> Iterator[tuple[str, Problem, Mapping[str, Any]]]:
    """The instances of a folder, each with what is known of it."""
    baselines = folder / "baselines.json"
    known = json.loads(baselines.read_text()) if baselines.exists() else {}
    for path in sorted(folder.glob("*.json")):
        if path != baselines:
            yield path.stem, files.read(path), known.get(path.stem, {})
    yield from tardiness.given(folder)


def _compared(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known[name] for name in ("best_known", "lower_bound") if name in known} | (
        {"first_come": known["fcfs"]["obj"]} if "fcfs" in known else {}
    )


def _compare(rows: Rows) -> None:
    """Puts ratios to what is known into each row."""
    for row in rows:
        if "best_known" in row:
            row["of_best_known"] = _ratio(row["objective"], row["best_known"])
        if "lower_bound" in row:
            row["bound_of_lower_bound"] = _ratio(row["bound"], row["lower_bound"])
        if "first_come" in row:
            row["first_come_of_ours"] = _ratio(row["first_come"], row["objective"])


def _by_size(rows: Rows) -> dict[str, dict[str, float]]:
    """The means of all ratios."""
    sizes: dict[int, Rows] = defaultdict(list)
    for row in rows:
        sizes[row["requests"]].append(row)
    return {str(size): _means(sizes[size]) for size in sorted(sizes)}


def _means(rows: Rows) -> dict[str, float]:
    names = (
        "of_best_known",
        "bound_of_lower_bound",
        "first_come_of_ours",
        "gap",
        "cut_by_few_moves",
    )
    means = {
        name: round(fmean(found), 4)
        for name in names
        if (found := [row[name] for row in rows if row.get(name) is not None])
    }
    return {"instances": len(rows), **means}


def _ratio(one: float | Decimal, other: float | Decimal) -> float | None:
    """One over the other; nothing over nothing is as good, something over nothing no number."""
    if not other:
        return None if one else 1.0
    return round(float(one) / float(other), 4)
