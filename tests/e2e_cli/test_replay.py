"""`onestop replay` and `onestop demo`, typed as a person types them, to their last line."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests import prepared
from tests import servers as support
from tests.e2e.clock import begin_in_the_morning
from tests.e2e_cli.program import folder

PROGRAM = str(Path(sys.executable).parent / "onestop")
CONSIGNMENTS = Path(__file__).parents[1] / "e2e" / "consignments.csv"
KEYS = [
    "rows",
    "filed",
    "refused",
    "requirement",
    "booked",
    "inspected",
    "findings",
    "recognised",
    "moves_avoided",
    "unpackings_avoided",
    "teu",
    "released",
    "refused_entry",
    "open",
    "events_pending",
    "dead_letters",
    "seconds",
    "filings_per_second",
]
BAD = """\
W-01,2026-01-05,42,B,11,21,11,10,ONESTOP,TWICE,S,,852990,JP,JP,0.0,A,Y,10.0,100.0,0,0
B-1,2026-01-05,42,B,11,21,11,10,ONESTOP,NAN,S,,852990,JP,JP,0.0,A,Y,NaN,100.0,0,0
B-2,2026-01-05,42,B,11,21,11,10,ONESTOP,HUGE,S,,852990,JP,JP,0.0,A,Y,1E+30,100.0,0,0
B-3,2026-01-05,42,B,11,21,11,10,ONESTOP,WORD,S,,852990,JP,JP,x,A,Y,10.0,100.0,0,0
B-4,2026-01-05,42,B,11,21,11,10,ONESTOP,LABEL,S,,852990,JP,JP,0.0,A,Y,10.0,100.0,0,7
"""


def _run(*arguments: str) -> tuple[dict[str, Any], str]:
    ran = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, timeout=200, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    figures: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return figures, ran.stderr


def test_a_replay_ends_every_row_and_counts_those_that_cannot_be_read(
    tmp_path: Path, servers: support.TestServers
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(CONSIGNMENTS.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    with folder() as data:
        prepared.fill(data, servers=servers)
        begin_in_the_morning(data, factor=Decimal(7_200))
        where = ("--data", str(data), "--json")
        figures, told = _run("replay", str(rows), "--clock", "7200x", *where)
        verified, _ = _run("verify", *where)
    assert list(figures) == KEYS
    assert figures["filed"] + figures["refused"] == figures["rows"] == 30
    assert "row_unreadable: 4" in told
    assert "row_repeated: 1" in told
    assert figures["released"] + figures["refused_entry"] == figures["filed"]
    assert sum(figures["requirement"].values()) == figures["filed"]
    assert (figures["open"], figures["events_pending"], figures["dead_letters"]) == (0, 0, 0)
    assert verified["cases"] == figures["inspected"] > 0
    assert verified["invariants_broken"] == []


def test_the_demonstration_tells_every_mode_and_leaves_nothing_open() -> None:
    figures, told = _run("demo", "--clock", "7200x", "--json")
    assert list(figures) == KEYS
    assert (figures["rows"], figures["filed"], figures["refused"]) == (7, 6, 1)
    assert figures["open"] == 0
    assert "货物放行。  Released." in told
    assert "not_positive" in told
