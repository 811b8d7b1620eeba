"""README is true: its commands run, its settings exist, its targets are in the Makefile."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from services.cli import instance
from services.cli.registry import ENTRIES
from services.cli.settings import System
from tests import prepared
from tests import servers as support
from tests.e2e.clock import begin_in_the_morning

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8650"
FACTOR = Decimal(2_400)
OF_TASKS = {"ONESTOP_URL", "ONESTOP_TOKEN"}
"""What the programs of the developer's desk are told, not ours."""


def _commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the database's account can reach."""
    with tempfile.TemporaryDirectory(prefix="onestop-readme-", dir=support.root()) as made:
        data = Path(made)
        data.chmod(0o711)
        yield data


def test_the_commands_of_readme_take_a_consignment_to_its_release(
    folder: Path, tmp_path: Path, servers: support.TestServers
) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    onestop = str(Path(sys.executable).parent / "onestop")
    prepared.fill(folder, servers=servers)
    begin_in_the_morning(folder, factor=FACTOR)
    with instance.found(folder, url=None, token_file=None, factor=FACTOR) as where:
        script = "\n".join(_commands())
        ran = subprocess.run(
            [
                "bash",
                "-uo",
                "pipefail",
                "-c",
                script.replace(".venv/bin/onestop", onestop).replace(ADDRESS, where.url),
            ],
            cwd=tmp_path,
            env={**os.environ, "ONESTOP_DATA": str(folder)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    said = ran.stdout.splitlines()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # The last conclusion and what came of it are told by two services, in either order.
    assert "Released." in said[-3:-1], ran.stdout + ran.stderr
    assert json.loads(said[-1])["invariants_broken"] == []
    assert "in_force" in said
    assert (tmp_path / "notice.pdf").read_bytes().startswith(b"%PDF-")
    assert (folder / "secrets" / "seal.pem").stat().st_mode & 0o777 == 0o600


def test_readme_has_no_place_left_to_fill() -> None:
    assert not re.findall(r"[A-Z]+_OUTPUT|[A-Z]+_TABLE", README)


SETTINGS: list[type[BaseSettings]] = [System, *(entry.settings for entry in ENTRIES)]


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting_is_in_readme(settings: type[BaseSettings]) -> None:
    prefix = settings.model_config["env_prefix"]
    missing = [name for name in settings.model_fields if f"`{prefix}{name.upper()}`" not in README]
    assert not missing


def test_every_variable_in_readme_is_a_setting() -> None:
    known = {
        f"{settings.model_config['env_prefix']}{name.upper()}"
        for settings in SETTINGS
        for name in settings.model_fields
    }
    assert set(re.findall(r"`(ONESTOP_[A-Z_]+)`", README)) <= known | {"ONESTOP_DATA", *OF_TASKS}


def test_every_make_target_in_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", README)) <= targets
