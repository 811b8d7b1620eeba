"""The kernel's machine code is never of other sources than those that are there."""

import shutil
import subprocess
import sys
from pathlib import Path

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


def test_warming_up_compiles_all_that_is_called() -> None:
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    assert done.stdout == ""
