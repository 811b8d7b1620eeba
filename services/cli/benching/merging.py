"""`onestop bench merge`: how long the merge of two forms takes, and how that grows with the lines.

The time is that of the merge alone, of forms that were read. The inspection form has the lines in
the opposite order.
"""

import json
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from services.cli.benching import items
from services.declaration import dictionary
from services.declaration.merging import forms, merge
from services.declaration.merging.request import MergeIn

LINES = (50, 500, 1_000, 2_500, 5_000)
ROUNDS = {50: 101, 500: 11}
FEWEST_ROUNDS = 3
ZONE = ZoneInfo("Asia/Shanghai")


def run() -> dict[str, Any]:
    """Measure. `growth` is the time for each line of the longest forms against that of 500: it is
    1 where the work grows with the lines, 10 where it grows with their square.
    """
    took = {count: _seconds(count) for count in LINES}
    each = {count: seconds / count for count, seconds in took.items()}
    return {
        "name": "merge",
        "growth": round(each[LINES[-1]] / each[500], 2),
        "median_ms_50": round(1000 * took[50], 2),
        "curve_ms": {str(count): round(1000 * seconds, 1) for count, seconds in took.items()},
    }


def _seconds(count: int) -> float:
    pair = made(count)
    times = []
    for _ in range(ROUNDS.get(count, FEWEST_ROUNDS)):
        begun = perf_counter()
        found = merge.of_forms(
            pair[0], pair[1], dictionary=dictionary.at(dictionary.REFORM), zone=ZONE
        )
        times.append(perf_counter() - begun)
        if len(found.groups) != count:
            raise RuntimeError("the lines were not matched")
    return median(times)


def made(count: int) -> tuple[Any, Any]:
    """A pair of so many lines each, made from the realistic beef."""
    beef: MergeIn = dict(items.pairs())["beef"]
    written = json.loads(beef.model_dump_json(exclude_none=True))
    customs, inspection = written["customs"], written["inspection"]
    one, twin = customs["lines"][0], inspection["lines"][0]
    numbers = range(1, count + 1)
    customs["lines"] = [_line(one, n, n, "035") for n in numbers]
    inspection["lines"] = [_line(twin, n, count + 1 - n, "千克") for n in numbers]
    return (
        forms.LONG_CUSTOMS.model_validate_json(json.dumps(customs)),
        forms.LONG_INSPECTION.model_validate_json(json.dumps(inspection)),
    )


def _line(line: dict[str, Any], number: int, goods: int, unit: str) -> dict[str, Any]:
    quantity = {"quantity": str(goods), "unit": unit}
    name = f"冻去骨牛肉{goods}"
    return {**line, "line_number": number, "goods_name": name, "quantity": quantity}
