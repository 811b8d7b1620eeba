"""Starting and ending the server processes.

A server gets a session of its own, so that Ctrl-C reaches `onestop` alone, which ends its
services before their servers. Nothing ties a server's life to ours: PR_SET_PDEATHSIG is lost when
the uid changes and setting it needs code between fork and exec, which is unsafe with threads.
Servers whose `onestop` was killed are found and stopped at the next start on their folder.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from shared.embedded.account import Account

Server = subprocess.Popen[bytes]

Goodbye = tuple[signal.Signals, float]
"""A signal, and the seconds it may take to be heeded."""


def spawn(command: Sequence[str | Path], *, account: Account | None, output: Path) -> Server:
    """Run `command` with a bare environment; both its outputs go to the file `output`."""
    # The folder of the logs belongs to the servers' account: never follow a link it made there.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(output, flags, 0o600)
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        os.close(descriptor)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let SIGINT and SIGTERM take effect at the end of the block: then it is known what it began.

    Elsewhere than in the main thread nothing is interrupted by them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    both = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, lambda number, _: came.append(number)) for each in both}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for told in came:
            signal.raise_signal(told)


def stop(server: Server, *, goodbyes: Sequence[Goodbye]) -> None:
    """Send each signal in turn until the server has ended; at last kill it."""
    for number, patience in goodbyes:
        if server.poll() is not None:
            return
        server.send_signal(number)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if server.poll() is None:
        server.kill()
        server.wait()


def end_orphans(
    is_main: Callable[[psutil.Process], bool],
    *,
    belongs: Callable[[psutil.Process], bool],
    goodbye: Goodbye,
) -> list[int]:
    """End what a killed `onestop` left behind; return the process ids.

    `belongs` tells a server's processes from all others by what they are, never by a number in a
    pid file, which may meanwhile be another program's. Those for which `is_main` holds are asked
    to end and take the others with them; what is left after the time of `goodbye` is killed.
    """
    left = [process for process in psutil.process_iter() if _holds(belongs, process)]
    number, patience = goodbye
    for process in left:
        if _holds(is_main, process):
            _signal(process, number)
    _, alive = psutil.wait_procs(left, timeout=patience)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)
    return [process.pid for process in left]


def _holds(question: Callable[[psutil.Process], bool], process: psutil.Process) -> bool:
    try:
        return question(process)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def last_lines(log: Path, *, count: int = 6) -> str:
    """Return the end of a log, for an error message; empty if there is none."""
    if not log.is_file():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines[-count:] if line.strip())
