"""The `onestop` program as somebody at a terminal runs it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import plain, servers

PATIENCE = 90.0
ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).parent / "onestop"
SEEDED = {
    "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEEDS": '{"test": "a secret of the tests alone"}',
    "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEED_ID": "test",
}
"""What `onestop serve` needs besides its servers."""


@dataclass(frozen=True)
class Command:
    """A command line, and what is set in its environment."""

    args: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """What became of a command: its exit code (None: killed after a minute) and what it said."""

    code: int | None
    out: str
    err: str
    seconds: float


def environment(**more: str) -> dict[str, str]:
    """This process's, without anything that is meant for `onestop`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONESTOP_")}
    return kept | {"NO_COLOR": "1", "COLUMNS": "200"} | more


def run_all(commands: Mapping[str, Command]) -> dict[str, Ended]:
    """Each command in a process of its own, one after the other."""
    asked = [{"args": list(each.args), "env": dict(each.env)} for each in commands.values()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e_cli.batch"],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=environment(),
        text=True,
    )
    ended = [Ended(**each) for each in json.loads(done.stdout)]
    return dict(zip(commands, ended, strict=True))


@dataclass
class Served:
    """A running `onestop up` or `onestop serve`, and what it has said."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        """Everything it wrote to stderr so far."""
        return self.log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """Where it says it answers."""
        found = re.search(r"answers at (http://\S+)", self.said)
        assert found, self.said
        return found[1]

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens it printed, by name."""
        return dict(re.findall(r"^  ([a-z.]+): (ey\S+)$", self.said, re.MULTILINE))

    def sees(self, path: Path) -> Path:
        """A path of its own file systems, as others reach it."""
        return Path(f"/proc/{self.process.pid}/root{path}")

    def wait_until_ready(self, status: str = "ready") -> None:
        """Until `/readyz` says this."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and self.process.poll() is None:
            if " answers at " in self.said and self._called() == status:
                return
            time.sleep(0.1)
        raise AssertionError(f"not {status}:\n{self.said}")

    def readiness(self) -> httpx.Response:
        """What `/readyz` answers. Raises httpx.HTTPError while nobody does."""
        host = "/".join(self.url.split("/")[:3])
        return httpx.get(f"{host}/readyz", timeout=5, trust_env=False, verify=plain.HTTP)

    def _called(self) -> str:
        try:
            return str(self.readiness().json()["status"])
        except httpx.HTTPError as away:
            return repr(away)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def serving(
    *args: str, log: Path, before: Sequence[str | Path] = (), **env: str
) -> Iterator[Served]:
    """The program for as long as the block runs; `before` is a command that ends in it."""
    with (
        log.open("wb") as told,
        subprocess.Popen(
            [*before, PROGRAM, *args], stdout=told, stderr=told, cwd=ROOT, env=environment(**env)
        ) as process,
    ):
        try:
            yield Served(process, log)
        finally:
            if process.poll() is None:
                process.terminate()


def with_small_disk(disk: Path, *, megabytes: int) -> list[str | Path]:
    """A command before another: that one sees a disk of this size at `disk`, and only that one.

    The disk is gone with the last process that sees it. Without root's rights it takes a user
    namespace.
    """
    ours = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    mount = f'mount -t tmpfs -o size={megabytes}m,mode=711 tmpfs "$0" && exec "$@"'
    return ["unshare", *ours, "--mount", "sh", "-c", mount, disk]


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for data, which the account that runs the database may pass."""
    with tempfile.TemporaryDirectory(prefix="onestop-cli-", dir=servers.root()) as made:
        Path(made).chmod(0o711)
        yield Path(made)
