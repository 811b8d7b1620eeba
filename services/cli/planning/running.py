"""`onestop plan`: read an instance, plan it, say what it came to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import typer

from services.booking.optimizer import advice, planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.lacks import Lack
from services.booking.optimizer.problem import Problem
from services.booking.optimizer.result import NoPlan, Outcome, Plan
from services.cli import console
from services.cli.planning import files


@dataclass(frozen=True)
class Wish:
    """How an instance is to be planned."""

    seconds: float | None
    turns: int | None
    seed: int
    keep: Path | None
    move_at_most: Decimal
    change_cost: Decimal
    advise: bool = False


def run(instance: Path, wish: Wish, *, out: Path | None, as_json: bool) -> None:
    """Plan and tell. Leaves with code 1 if nothing can be planned, with 2 if the file is wrong."""
    problem = files.read(instance)
    if wish.keep is not None:
        problem = files.booked(problem, wish.keep, wish.change_cost)
    found = _planned(problem, wish)
    if isinstance(found, NoPlan):
        _refuse(found)
    if out is not None:
        _write(out, found)
    _tell_lacks(found.unscheduled)
    for name in sorted(found.broken):
        console.say(f"{name}: its booking cannot be kept. {name}：原预约无法保留。")
    told = figures(found)
    if wish.advise:
        told |= _advice(problem, found, wish)
    console.report(told, as_json=as_json)


def _advice(problem: Problem, plan: Plan, wish: Wish) -> dict[str, Any]:
    """Which one more would help most; each that is tried takes as long as the plan."""
    budget = Budget(wish.seconds, wish.turns)
    found = advice.advise(problem, plan, advice.kinds(problem), budget=budget, seed=wish.seed)
    for each in found:
        console.say(
            f"one more like {each.like.id} saves {each.saved} CNY (worth {each.worth} by prices)."
            f" 再增加一个与 {each.like.id} 相同的资源，可节省 {each.saved} 元。"
        )
    helps = [
        {"like": each.like.id, "saved": number(each.saved), "worth": number(each.worth)}
        for each in found
    ]
    return {"helps": helps}


def _planned(problem: Problem, wish: Wish) -> Outcome:
    budget = Budget(wish.seconds, wish.turns)
    try:
        return planning.plan(problem, budget=budget, seed=wish.seed, most_moved=wish.move_at_most)
    except MemoryError:
        console.fail(
            "The instance does not fit into memory.",
            chinese="内存不足，无法处理该实例。",
            mend="Take a shorter horizon, longer slots, or fewer different durations.",
            mend_zh="请缩短计划期、加长时间格，或减少不同的查验时长。",
        )


def figures(plan: Plan) -> dict[str, Any]:
    """What a plan comes to: `objective` and `bound` in CNY, `gap` as a share of the objective."""
    changes = {"moved": len(plan.moved), "broken": len(plan.broken)}
    return {
        "objective": number(plan.objective),
        "bound": number(plan.bound),
        "gap": round(plan.gap, 6),
        "seconds": round(plan.seconds, 2),
        "unscheduled": len(plan.unscheduled),
        "turns": plan.turns,
        "seed": plan.seed,
        **(changes if any(changes.values()) else {}),
    }


def number(money: Decimal) -> int | float:
    """Money as JSON has it: whole where it is whole."""
    return int(money) if money == money.to_integral_value() else float(money)


def _write(path: Path, plan: Plan) -> None:
    try:
        written = json.dumps(files.written(plan.places), ensure_ascii=False)
        path.write_text(written + "\n", encoding="utf-8")
    except OSError as error:
        console.fail(
            f"{path}: {error.strerror}.",
            chinese=f"无法写入 {path}。",
            mend="Name a file that can be written.",
            mend_zh="请指明可写入的文件。",
        )


def _tell_lacks(lacks: Mapping[str, Lack]) -> None:
    for name, lack in lacks.items():
        console.say(f"{name}: {lack.en} {lack.mend}\n{name}：{lack.zh}{lack.mend_zh}")


def _refuse(found: NoPlan) -> NoReturn:
    _tell_lacks(found.lacks)
    if not found.lacks:
        console.say("The instance has no consignments. 实例中没有货物。")
    raise typer.Exit(1)
