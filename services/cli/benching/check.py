"""`onestop bench check`: what the check of a full filing costs beside its mere validation.

The filing declares all 105 items, in 50 goods lines. Checked is what is sent, from its bytes to
its faults: well-formed JSON, shape, and every rule. The floor is pydantic's own validation of the
same bytes by the same model, without anything of ours. Both in turn, in one process.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from services.declaration import dictionary
from services.declaration.dictionary import examples
from services.declaration.domain import checks
from services.declaration.forms import FilingIn
from shared.http import body

LINES = 50
ROUNDS, WARM_ROUNDS = 300, 20
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A day before the example arrives."""


def run() -> dict[str, Any]:
    """Run it; the ratio first, then milliseconds (the median of all rounds)."""
    raw = json.dumps(filing(), ensure_ascii=False).encode()
    if _check(raw):
        raise RuntimeError("the filing that is measured has faults")
    content = FilingIn.model_validate_json(raw).content()
    told = _in_turn(
        check=lambda: _check(raw),
        floor=lambda: FilingIn.model_validate_json(raw),
        rules=lambda: _rules(content),
    )
    return {
        "name": "check",
        "times_floor": round(told["check"] / told["floor"], 2),
        **{f"{name}_ms": round(seconds * 1000, 3) for name, seconds in told.items()},
        "items": len(dictionary.at(dictionary.REFORM).merged),
        "lines": LINES,
        "bytes": len(raw),
    }


def filing() -> dict[str, Any]:
    """A faultless filing of every item of the reform's day, in as many goods lines as allowed."""
    whole = examples.declaration(dictionary.REFORM)
    (line,) = whole["lines"]
    whole["lines"] = [line | {"number": number + 1} for number in range(LINES)]
    whole["containers"][0]["lines"] = list(range(1, LINES + 1))
    for name in ("net_kg", "gross_kg"):
        whole[name] = str(int(whole[name]) * LINES)
    return whole


def _check(raw: bytes) -> object:
    return _rules(body.parse(FilingIn, raw).content())


def _rules(content: Any) -> object:
    return checks.check(
        content,
        dictionary=dictionary.at(dictionary.REFORM),
        organisation=content.broker.uscc,
        now=NOW,
    )


def _in_turn(**works: Callable[[], object]) -> dict[str, float]:
    """Seconds of each, in the middle of the rounds."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for number in range(WARM_ROUNDS + ROUNDS):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if number >= WARM_ROUNDS:
                took[name].append(time.perf_counter() - began)
    return {name: median(seconds) for name, seconds in took.items()}
