"""`onestop bench rules`: what a verdict with its reasons costs, and how it grows with the tables.

Decided is a filing of 50 goods lines by two selections and the recognition, each of 100 and of
10,000 rows over the same inputs; all in one process, in turn. The floor is a function by hand with
a few of the same conditions and no reasons: what somebody would write who needs no tables.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.rules import decide, dictionaries
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.settings import Settings

LINES = 50
FEW, MANY = 100, 10_000
ROUNDS, WARM_ROUNDS = 400, 20
ON = date(2026, 3, 2)
DRAWN = 4_999
SEED = 1
CHAPTERS = range(10, 98)


def run() -> dict[str, Any]:
    """Run it; ratios first, then microseconds (the median of all rounds)."""
    agencies = Settings().agencies()
    known = _filing()
    few, many = (_anew(_case(known, size, agencies)) for size in (FEW, MANY))
    told = _in_turn(
        few=lambda: decide.decide(next(few), agencies=agencies),
        many=lambda: decide.decide(next(many), agencies=agencies),
        floor=lambda: _by_hand(known),
    )
    return {
        "name": "rules",
        "of_floor": round(told["few"] / told["floor"], 2),
        "many_rows_of_few": round(told["many"] / told["few"], 2),
        "few_rows_us": round(told["few"] * 1e6, 1),
        "many_rows_us": round(told["many"] * 1e6, 1),
        "floor_us": round(told["floor"] * 1e6, 1),
        "rows": [FEW, MANY],
        "lines": LINES,
    }


def _filing() -> Inputs:
    drawn = random.Random(SEED)
    codes = [f"{drawn.choice(CHAPTERS)}{drawn.randrange(10**8):08}" for _ in range(LINES)]
    return Inputs(
        filing={
            "direction": "import",
            "containers": Decimal(1),
            "dangerous_goods": False,
            "chilled": False,
            "licences_present": False,
            "duty_percent_max": Decimal(0),
            "rating_customs": "high",
            "rating_quarantine": "high",
        },
        lines=tuple(
            {"hs_code": code, "origin": drawn.choice(("KR", "JP")), "duty_percent": Decimal(0)}
            for code in codes
        ),
    )


def _case(known: Inputs, size: int, agencies: Agencies) -> Case:
    names = kinds.drawing(agencies)
    tables = {
        name: Version(name, 1, _table(name, size), dictionaries.of(name, agencies))
        for name in names
    }
    return Case(inputs=known, on=ON, tables=tables, draws=dict.fromkeys(names, DRAWN))


def _anew(case: Case) -> Iterator[Case]:
    """The same case for each round, of which nothing was asked yet."""
    rounds = range(WARM_ROUNDS + ROUNDS)
    return iter([replace(case, inputs=replace(case.inputs)) for _ in rounds])


def _table(name: str, size: int) -> Table:
    """Rows on goods that this filing has none of, then some that it meets, and the last one."""
    drawn = random.Random(f"{SEED} {name}")
    verdict: dict[str, Any] = {"eligible": False}
    rest, met = verdict, verdict
    if name != kinds.RECOGNITION:
        met = {"inspect": True, "scope": "unpack", "minutes": 60}
        rest = {"inspect": False}
    rows = [_row(f"R{number}", _asks(drawn), met) for number in range(size - 2)]
    whole = {"input": "direction", "op": "equals", "value": "import"}
    rows.append(_row("MET", [whole], met))
    return Table.model_validate(
        {"valid_from": "2020-01-01", "rows": [*rows, _row("LAST", [], rest)]}
    )


def _asks(drawn: random.Random) -> list[dict[str, Any]]:
    prefixes = [f"0{drawn.randrange(1, 10)}{drawn.randrange(10**4):04}" for _ in range(3)]
    return [
        {"input": "direction", "op": "equals", "value": "import"},
        {"input": "hs_code", "op": "prefix", "value": prefixes},
        {"input": "duty_percent", "op": "range", "value": {"below": str(drawn.randrange(1, 60))}},
        {"input": "draw", "op": "range", "value": {"below": str(drawn.randrange(1, 10_000))}},
    ]


def _row(name: str, asks: list[dict[str, Any]], then: dict[str, Any]) -> dict[str, Any]:
    reason = {"en": "a reason", "zh": "理由"}
    meaning = {"reason": reason, "source": "a law", "valid_from": "2020-01-01"}
    return {"id": name, "when": asks, "then": then, **meaning}


def _by_hand(known: Inputs) -> tuple[bool, bool, bool]:
    """A few conditions of each table as one would write them."""
    filing: Any = known.filing
    lines: Any = known.lines
    imported = filing["direction"] == "import"
    customs = imported and (
        any(line["hs_code"].startswith(("01", "02", "03")) for line in lines)
        or any(line["duty_percent"] < 1 and line["origin"] == "KR" for line in lines)
    )
    quarantine = imported and any(
        line["hs_code"].startswith(("44", "46", "47")) and DRAWN < 5_000 for line in lines
    )
    trusted = filing["rating_customs"] == "high" and filing["rating_quarantine"] == "high"
    safe = not (filing["licences_present"] or filing["dangerous_goods"])
    risky = any(line["hs_code"].startswith(("30", "36", "71", "93")) for line in lines)
    return customs, quarantine, trusted and safe and not risky


def _in_turn(**works: Callable[[], object]) -> dict[str, float]:
    """Seconds of each, in the middle of the rounds."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for number in range(WARM_ROUNDS + ROUNDS):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if number >= WARM_ROUNDS:
                took[name].append(time.perf_counter() - began)
    return {name: median(times) for name, times in took.items()}
