from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged; nothing is printed (structlog's own tracebacks take seconds each)."""
    context = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[context]) as entries:
        yield entries
