"""PostgreSQL of an embedded instance: SCRAM, loopback, durable, its own account.

The wheel's programs are called directly: its `get_server()` adds a system user and trusts
everybody who reaches the socket.
"""

import errno
import os
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

from shared.embedded import account as accounts
from shared.embedded import errors, ports, process, runtime
from shared.embedded.account import Account
from shared.embedded.folder import Folder, sync, write

ADMIN = "postgres"
KEPT_AS = "postgres"
"""The name of the file that keeps the password."""
READY_WITHIN = 300.0
"""Seconds. Recovery after a crash replays up to `max_wal_size`; it usually takes one or two."""
NEEDED_MB = 256
MAJOR = "18"

FAST: process.Goodbye = (signal.SIGINT, 60.0)
IMMEDIATE: process.Goodbye = (signal.SIGQUIT, 10.0)

ITERATIONS = "1"
"""Of SCRAM's hash. More of them slow down those who guess a weak password; ours have 256 bits at
random, and our client took 2 ms of CPU for the usual 4,096, at each connection."""

SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "cluster_name": "onestop",
    "password_encryption": "scram-sha-256",
    "scram_iterations": ITERATIONS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    # A file for each hour of the day, written over a day later. No statement is logged with its
    # error: it holds what people declared.
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgres-%H.log",
    "log_rotation_age": "60",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class Postgres:
    """One database cluster and the process that serves it."""

    def __init__(self, folder: Folder, *, account: Account | None) -> None:
        self.folder = folder
        self.account = account
        self.programs = runtime.postgres(folder, account=account)
        self.port = 0
        self._server: process.Server | None = None

    @property
    def admin_url(self) -> str:
        """The superuser's address of the maintenance database, for SQLAlchemy with asyncpg."""
        return self.url("postgres", user=ADMIN, password=self.folder.secret(KEPT_AS))

    def url(self, database: str, *, user: str, password: str) -> str:
        """Return the address of a database for one role."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}"
        where = f"{ports.HOST}:{self.port}/{quote(database, safe='')}"
        return f"postgresql+asyncpg://{who}@{where}"

    @property
    def alive(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id; 0 if it was never started."""
        return self._server.pid if self._server else 0

    def start(self, port: int) -> None:
        """Start on `port` and wait until it takes connections, making the cluster if need be.

        Raises `ServerFailed`, `DiskFull`, `SecretMissing`, `FolderUnusable`,
        `FolderUnreachable`.
        """
        self.end_orphans()
        if self.folder.postgres.exists():
            self._check()
        else:
            self._create()
        self.port = port
        settings = SETTINGS | {"port": str(port), "log_directory": str(self.folder.logs)}
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder.postgres]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        try:
            with process.uninterrupted():
                self._server = process.spawn(command, account=self.account, output=self._output)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut down with a checkpoint; harder if that takes too long. Harmless when stopped."""
        if self._server is not None:
            process.stop(self._server, goodbyes=(FAST, IMMEDIATE))

    @property
    def _output(self) -> Path:
        return self.folder.logs / "postgres-start.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder.postgres / "postmaster.pid"

    def _check(self) -> None:
        if not self.folder.has_secret(KEPT_AS):
            path = self.folder.secrets / KEPT_AS
            raise errors.SecretMissing(data=self.folder.data, path=path)
        version = (self.folder.postgres / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            reason = f"its database is of PostgreSQL {version}, not {MAJOR} / 数据库版本不符"
            raise errors.FolderUnusable(data=self.folder.data, reason=reason)

    def _create(self) -> None:
        if self.folder.free_mb() < NEEDED_MB:
            raise errors.DiskFull(data=self.folder.data, free_mb=self.folder.free_mb())
        fresh = self.folder.data / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        accounts.give(fresh, account=self.account)
        password = self.folder.data / "postgres.password"
        owner = self.account.owner if self.account else None
        write(password, self.folder.secret(KEPT_AS), owner=owner)
        try:
            server = process.spawn(
                self._initdb(fresh, password), account=self.account, output=self._output
            )
            if server.wait() != 0:
                raise self._failure("initdb")
        finally:
            password.unlink()
        fresh.rename(self.folder.postgres)
        sync(self.folder.data)

    def _initdb(self, cluster: Path, password: Path) -> list[str | Path]:
        return [
            self.programs / "initdb",
            f"--pgdata={cluster}",
            f"--username={ADMIN}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            f"--set=scram_iterations={ITERATIONS}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ]

    def _wait_until_ready(self) -> None:
        """The last line of postmaster.pid says `ready`; so pg_ctl waits too."""
        gives_up = time.monotonic() + READY_WITHIN
        while time.monotonic() < gives_up:
            if not self.alive:
                raise self._failure("PostgreSQL")
            lines = self._pid_file.read_text().splitlines() if self._pid_file.exists() else []
            if len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        raise self._failure("PostgreSQL")

    def end_orphans(self) -> None:
        """Every process of PostgreSQL works in its cluster's folder; nothing else does.

        With none of them alive a postmaster.pid is stale, whoever has its number now.
        """
        cluster = str(self.folder.postgres)
        process.end_orphans(
            lambda orphan: "-D" in orphan.cmdline(),
            belongs=lambda one: one.name().startswith("postgres") and one.cwd() == cluster,
            goodbye=FAST,
        )
        self._pid_file.unlink(missing_ok=True)

    def _failure(self, server: str) -> errors.EmbeddedError:
        logs = [self._output, *self.folder.logs.glob("postgres-[0-9]*.log")]
        log = max((one for one in logs if one.exists()), key=lambda one: one.stat().st_mtime_ns)
        reason = process.last_lines(log) or "no message"
        if os.strerror(errno.ENOSPC) in reason:
            return errors.DiskFull(data=self.folder.data, free_mb=self.folder.free_mb())
        return errors.ServerFailed(server=server, reason=reason, log=log)
