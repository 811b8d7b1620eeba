"""`onestop plan`: an instance in, a plan and its figures out."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e_cli.program import PROGRAM, ROOT, Command, Ended, environment, run_all

README = (ROOT / "README.md").read_text(encoding="utf-8")
HERE = {"yard": "Y1", "shifts": [[0, 6], [8, 14]]}


def _instance() -> dict[str, Any]:
    """Three consignments for one bay: one for both agencies, one for quarantine alone."""
    common = {"home_yard": "Y1", "bay_kind": "plain", "wait_weight": 1, "late_weight": 2}
    return {
        "name": "small",
        "slot_minutes": 15,
        "slots_per_day": 8,
        "days": 2,
        "horizon": 16,
        "yards": ["Y1"],
        "bays": [{"id": "B1", "yard": "Y1", "kinds": ["plain"]}],
        "teams": [
            {"id": "C1", "agency": "customs", "skills": ["general"], **HERE},
            {"id": "Q1", "agency": "quarantine", "skills": ["food"], **HERE},
        ],
        "consignments": [
            {
                **common, "id": "F1", "requested": -3.5, "available": 0, "duration": 3, "due": 9,
                "customs_skill": "general", "quarantine_skill": "food", "move_cost": 9,
            },
            {
                **common, "id": "F2", "available": 1, "duration": 2, "due": 3,
                "quarantine_skill": "food",
            },
        ],
    }  # fmt: skip


def test_readme_shows_what_its_example_comes_to() -> None:
    shown = README.partition("$ .venv/bin/onestop plan ")[2].partition("```")[0].splitlines()
    ended = run_all({"shown": Command(("plan", *shown[0].split()))})["shown"]
    assert ended.code == 0, ended.err
    told = [line for line in ended.out.splitlines() if not line.startswith("seconds")]
    assert told == [line for line in shown[1:] if line and not line.startswith("seconds")]


def _plan(path: Path, *args: str) -> Command:
    return Command(("plan", str(path), "--turns", "5", "--json", *args))


def _figures(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out.splitlines()[-1])


def _instances() -> dict[str, dict[str, Any]]:
    """Good and bad ones, by what is tried with them."""
    good, lacking, idle, scarce = _instance(), _instance(), _instance(), _instance()
    lacking["consignments"][1]["bay_kind"] = "scan"
    idle["teams"] = []
    scarce["bays"] += [scarce["bays"][0] | {"id": "B2"}]
    wrong = _instance() | {"horizon": 15, "yards": ["Y2"], "slots_per_day": 0}
    crossed = _instance() | {"horizon": 15}
    crossed["bays"] += [crossed["bays"][0] | {"yard": "Y7"}, crossed["bays"][0] | {"id": "C1"}]
    crossed["consignments"][0]["customs_skill"] = 5
    crossed["consignments"][1]["_skill"] = "general"
    named = {"good": good, "lacking": lacking, "idle": idle, "scarce": scarce}
    return named | {"wrong": wrong, "crossed": crossed}


def test_plans_and_refusals_are_told(tmp_path: Path) -> None:
    files = _instances()
    paths = {name: tmp_path / f"{name}.json" for name in files}
    for name, path in paths.items():
        path.write_text(json.dumps(files[name]))
    paths["torn"] = tmp_path / "torn.json"
    paths["torn"].write_text(json.dumps(files["good"])[:200])
    out = tmp_path / "plan.json"
    booked, strange = tmp_path / "booked.json", tmp_path / "strange.json"
    kept = {"F1": {"start": 8, "yard": "Y1", "bay": "B1", "customs_team": "C1"}}
    kept["F1"]["quarantine_team"] = "Q1"
    booked.write_text(json.dumps(kept))
    strange.write_text(json.dumps({"F7": kept["F1"], "F8": {**kept["F1"], "start": "8"}}))
    nowhere = tmp_path / "none" / "plan.json"
    ended = run_all(
        {name: _plan(path) for name, path in paths.items()}
        | {
            "written": _plan(paths["good"], "--out", str(out)),
            "again": _plan(paths["good"], "--seed", "1"),
            "kept": _plan(paths["good"], "--keep", str(booked), "--move-at-most", "0"),
            "moved": _plan(paths["good"], "--keep", str(booked), "--change-cost", "2"),
            "advised": _plan(paths["scarce"], "--advise"),
            "hardly": _plan(paths["good"], "--keep", str(booked), "--change-cost", "1e-30"),
            "endless": _plan(paths["good"], "--turns", "1" + 400 * "0"),
            "strange": _plan(paths["good"], "--keep", str(strange)),
            "nowhere": _plan(paths["good"], "--out", str(nowhere)),
            "missing": _plan(tmp_path / "none.json"),
        }
    )
    _check_plan(ended, out)
    _check_bookings(ended)
    _check_advice(ended["advised"])
    _check_lacks(ended)
    _check_refusals(ended)


def _check_plan(ended: dict[str, Ended], out: Path) -> None:
    figures = _figures(ended["good"])
    # F1 waits 3 slots for F2; the other way round F2 would wait 2 and be 2 late, at 2 each
    assert figures["objective"] == figures["bound"] == 3
    assert (figures["gap"], figures["unscheduled"], figures["seed"]) == (0, 0, 1)
    assert {**figures, "seconds": 0} == {**_figures(ended["again"]), "seconds": 0}
    _figures(ended["written"])
    assert json.loads(out.read_text()) == {
        "F1": {
            "start": 3, "yard": "Y1", "bay": "B1", "customs_team": "C1", "quarantine_team": "Q1"
        },
        "F2": {"start": 1, "yard": "Y1", "bay": "B1", "quarantine_team": "Q1"},
    }  # fmt: skip


def _check_bookings(ended: dict[str, Ended]) -> None:
    kept, moved = _figures(ended["kept"]), _figures(ended["moved"])
    assert kept["objective"] == 8 + 2 * 2
    assert "moved" not in kept
    assert (moved["objective"], moved["moved"], moved["broken"]) == (3 + 2, 1, 0)
    assert _figures(ended["hardly"])["objective"] == 3


def _check_advice(ended: Ended) -> None:
    (told,) = _figures(ended)["helps"]
    assert (told["like"], told["saved"]) == ("Q1", 3)
    assert told["worth"] > 0
    assert "one more like Q1 saves 3 CNY" in ended.err


def _check_lacks(ended: dict[str, Ended]) -> None:
    figures = _figures(ended["lacking"])
    assert (figures["objective"], figures["unscheduled"]) == (100_000, 1)
    assert "F2: No yard has a bay of kind scan. Add a bay of kind scan." in ended["lacking"].err
    assert "F2：没有任何查验场设有 scan 类查验位。" in ended["lacking"].err
    assert ended["idle"].code == 1
    assert ended["idle"].out == ""
    assert "Put a team of customs with general on the roster." in ended["idle"].err


def _check_refusals(ended: dict[str, Ended]) -> None:
    assert ended["endless"].code == 2
    assert "--turns" in ended["endless"].err
    for name in ("wrong", "crossed", "torn", "missing", "nowhere", "strange"):
        assert ended[name].code == 2, (name, ended[name].err)
        assert "mend:" in ended[name].err
        assert "办法：" in ended[name].err
        assert "Traceback" not in ended[name].err
    assert "/slots_per_day" in ended["wrong"].err
    assert "/F8/start" in ended["strange"].err
    crossed = ended["crossed"].err
    pointers = ("/horizon", "/bays/1/yard", "/consignments/0/customs_skill")
    told = ("/bays: B1 is there 2 times.", "/teams: C1 is a bay too.", "/consignments/1/_skill")
    for pointer in (*pointers, *told):
        assert pointer in crossed


def test_a_plan_is_written_as_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    path, out = tmp_path / "instance.json", tmp_path / "plan.json"
    abroad = _instance()
    abroad["consignments"][0]["id"] = "货1"
    path.write_text(json.dumps(abroad))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    asked = [str(PROGRAM), *_plan(path, "--out", str(out)).args]
    env = environment(**ascii_only)
    done = subprocess.run(asked, capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(out.read_bytes())) == {"货1", "F2"}


def test_what_does_not_fit_into_memory_is_told(tmp_path: Path) -> None:
    path, vast = tmp_path / "instance.json", _instance() | {"slots_per_day": 1000}
    vast |= {"horizon": 100_000, "yards": [f"Y{i}" for i in range(1, 21)]}
    vast["teams"][1]["shifts"] = [[0, 100_000]]
    common = vast["consignments"][1]
    vast["consignments"] = [common | {"id": str(i), "duration": i} for i in range(1, 200)]
    path.write_text(json.dumps(vast))
    limited = f'ulimit -v 4000000; exec {PROGRAM} plan "$0" --turns 1'
    asked = ["sh", "-c", limited, str(path)]
    done = subprocess.run(asked, capture_output=True, env=environment(), check=False, text=True)
    assert done.returncode == 2, done.stderr
    assert "shorter horizon" in done.stderr
    assert "Traceback" not in done.stderr
