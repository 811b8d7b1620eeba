"""The folder of evidence: nothing half is ever seen in it, and nobody leads it astray."""

import asyncio
import errno
import hashlib
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.inspection.evidence import folder as module
from services.inspection.evidence.folder import BEGUN, Folder
from services.inspection.evidence.vault import EvidenceLost, VaultUnavailable
from tests.e2e_cli.program import with_small_disk

CONTENT = b"a picture"
NAME = hashlib.sha256(CONTENT).hexdigest()
KEEP = """
import asyncio, hashlib, sys
from pathlib import Path
from services.inspection.evidence.folder import Folder
from shared import crash
if sys.argv[2]:
    crash.arm(sys.argv[2])
content = bytes(int(sys.argv[3]))
try:
    asyncio.run(Folder(Path(sys.argv[1])).keep(hashlib.sha256(content).hexdigest(), content))
except OSError as failed:
    print(failed.errno)
print(*(each.name for each in Path(sys.argv[1]).rglob("*") if each.is_file()))
"""


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def test_a_file_is_read_as_it_was_kept_and_keeping_it_again_changes_nothing(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path / "evidence")
    for _ in range(2):
        await folder.keep(NAME, CONTENT)
    assert await folder.read(NAME) == CONTENT
    assert await folder.holds(NAME)
    assert len(_files(tmp_path)) == 1


async def test_a_file_that_was_changed_or_taken_away_is_not_given_out(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    await folder.keep(NAME, CONTENT)
    (path,) = _files(tmp_path)
    path.write_bytes(b"A picture")
    assert not await folder.holds(NAME)
    with pytest.raises(EvidenceLost):
        await folder.read(NAME)
    path.unlink()
    assert not await folder.holds(NAME)
    with pytest.raises(EvidenceLost):
        await folder.read(NAME)


@pytest.mark.parametrize("name", ["../" * 9 + "etc/passwd", "/etc/passwd", "", "..", NAME.upper()])
async def test_a_name_is_a_hash_and_never_a_path(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path / "evidence")
    for done in (folder.keep(name, CONTENT), folder.read(name), folder.drop(name)):
        with pytest.raises(ValueError, match="not a SHA-256"):
            await done
    assert _files(tmp_path) == []


async def test_old_files_are_listed_and_what_was_never_finished_goes(tmp_path: Path) -> None:
    folder, now = Folder(tmp_path), datetime.now(UTC)
    await folder.keep(NAME, CONTENT)
    half = tmp_path / BEGUN / "half"
    half.write_bytes(b"a pic")
    assert await folder.old(before=now - timedelta(hours=1)) == []
    assert half.exists()
    assert await folder.old(before=now + timedelta(hours=1)) == [NAME]
    assert not half.exists()
    await folder.drop(NAME)
    await folder.drop(NAME)
    assert _files(tmp_path) == []


async def test_a_folder_that_cannot_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("no folder")
    folder = Folder(tmp_path / "evidence")
    for done in (folder.keep(NAME, CONTENT), folder.read(NAME)):
        with pytest.raises(VaultUnavailable):
            await done


def _keep(folder: Path, *, point: str = "", size: int = 9, small: bool = False) -> tuple[int, str]:
    before = with_small_disk(folder, megabytes=1) if small else []
    command = [*before, sys.executable, "-c", KEEP, folder, point, str(size)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert small or not done.stderr
    return done.returncode, done.stdout


def test_a_process_that_dies_while_it_writes_leaves_no_file_under_its_name(
    tmp_path: Path,
) -> None:
    assert _keep(tmp_path, point="evidence.written") == (-signal.SIGKILL, "")
    (left,) = _files(tmp_path)
    assert left.parent.name == BEGUN
    assert asyncio.run(Folder(tmp_path).old(before=datetime.now(UTC) + timedelta(hours=1))) == []
    assert _files(tmp_path) == []


def test_on_a_full_disk_nothing_half_is_left(tmp_path: Path) -> None:
    assert _keep(tmp_path, size=2 * 2**20, small=True) == (0, f"{errno.ENOSPC}\n\n")


async def test_the_name_of_each_folder_is_synced_whoever_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "evidence"
    synced: list[Path] = []
    monkeypatch.setattr(module, "_sync", synced.append)
    await Folder(place).keep(NAME, CONTENT)
    assert tmp_path in synced
    synced.clear()
    await Folder(place).keep(NAME, CONTENT)
    assert {place, place / NAME[:2]} <= set(synced)
