"""`onestop rules risk`: rates learnt from one file and tried on another."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.cli.replaying.rows import COLUMNS

Written = tuple[str, str, str]
"""Importer, goods code and label."""


def _write(path: Path, rows: Iterable[Written], *, first: int = 0) -> str:
    """A dataset's file, its declarations numbered from `first`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS.values(), restval="0")
        writer.writeheader()
        for number, (importer, goods, label) in enumerate(rows, start=first):
            writer.writerow(
                {
                    "Declaration ID": str(number),
                    "Importer ID": importer,
                    "HS6 Code": goods,
                    "Critical Fraud": label,
                }
            )
    return str(path)


def _rows(goods: str, *, found: int, clean: int) -> list[Written]:
    labels = ["1"] * found + ["0"] * clean
    return [(f"C{number % 5}", goods, label) for number, label in enumerate(labels)]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Apples are clean and toys are not, in both files; the second also has what cannot count."""
    fit = [*_rows("080810", found=1, clean=39), *_rows("950300", found=20, clean=20)]
    judge = [
        *_rows("080810", found=1, clean=19),
        *_rows("950300", found=12, clean=8),
        ("C1", "080810", ""),
        ("C1", "080810", "soon"),
    ]
    repeats_the_last = _write(tmp_path / "judge.csv", judge, first=len(fit) - 1)
    return _write(tmp_path / "fit.csv", fit), repeats_the_last


def _run(files: tuple[str, str], *more: str) -> Any:
    ended = CliRunner().invoke(
        app, ["rules", "risk", "--fit", files[0], "--judge", files[1], *more]
    )
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_what_ratings_would_spare_is_told_against_the_base(files: tuple[str, str]) -> None:
    told = json.loads(_run(files, "--json"))
    half = told["ratings"]["goods"]["spared"][-1]
    assert (told["base"]["hits"], told["base"]["of"]) == (12, 39)
    assert (half["at_most"], half["found"]["hits"], half["found"]["of"]) == (0.5, 0, 19)
    assert told["ratings"]["goods"]["auc"] > 0.8
    assert list(told["goods"]["highest"]) == ["950300", "080810"]
    toys = told["goods"]["highest"]["950300"]
    assert (toys["hits"], toys["of"]) == (20, 40)
    assert 0.3 < toys["low"] < toys["share"] < 0.5 < toys["high"] < 0.7


def test_rows_without_a_result_and_rows_learnt_from_are_told_and_not_judged(
    files: tuple[str, str],
) -> None:
    told = json.loads(_run(files, "--json"))["judge"]
    assert told == {"rows": 42, "used": 39, "unlabelled": 1, "known": 1, "unreadable": 1}


def test_people_are_told_the_same(files: tuple[str, str]) -> None:
    told = _run(files).splitlines()
    assert told[1] == "judge      rows 42, used 39, unlabelled 1, known 1, unreadable 1"
    assert any(line.startswith("  lowest  50%  0.0% (0.0% to 16.8%), 0 of 19") for line in told)


def test_a_file_without_inspected_rows_makes_no_rate_up(files: tuple[str, str]) -> None:
    told = json.loads(_run((files[0], files[0]), "--json"))
    assert told["judge"]["known"] == 80
    assert told["base"]["share"] is None
    assert told["ratings"]["both"]["auc"] is None
