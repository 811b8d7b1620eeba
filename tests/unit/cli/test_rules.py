"""`onestop rules`: tables that are files are checked and tried, and refused with what to mend."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.cli.ruling import FOUNDING

README = Path(__file__).parents[3].joinpath("README.md").read_text("utf-8")


def _run(*args: str) -> tuple[int, Any]:
    ended = CliRunner().invoke(app, ["rules", *args, "--json"])
    return ended.exit_code, json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the founding tables, to be broken."""
    for file in FOUNDING.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def _replace(file: Path, old: str, new: str) -> None:
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new), "utf-8")


def test_the_founding_tables_pass() -> None:
    assert _run("check") == (0, {"rules": 53, "errors": []})
    assert _run("test") == (0, {"examples": 101, "failed": []})


def test_what_is_wrong_is_told_with_table_row_column_and_mend(folder: Path) -> None:
    _replace(folder / "selection-customs.toml", '["4202", "61"', '["4202", "6x"')
    _replace(folder / "recognition.toml", "valid_from = 2020-01-01\n\n[example]", "[example]")
    (folder / "selection-navy.toml").write_text("")
    code, found = _run("check", str(folder))
    assert code == 1
    assert [(each["table"], each["row"], each["column"]) for each in found["errors"]] == [
        ("recognition", "table", "valid_from"),
        ("selection-navy", "", ""),
        ("selection-customs", "C-EXPORT", "hs_code"),
    ]
    assert all(each["mend_en"] and each["mend_zh"] for each in found["errors"])


@pytest.mark.parametrize("name", ["recognition", "selection-customs", "mismatch", "suspension"])
def test_a_half_loaded_table_is_refused_wherever_it_was_cut_off(folder: Path, name: str) -> None:
    file = folder / f"{name}.toml"
    whole = file.read_bytes()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 12)):
        file.write_bytes(whole[:cut])
        code, found = _run("check", str(folder))
        assert (code, {each["table"] for each in found["errors"]}) == (1, {name}), whole[:cut]


def test_an_example_that_is_decided_otherwise_fails(folder: Path) -> None:
    _replace(
        folder / "recognition.toml", 'catches = { draw = "499" }', 'catches = { draw = "500" }'
    )
    assert _run("check", str(folder))[0] == 0
    code, found = _run("test", str(folder))
    assert code == 1
    (failed,) = found["failed"]
    assert (failed["row"], failed["facts"]) == ("R-RECHECK", {"decided_by": ["R-DEFAULT"]})


def test_what_tables_may_ask_about_is_listed() -> None:
    code, found = _run("inputs")
    rating = next(each for each in found["inputs"] if each["name"] == "rating_quarantine")
    assert code == 0
    assert rating["values"] == ["high", "low", "ordinary", "suspended", "unrated"]
    assert rating["zh"] == "企业的检验检疫评级"


def test_readme_shows_a_row_of_the_founding_tables_and_what_the_commands_tell() -> None:
    section = README.partition("## Rules as files")[2].partition("\n## ")[0]
    row = section.partition("```toml\n")[2].partition("```")[0]
    assert row in (FOUNDING / "recognition.toml").read_text("utf-8")
    shown = section.partition("```text\n")[2].partition("```")[0]
    for command, told in zip(*[iter(shown.splitlines())] * 2, strict=True):
        ended = CliRunner().invoke(app, command.split()[2:])
        assert ended.stdout.splitlines() == [told]
