"""What led to what is being done now: carried along, never passed by hand.

The consumer loop and the HTTP edge set it; the outbox writes it into each envelope.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

import structlog

from shared.telemetry import traces


@dataclass(frozen=True)
class Cause:
    """The event or request that led here, and its W3C trace context if it came with one.

    Of a request that is traced, `span` is its own, and `filings` gets those that it concerns.
    """

    id: str | None = None
    traceparent: str | None = None
    span: str | None = None
    filings: set[UUID] | None = None

    def traceparent_of(self, filing_id: UUID) -> str:
        """The `traceparent` of an event of that filing."""
        if self.filings is not None:
            self.filings.add(filing_id)
        return self.traceparent or traces.of_filing(filing_id, span=self.span)


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


def current() -> Cause:
    """The cause of what is being done now."""
    return _cause.get() or Cause()


@contextmanager
def caused_by(cause: Cause, **log_context: str) -> Iterator[None]:
    """Everything appended to the outbox inside was caused by `cause`."""
    token = _cause.set(cause)
    bound = structlog.contextvars.bind_contextvars(**log_context)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**bound)
        _cause.reset(token)
