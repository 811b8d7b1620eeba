"""Workers of a fresh checkout compile each test once between them, instead of each all of them.

pytest compiles a test when it is imported, and keeps what came of it. Each worker imports all
tests; so each begins at another one, and finds most of the others done when it gets there.
"""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def compile_a_share(config: pytest.Config) -> None:
    """Import all tests, if all are asked for and this is a worker of pytest-xdist's."""
    told: dict[str, object] | None = getattr(config, "workerinput", None)
    if told is None or [Path(each).resolve() for each in config.args] != [TESTS]:
        return
    names = [
        ".".join(("tests", *path.relative_to(TESTS).with_suffix("").parts))
        for path in sorted(TESTS.rglob("test_*.py"))
    ]
    worker, workers = int(str(told["workerid"]).removeprefix("gw")), int(str(told["workercount"]))
    first = len(names) * worker // workers
    for name in names[first:] + names[:first]:
        with suppress(Exception):  # collecting it tells
            import_module(name)
