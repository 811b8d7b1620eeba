"""`onestop bench optimizer`: what it reads, and what it compares."""

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.booking.optimizer import modelling, queue
from services.booking.optimizer.lacks import Lacks
from services.booking.optimizer.problem import LEFT_OUT
from services.cli import main
from services.cli.benching import instances, optimizer, tardiness

EXAMPLE = Path(__file__).parents[3] / "docs/examples/joint_slots.json"


def test_a_folder_is_set_against_what_is_known_of_it(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "joint-40.json")
    known = {"joint-40": {"best_known": 364, "lower_bound": 90, "fcfs": {"obj": 546}}}
    (tmp_path / "baselines.json").write_text(json.dumps(known))
    # two instances of two jobs
    (tmp_path / "wt2.txt").write_text(" 3 4\n 1 2\n 0 4\n 5 5\n 1 1\n 10 10\n")
    (tmp_path / "wtopt2.txt").write_text("3\n0\n")
    figures = optimizer.run(tmp_path, 0.5)
    assert figures["sizes"].keys() == {"2", "40"}
    forty = figures["sizes"]["40"]
    rows = {row["instance"]: row for row in figures["instances"]}
    ours = rows["joint-40"]["objective"]
    assert forty["of_best_known"] == round(ours / 364, 4)
    assert forty["first_come_of_ours"] == round(546 / ours, 4)
    assert forty["bound_of_lower_bound"] >= 1
    assert 0 <= forty["gap"] < 0.2
    # 3 slots first: late by 3 at 1, then by 3 at 2; 4 slots first: 0, then late by 7 at 1
    assert rows["wt2-1"]["objective"] == 7
    assert rows["wt2-1"]["of_best_known"] == round(7 / 3, 4)
    assert rows["wt2-2"]["of_best_known"] == 1
    # what something is to nothing is no number, and stays out of the mean
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_instances_of_our_own_can_be_served_and_are_always_the_same() -> None:
    made = instances.made(300, load=0.9, seed=5)
    assert made == instances.made(300, load=0.9, seed=5)
    assert made != instances.made(300, load=0.9, seed=6)
    assert Lacks(made).hopeless() == {}


def test_weighted_tardiness_is_a_queue() -> None:
    given = tardiness.problem([3, 4], [1, 2], [0, 4])
    assert queue.applies(modelling.build(given, LEFT_OUT).frame)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    asked = ["bench", "optimizer", "--instances", str(tmp_path / "none")]
    ended = CliRunner().invoke(main.app, asked)
    assert ended.exit_code == 2
    assert ended.stdout == ""


def test_an_instance_of_which_nothing_can_be_planned_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = json.loads(EXAMPLE.read_text()) | {"teams": []}
    (tmp_path / "idle.json").write_text(json.dumps(idle))
    with pytest.raises(typer.Exit) as left:
        optimizer.run(tmp_path, 0.1)
    assert left.value.exit_code == 2
    assert "idle: nothing of it can be planned." in capsys.readouterr().err
