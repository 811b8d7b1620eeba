"""What led to what is being done now: carried along, never passed by hand.

The consumer loop and the HTTP edge set it; the outbox writes it into each envelope.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog


@dataclass(frozen=True)
class Cause:
    """The event or request that led here, and its W3C trace context."""

    id: str | None = None
    traceparent: str | None = None


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


def current() -> Cause:
    """The cause of what is being done now."""
    return _cause.get() or Cause()


@contextmanager
def caused_by(cause: Cause, **log_context: str) -> Iterator[None]:
    """Everything appended to the outbox inside was caused by `cause`."""
    token = _cause.set(cause)
    try:
        with structlog.contextvars.bound_contextvars(**log_context):
            yield
    finally:
        _cause.reset(token)
