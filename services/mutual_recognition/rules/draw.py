"""The random share: a draw that is fixed by a recorded seed, so that anyone can recompute it."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.filing import Consignment

SIDES = 10_000


@dataclass(frozen=True)
class Ticket:
    """What a draw hangs on: the id of the seed, and the key that is drawn for."""

    seed_id: str
    key: str


def key_of(consignment: Consignment, *, filing_id: UUID) -> str:
    """What is drawn for: the bill of lading, which stays when the cargo is filed anew.

    By whichever broker, and however the number is spaced. The filing's id, where an older
    declaration told no bill of lading or it has neither letter nor digit.
    """
    number = "".join(filter(str.isalnum, consignment.bill_of_lading or "")).upper()
    return f"bl/{number}" if number else str(filing_id)


def drawn(seed: bytes, *, key: str, table: str) -> int:
    """An integer from 0 to 9,999, the same whenever the same key is drawn for.

    HMAC-SHA256 keyed by the seed: who does not know the seed cannot foresee it, and neither
    amending nor withdrawing and filing anew draws again.
    """
    message = f"{key}:{table}".encode()
    return int.from_bytes(hmac.digest(seed, message, hashlib.sha256)) % SIDES
