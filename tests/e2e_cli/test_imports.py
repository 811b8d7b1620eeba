"""A command imports what it needs: the services, which most have no use for, take seconds."""

import json
import subprocess
import sys
from pathlib import Path

from services.cli.contracts import NAMES

PROGRAM = """
import json, sys
from services.cli.main import app
for command in json.loads(sys.argv[1]):
    try:
        app(command)
    except SystemExit as ended:
        assert ended.code in (0, 2), ended.code
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {"alembic", "asyncpg", "fastapi", "nats", "sqlalchemy", "uvicorn"}


def _imported(*commands: list[str]) -> set[str]:
    """What a process that runs these has imported: libraries, and services by `services.NAME`."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(commands)],
        capture_output=True,
        check=True,
        text=True,
    )
    modules: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return {".".join(name.split(".")[: 1 + name.startswith("services.")]) for name in modules}


def test_commands_that_serve_nothing_import_no_service(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    imported = _imported(
        ["--help"],
        ["up", "--help"],
        ["token", "broker", *data],
        ["verify", *data, "--url", "http://127.0.0.1:1"],
        ["replay", str(tmp_path / "missing.csv"), *data],
    )
    assert "services.cli" in imported
    assert imported & {*HEAVY, *(f"services.{name}" for name in NAMES)} == set()


def test_a_service_that_is_served_alone_imports_no_other() -> None:
    imported = _imported(["serve", "declaration", "--port", "0"])
    assert imported & {f"services.{name}" for name in NAMES} == {"services.declaration"}
