"""The random share: a draw that is fixed by a recorded seed, so that anyone can recompute it."""

import hashlib
import hmac
from uuid import UUID

SIDES = 10_000


def drawn(seed: bytes, *, filing_id: UUID, table: str) -> int:
    """An integer from 0 to 9,999, the same for every version of a filing.

    HMAC-SHA256 keyed by the seed: who does not know the seed cannot foresee it, and amending a
    filing does not draw again.
    """
    message = f"{filing_id}:{table}".encode()
    return int.from_bytes(hmac.digest(seed, message, hashlib.sha256)) % SIDES
