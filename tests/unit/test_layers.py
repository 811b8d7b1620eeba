"""The import contracts hold, and each one is seen to object to an import that breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "shared")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

# Contract, the module that gets an import it must not have, that import.
OFFENCES = (
    ("layers", "services/booking/domain/yard.py", "from services.booking import tables"),
    ("layers", "services/declaration/store.py", "from services.declaration import commands"),
    ("layers", "services/inspection/commands.py", "from services.inspection import api"),
    ("layers", "services/inspection/consumers.py", "from services.inspection import api"),
    (
        "layers",
        "services/mutual_recognition/queries.py",
        "from services.mutual_recognition import app",
    ),
    ("layers", "services/inspection/domain/moves.py", "from services.inspection import settings"),
    (
        "layers",
        "services/declaration/domain/moves.py",
        "from services.declaration import dictionary",
    ),
    (
        "layers",
        "services/mutual_recognition/store.py",
        "from services.mutual_recognition import decisions",
    ),
    ("independent", "services/inspection/settings.py", "from services.booking import settings"),
    ("no-cli", "services/declaration/commands.py", "from services.cli import settings"),
    ("shared", "shared/kit.py", "from services.booking import settings"),
    ("pure", "services/inspection/domain/moves.py", "from sqlalchemy import text"),
    ("pure", "services/declaration/domain/moves.py", "from shared.messaging import outbox"),
    ("pure", "shared/contracts/values.py", "import httpx"),
    (
        "rules",
        "services/mutual_recognition/rules/draw.py",
        "from services.mutual_recognition import settings",
    ),
    ("calendar", "services/booking/domain/calendar.py", "from services.booking import occupancy"),
    (
        "optimizer",
        "services/booking/optimizer/search.py",
        "from services.booking import occupancy",
    ),
    ("pure", "services/booking/optimizer/planning.py", "import sqlalchemy"),
    (
        "acyclic",
        "services/mutual_recognition/domain/requirement.py",
        "if TYPE_CHECKING:\n    from services.mutual_recognition.domain import events",
    ),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources and of the configuration."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.json")
        )
    return copy


def _lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT_IMPORTS), "--no-logo", "--cache-dir", "cache", *options]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def _contracts() -> list[str]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [each["id"] for each in configured["tool"]["importlinter"]["contracts"]]


def test_every_contract_is_kept(tree: Path) -> None:
    done = _lint(tree)
    assert done.returncode == 0, done.stdout
    assert f"{len(_contracts())} kept, 0 broken" in done.stdout


def test_every_contract_is_broken_once_below() -> None:
    assert {contract for contract, _, _ in OFFENCES} == set(_contracts())


@pytest.mark.parametrize("contract", _contracts())
def test_a_contract_objects(tree: Path, contract: str) -> None:
    offences = [(tree / module, added) for each, module, added in OFFENCES if each == contract]
    before = {path: path.read_text(encoding="utf-8") for path, _ in offences}
    try:
        for path, added in offences:
            path.write_text(f"{before[path]}\n{added}\n", encoding="utf-8")
        done = _lint(tree, "--contract", contract)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    assert done.returncode == 1, done.stdout
    assert "0 kept, 1 broken" in done.stdout
    for path, _ in offences:
        *_, package, name = path.relative_to(tree).with_suffix("").parts
        told = (f"{package}.{name} -> ", f"- .{name} -> ")
        assert any(each in done.stdout for each in told), done.stdout


def test_a_module_outside_every_layer_is_objected_to(tree: Path) -> None:
    stray = tree / "services/booking/stray.py"
    stray.write_text("", encoding="utf-8")
    try:
        done = _lint(tree, "--contract", "layers")
    finally:
        stray.unlink()
    assert done.returncode == 1, done.stdout
    assert "services.booking.stray" in done.stdout
