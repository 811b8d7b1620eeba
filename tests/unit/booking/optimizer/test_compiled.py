"""The kernel's machine code is never of other sources than those that are there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.booking.optimizer.kernel import compiled

FOLDER = "from services.booking.optimizer.kernel import compiled; print(compiled.cache_folder())"

COLD = """
from services.booking.optimizer import warm
from services.booking.optimizer.kernel import prices, queue, ruin, state
warm.run()
for module in (prices, queue, ruin, state):
    for name, each in vars(module).items():
        options = getattr(each, "targetoptions", {"forceinline": True})
        if not options.get("forceinline") and not each.signatures:
            print(name)
"""
"""Prints what Python can call and warming up has not compiled."""


def _folder(root: Path) -> str:
    """Where a copy of the sources keeps its machine code."""
    done = subprocess.run(
        [sys.executable, "-c", FOLDER], cwd=root, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(root)},
    )  # fmt: skip
    return Path(done.stdout.strip()).name


def test_a_change_in_any_file_of_the_kernel_is_compiled_anew(tmp_path: Path) -> None:
    kernel = tmp_path / "services/booking/optimizer/kernel"
    shutil.copytree(compiled.HERE, kernel, ignore=shutil.ignore_patterns("__pycache__"))
    for package in (kernel.parents[2], kernel.parents[1], kernel.parents[0]):
        (package / "__init__.py").touch()
    same = _folder(tmp_path)
    assert same == compiled.cache_folder().name
    masks = kernel / "masks.py"
    masks.write_text(masks.read_text() + "\n# changed\n")
    assert _folder(tmp_path) != same


def test_where_the_sources_are_read_only_each_process_has_a_copy_of_the_machine_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compiled, "HERE", tmp_path)
    beside = compiled.cache_folder()
    beside.mkdir(parents=True)
    (beside / "ruin.nbc").write_bytes(b"code")
    monkeypatch.setattr(os, "access", lambda *_: False)
    mine = compiled.cache_folder()
    assert mine.parent != beside.parent
    assert mine.parent.stat().st_mode & 0o777 == 0o700
    assert (mine / "ruin.nbc").read_bytes() == b"code"
    shutil.rmtree(mine.parent)


def test_warming_up_compiles_all_that_is_called() -> None:
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    assert done.stdout == ""
