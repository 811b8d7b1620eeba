"""Logs: one JSON object a line on stderr, for our own events and for every library's.

Each line has `time` (UTC, ISO 8601), `level`, `logger`, `event`, and where bound by
`structlog.contextvars` the `service`, `correlation_id` (the filing) and `request_id`. Give uvicorn
`log_config=None`, or it installs handlers of its own.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.telemetry import redaction

# Libraries that say at INFO what we say better, or that name full addresses.
QUIET = ("httpx", "httpcore", "sqlalchemy.engine", "asyncio", "alembic")
TAKEN_OVER = ("uvicorn", "uvicorn.error", "uvicorn.access")


def configure(level: str, *, json: bool = True) -> None:
    """Sends all logs to stderr, from `level` ('DEBUG' .. 'CRITICAL') up; call it once, at start.

    `json=False` writes coloured lines for a developer's terminal. Raises `ValueError` for an
    unknown level.
    """
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ValueError(f"log level {level!r}: choose one of {', '.join(known)}")
    steps = _steps()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *steps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(steps, json=json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(known[level.upper()])
    logging.captureWarnings(capture=True)
    _take_over()


def _take_over() -> None:
    for name in TAKEN_OVER:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Our own request line replaces uvicorn's, which has the raw path.
    logging.getLogger("uvicorn.access").propagate = False
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _steps() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # text without local variables
        redact,
    ]


def _formatter(steps: list[Processor], *, json: bool) -> logging.Formatter:
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    last: Processor = structlog.processors.JSONRenderer() if json else plain
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=steps,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog step that keeps secrets out. structlog's own keys (`_...`) are left alone."""
    own: dict[str, Any] = {key: value for key, value in event.items() if key.startswith("_")}
    rest = {key: value for key, value in event.items() if not key.startswith("_")}
    return {**redaction.fields(rest), **own}
