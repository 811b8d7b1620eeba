"""How the kernel is compiled, and where the machine code is kept.

numba keeps what it compiled beside the source, and compiles again when that file changes, but not
when a file changes that it imports. So the code is kept in a folder named by a digest of all of
the kernel's files: no stale code is ever run. Where that folder is read-only, as in an image, it
is copied for each process.

`_nrt=False` leaves out the counting of references: the kernel allocates nothing, and with it a
call costs ten times as much. `forceinline` spares the copying of a frame's arrays at each call.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numba
from numba import njit

HERE = Path(__file__).parent


def cache_folder() -> Path:
    """Where the machine code of exactly these sources and this numba is kept."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.read_bytes())
    beside = HERE / "__pycache__" / digest.hexdigest()[:16]
    if os.access(HERE, os.W_OK):
        return beside
    if beside.exists():
        return _copied(beside)
    # numba unpickles what it finds: a folder of everybody's would let others choose the code
    return Path.home() / ".cache" / "onestop" / beside.name


def _copied(beside: Path) -> Path:
    """For this process alone: numba takes machine code only from where it may write."""
    mine = Path(tempfile.mkdtemp(prefix="onestop-kernel-"))
    atexit.register(shutil.rmtree, mine, ignore_errors=True)
    shutil.copytree(beside, mine / beside.name)
    return mine / beside.name


config: Any = numba.config
config.CACHE_DIR = str(cache_folder())

_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}

inner: Any = njit(**_OPTIONS, forceinline=True)
"""A part of the kernel that is called from the kernel."""

entry: Any = njit(**_OPTIONS)
"""What Python calls; it runs without the interpreter's lock."""
