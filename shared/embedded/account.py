"""The account that runs the servers.

PostgreSQL refuses to run as root. An ordinary user runs both servers as itself; root runs them as
the owner of the data that is already there, else as `postgres` where that account exists, else
as `nobody`.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.embedded import errors

PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root switches to."""

    name: str
    uid: int
    gid: int

    @property
    def owner(self) -> tuple[int, int]:
        """The ids as `os.chown` takes them."""
        return (self.uid, self.gid)

    def can(self, command: Sequence[str | Path]) -> bool:
        """Whether this account can run `command` to a good end (tried, not guessed from modes)."""
        try:
            done = subprocess.run(
                [str(part) for part in command],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                timeout=30,
            )
        except PermissionError:
            return False
        return done.returncode == 0


def choose(cluster: Path) -> Account | None:
    """Return the account that runs the servers of `cluster`; None means ourselves.

    Raises `NoAccount` if root may not switch (a container without CAP_SETUID).
    """
    if os.geteuid() != 0:
        return None
    account = _owner(cluster) or _preferred()
    if account is None or not account.can(["/bin/sh", "-c", "exit 0"]):
        raise errors.NoAccount
    return account


def _owner(cluster: Path) -> Account | None:
    if not cluster.exists():
        return None
    status = cluster.stat()
    if status.st_uid == 0:
        return None
    return Account(name=f"#{status.st_uid}", uid=status.st_uid, gid=status.st_gid)


def _preferred() -> Account | None:
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    return None


def give(path: Path, *, account: Account | None, mode: int = 0o700) -> None:
    """Make a directory that belongs to the account that runs the servers.

    Raises `FolderUnreachable` if that account cannot enter it.
    """
    path.mkdir(mode=mode, exist_ok=True)
    path.chmod(mode)
    if account is None:
        return
    os.chown(path, *account.owner)
    if not account.can(["/bin/sh", "-c", 'test -w "$0" && test -x "$0"', path]):
        raise errors.FolderUnreachable(account=account.name, path=path)
