"""Crash points: the named places at which a test may have its process killed.

Nothing can put a process in order after SIGKILL, so what a crash leaves behind is tried with that
signal, at each place where half of something is done. Off, a point costs one comparison. Only
`arm` switches one on; the command line calls it for `ONESTOP_CRASH_AT` and only in a process all
of whose addresses are this machine's own (`services.cli.crashing`).
"""

import os
import signal
from dataclasses import dataclass
from typing import Final

POINTS: Final = frozenset(
    {
        "outbox.appended",  # the event is written, its transaction not committed
        "database.committed",  # committed, and nobody has been told yet
        "relay.before_publish",  # a batch is read, nothing of it is sent
        "relay.before_mark",  # the broker has the batch, the outbox does not know
        "relay.after_mark",
        "inbox.claimed",  # the claim is written, the effect is not
        "inbox.applied",  # claim and effect are written, not committed
        "consumer.before_ack",  # committed, the broker does not know
        "consumer.after_ack",
        "evidence.written",  # a file is on the disk, not yet under its name
        "evidence.kept",  # the file is kept, its record is not written
        "webhooks.claimed",  # notices are ours for a while, nothing is sent
        "webhooks.before_mark",  # sent and answered, the database does not know
    }
)


@dataclass
class _Armed:
    point: str
    left: int


_armed: _Armed | None = None


def parse(spec: str) -> tuple[str, int]:
    """`point` or `point:n` as the point and on which pass of it the process dies, from 1 on.

    Raises ValueError for an unknown point or a number that is none.
    """
    point, colon, number = spec.partition(":")
    if point not in POINTS:
        raise ValueError(
            f"no crash point is named {point!r}; there are {', '.join(sorted(POINTS))}"
        )
    if colon and not (number.isascii() and number.isdigit() and int(number) > 0):
        raise ValueError(f"not a number of passes: {number!r}")
    return point, int(number or 1)


def arm(spec: str) -> None:
    """Have this process die at a point. Raises ValueError, see `parse`."""
    global _armed
    point, left = parse(spec)
    _armed = _Armed(point, left)


def at(point: str) -> None:
    """The process passes this point; it ends here if a test asked for that."""
    if _armed is not None and _armed.point == point:
        _armed.left -= 1
        if _armed.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
