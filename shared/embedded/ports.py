"""Which port a server listens on: the one asked for, or a free one. Loopback only."""

import errno
import socket
from collections.abc import Callable

from shared.embedded import errors

HOST = "127.0.0.1"
ATTEMPTS = 5


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as probe:
        # As the servers do: a connection of the last run in TIME_WAIT is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as refused:
            if refused.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def check(port: int, *, purpose: str, option: str) -> None:
    """Raise `PortTaken`, which names the option that chooses another port."""
    if not is_free(port):
        raise errors.PortTaken(port=port, purpose=purpose, option=option)


def pick() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def settle(start: Callable[[int], None], *, port: int | None, purpose: str, option: str) -> int:
    """Start a server on `port`, or on a free port when it is None; return the port.

    Between picking a free port and listening on it another program may take it: then the next
    one is tried. Raises `PortTaken` for a given port, and whatever `start` raises.
    """
    if port is not None:
        check(port, purpose=purpose, option=option)
        start(port)
        return port
    for _ in range(ATTEMPTS):
        picked = pick()
        try:
            start(picked)
        except errors.ServerFailed:
            if is_free(picked):
                raise
        else:
            return picked
    raise errors.PortTaken(port=picked, purpose=purpose, option=option)
