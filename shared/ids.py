"""Identifiers: UUIDv7, so that they sort by the time they were made.

Ids come into commands as an argument of type `Ids`; tests pass a counter.
"""

from collections.abc import Callable
from uuid import UUID

import uuid_utils.compat

Ids = Callable[[], UUID]


def uuid7() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    return uuid_utils.compat.uuid7()
