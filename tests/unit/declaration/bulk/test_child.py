"""The process that reads a file ends by itself, or is ended."""

import asyncio
import json
import sys
from typing import Any

import pytest

from services.declaration.bulk import child
from services.declaration.jobs import parsing
from tests.factories import NOW

LITTLE = """
import sys
from services.declaration.bulk import child
pages = int(open("/proc/self/statm").read().split()[0])
child.MEMORY = pages * 4096 + 16 * 2**20
child.main(*sys.argv[1:])
"""


async def _still() -> None:
    """Nothing has to be renewed."""


async def _told(raw: bytes, *, kind: str = child.CSV) -> list[dict[str, Any]]:
    told = parsing.parsed(raw, kind, day=NOW.date(), zone="Asia/Shanghai", still=_still, every=0.05)
    return [each async for each in told]


def _instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(parsing, "COMMAND", (sys.executable, "-c", code))


async def test_filings_are_told_one_by_one_and_at_last_how_many_rows() -> None:
    one, other, last = await _told("reference,marks\nA,唛\nA,\nB,x\n".encode("gbk"))
    assert json.loads(one["document"]) == {"reference": "A", "marks": "唛"}
    assert (other["reference"], last) == ("B", {"whole": 3})


async def test_a_file_that_needs_more_memory_than_it_may_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _instead(monkeypatch, LITTLE)
    (last,) = await _told(b"reference,marks\n" + b"A,x\n" * 5_000_000)
    assert last["refused"]["code"] == "file_too_large"
    assert "memory_bytes" in last["refused"]["facts"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import time; time.sleep(600)", "file_too_large"),
        ("while True: print('{}'[:1], end='')", "file_too_large"),
        ("import os; os.kill(os.getpid(), 9)", "unreadable_file"),
        ("raise SystemExit(3)", "unreadable_file"),
        ("print('no JSON', flush=True)", "unreadable_file"),
    ],
)
async def test_a_reader_that_hangs_floods_or_dies_is_ended_and_told(
    code: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _instead(monkeypatch, code)
    monkeypatch.setattr(parsing, "SECONDS", 1.0 if "sleep" in code else 60.0)
    monkeypatch.setattr(parsing, "LINE", 2**16)
    assert [each["refused"]["code"] for each in await _told(b"reference\nA\n")] == [expected]


async def test_a_reader_knows_no_address_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONESTOP_DATABASE_URL", "postgresql://x:secret@127.0.0.1/x")
    count = "sum(name.startswith('ONESTOP') for name in os.environ)"
    _instead(monkeypatch, f"import json, os; print(json.dumps({{'whole': {count}}}))")
    assert await _told(b"") == [{"whole": 0}]


async def test_a_reader_does_not_outlive_who_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _instead(monkeypatch, "import time; print('{}', flush=True); time.sleep(600)")
    started = []
    begin = asyncio.create_subprocess_exec

    async def kept(*args: Any, **how: Any) -> asyncio.subprocess.Process:
        started.append(await begin(*args, **how))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", kept)
    told = parsing.parsed(
        b"", child.CSV, day=NOW.date(), zone="Asia/Shanghai", still=_still, every=60
    )
    assert await anext(told) == {}
    await told.aclose()
    assert started[0].returncode == -9
