"""NATS with JetStream of an embedded instance: a user and password, loopback, limits, synced.

`sync_interval: always`, because JetStream otherwise syncs every two minutes and a power cut
takes with it what was acknowledged since.
"""

import json
import signal
import socket
import time
from hashlib import sha256
from pathlib import Path

from shared.embedded import account as accounts
from shared.embedded import errors, ports, process, runtime
from shared.embedded.account import Account
from shared.embedded.folder import Folder, write

USER = "onestop"
KEPT_AS = "nats"
"""The name of the file that keeps the password."""
READY_WITHIN = 60.0
MAX_STORE_MB = 8 * 1024
NEEDED_MB = 64
SHARE_OF_DISK = 2
"""JetStream may fill half of what is free: on a full disk its clients would see only time-outs,
at its own limit they get an error that says so, and publishing recovers."""

NO_SPACE = b"no space left"

QUIT: process.Goodbye = (signal.SIGTERM, 20.0)

CONFIG = """\
# Written at every start.
server_name: {name}
listen: "{host}:{port}"
pid_file: "{store}/nats.pid"
log_file: "{logs}/nats.log"
logfile_size_limit: 10MB
logfile_max_num: 5
logtime_utc: true

authorization {{ user: "{user}", password: "{password}", timeout: 5 }}

max_connections: 1000
max_payload: 1MB
max_pending: 64MB
max_control_line: 4KB
max_subscriptions: 10000
write_deadline: "10s"
ping_interval: "20s"
ping_max: 3

jetstream {{
  store_dir: "{store}"
  sync_interval: always
  max_file_store: {max_file_store}MB
  max_memory_store: 64MB
}}
"""


class Broker:
    """One JetStream store and the process that serves it."""

    def __init__(self, folder: Folder, *, account: Account | None) -> None:
        self.folder = folder
        self.account = account
        self.program = runtime.nats_server(folder, account=account)
        self.port = 0
        self.store_mb = 0
        self._server: process.Server | None = None
        self._log_read = 0
        self._was_full = False

    @property
    def url(self) -> str:
        """The address with user and password, for nats-py."""
        return f"nats://{USER}:{self.folder.secret(KEPT_AS)}@{ports.HOST}:{self.port}"

    @property
    def config(self) -> Path:
        """The configuration file (0600: it holds the password)."""
        return self.folder.nats / "nats.conf"

    @property
    def alive(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id; 0 if it was never started."""
        return self._server.pid if self._server else 0

    def start(self, port: int) -> None:
        """Start on `port` and wait until it takes connections, its streams recovered.

        Raises `ServerFailed`, `DiskFull`, `FolderUnreachable`.
        """
        self.end_orphans()
        accounts.give(self._store, account=self.account)
        self.port = port
        self._log_read = self._log.stat().st_size if self._log.exists() else 0
        self._was_full = False
        owner = self.account.owner if self.account else None
        write(self.config, self._configuration(), owner=owner)
        command: list[str | Path] = [self.program, "--config", self.config]
        try:
            with process.uninterrupted():
                self._server = process.spawn(command, account=self.account, output=self._output)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server, its store flushed. Harmless when stopped."""
        if self._server is not None:
            process.stop(self._server, goodbyes=(QUIT,))

    def wedged(self) -> bool:
        """Whether the disk was full and has space again: then only a new start helps.

        A stream keeps the error of its first failed write for as long as the server runs.
        """
        if not self._log.exists():
            return False
        with self._log.open("rb") as log:
            rotated = self._log.stat().st_size < self._log_read
            log.seek(0 if rotated else self._log_read)
            fresh = log.read()
            self._log_read = log.tell()
        self._was_full = self._was_full or NO_SPACE in fresh.lower()
        return self._was_full and self.folder.free_mb() >= NEEDED_MB

    @property
    def _log(self) -> Path:
        return self.folder.logs / "nats.log"

    @property
    def _store(self) -> Path:
        return self.folder.nats / "store"

    @property
    def _output(self) -> Path:
        return self.folder.logs / "nats-start.log"

    @property
    def _name(self) -> str:
        """Tells our server from another that took the port in the meantime."""
        return f"onestop_{sha256(str(self.folder.data).encode()).hexdigest()[:12]}"

    def _configuration(self) -> str:
        stored = sum(one.stat().st_size for one in self._store.rglob("*.blk"))
        room = self.folder.free_mb() + stored // 2**20
        reserved = sum(
            _max_bytes(each) for each in self._store.glob("jetstream/*/streams/*/meta.inf")
        )
        share = max(1, min(MAX_STORE_MB, room // SHARE_OF_DISK))
        self.store_mb = share
        return CONFIG.format(
            name=self._name,
            host=ports.HOST,
            port=self.port,
            store=self._store,
            logs=self.folder.logs,
            user=USER,
            password=self.folder.secret(KEPT_AS),
            # Never less than what the streams have been promised, or none can be changed any more.
            max_file_store=max(share, -(-reserved // 2**20)),
        )

    def _wait_until_ready(self) -> None:
        gives_up = time.monotonic() + READY_WITHIN
        while time.monotonic() < gives_up:
            if not self.alive:
                raise self._failure()
            if self._greets():
                return
            time.sleep(0.02)
        raise self._failure()

    def _greets(self) -> bool:
        """A server says `INFO {...}` to whoever connects, once JetStream has recovered."""
        try:
            with socket.create_connection((ports.HOST, self.port), timeout=1) as connection:
                line = connection.makefile("rb").readline()
        except OSError:
            return False
        if not line.startswith(b"INFO "):
            return False
        greeting = json.loads(line.removeprefix(b"INFO "))
        return bool(greeting["server_name"] == self._name and greeting.get("jetstream"))

    def end_orphans(self) -> None:
        """A server of ours is known by the configuration file on its command line."""
        ours = str(self.config)
        process.end_orphans(
            lambda _: True,
            belongs=lambda one: one.name().startswith("nats-server") and ours in one.cmdline(),
            goodbye=QUIT,
        )
        (self._store / "nats.pid").unlink(missing_ok=True)

    def _failure(self) -> errors.EmbeddedError:
        reason = process.last_lines(self._output) or process.last_lines(self._log) or "no message"
        if NO_SPACE in reason.lower().encode():
            return errors.DiskFull(data=self.folder.data, free_mb=self.folder.free_mb())
        return errors.ServerFailed(server="NATS", reason=reason, log=self._log)


def _max_bytes(meta: Path) -> int:
    """What a stream of the store has been promised; 0 if that cannot be read."""
    try:
        return max(0, int(json.loads(meta.read_bytes())["max_bytes"]))
    except (OSError, ValueError, KeyError):
        return 0
