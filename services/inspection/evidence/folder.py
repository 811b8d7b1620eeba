"""A vault in a local folder: a file is written beside, synced, then named; nothing half is seen."""

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from services.inspection.evidence.vault import EvidenceLost, VaultUnavailable
from shared import crash

NAME = re.compile(r"[0-9a-f]{64}")
FULL = (errno.ENOSPC, errno.EDQUOT)
BEGUN = "begun"
"""The folder of files that are being written."""


class Folder:
    """A vault in a folder of this machine, or one that all replicas share."""

    def __init__(self, place: Path) -> None:
        self.place = place

    async def keep(self, name: str, content: bytes) -> None:
        """See `Vault`. A full disk raises OSError, and leaves nothing behind."""
        await asyncio.to_thread(self._keep, name, content)

    async def read(self, name: str) -> bytes:
        """See `Vault`."""
        content = await asyncio.to_thread(self._read, name)
        if content is None or hashlib.sha256(content).hexdigest() != name:
            raise EvidenceLost(sha256=name)
        return content

    async def holds(self, name: str) -> bool:
        """See `Vault`."""
        return await asyncio.to_thread(self._holds, name)

    async def old(self, *, before: datetime) -> list[str]:
        """See `Vault`. What was begun before and never named goes."""
        return await asyncio.to_thread(self._old, before)

    async def drop(self, name: str) -> None:
        """See `Vault`."""
        with _reported():
            await asyncio.to_thread(self._of(name).unlink, missing_ok=True)

    def _of(self, name: str) -> Path:
        """Where a file is. Raises ValueError for what is no hash, whatever path it would be."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a SHA-256: {name!r}")
        return self.place / name[:2] / name

    def _keep(self, name: str, content: bytes) -> None:
        target = self._of(name)
        begun = self.place / BEGUN / str(uuid4())
        with _reported():
            for folder in (self.place, begun.parent, target.parent):
                _make(folder)
            try:
                with begun.open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                crash.at("evidence.written")
                begun.replace(target)
            except BaseException:
                begun.unlink(missing_ok=True)
                raise
            # The folder too: who made it may not have come to syncing its name.
            for folder in (target.parent, self.place):
                _sync(folder)

    def _read(self, name: str) -> bytes | None:
        with _reported():
            try:
                return self._of(name).read_bytes()
            except FileNotFoundError:
                return None

    def _holds(self, name: str) -> bool:
        with _reported():
            try:
                with self._of(name).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest() == name
            except FileNotFoundError:
                return False

    def _old(self, before: datetime) -> list[str]:
        with _reported():
            for path in self.place.glob(f"{BEGUN}/*"):
                if _is_older(path, before):
                    path.unlink(missing_ok=True)
            there = self.place.glob("[0-9a-f][0-9a-f]/*")
            return [
                each.name for each in there if NAME.fullmatch(each.name) and _is_older(each, before)
            ]


def _is_older(path: Path, before: datetime) -> bool:
    with suppress(FileNotFoundError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    return False


def _make(folder: Path) -> None:
    """Make a folder, whose name outlives a crash as well."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _reported() -> Iterator[None]:
    """What the disk refuses is said of the files, and not taken for the database's fault."""
    try:
        yield
    except OSError as failed:
        if failed.errno in FULL:
            raise
        raise VaultUnavailable from failed
