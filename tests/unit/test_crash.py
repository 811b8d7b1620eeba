"""Crash points: a closed list, each in the code once, none of them live unless it was armed."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared import crash

ROOT = Path(__file__).parents[2]
PASSES = """
import sys
from shared import crash
if sys.argv[1]:
    crash.arm(sys.argv[1])
for number in range(3):
    crash.at("relay.after_mark")
    print(number, flush=True)
    crash.at("relay.before_mark")
"""


def _run(spec: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PASSES, spec], capture_output=True, text=True, cwd=ROOT
    )
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("spec", "printed"),
    [("relay.before_mark", ["0"]), ("relay.before_mark:2", ["0", "1"]), ("relay.after_mark", [])],
)
def test_the_process_dies_at_the_pass_that_was_asked_for(spec: str, printed: list[str]) -> None:
    assert _run(spec) == (-signal.SIGKILL, printed)


def test_unless_one_is_armed_every_point_is_passed() -> None:
    assert _run("") == (0, ["0", "1", "2"])


@pytest.mark.parametrize("spec", ["", "relay", "relay.before_mark:0", "relay.before_mark:", "x:1"])
def test_what_names_no_point_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r"crash point|passes"):
        crash.arm(spec)


def test_each_point_is_in_the_code_once() -> None:
    sources = [path for room in ("services", "shared") for path in (ROOT / room).rglob("*.py")]
    named = [
        name
        for path in sources
        for name in re.findall(r"crash\.at\(\"([^\"]*)\"\)", path.read_text(encoding="utf-8"))
    ]
    assert sorted(named) == sorted(crash.POINTS)
