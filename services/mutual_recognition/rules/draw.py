"""The random share: a draw that is fixed by a recorded seed, so that anyone can recompute it."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from shared import spelling
from shared.contracts.filing import Consignment

SIDES = 10_000


@dataclass(frozen=True)
class Ticket:
    """What a draw hangs on: the id of the seed, and the key that is drawn for.

    `further` seeds draw too: what the first one draws is known to all once it was revealed.
    """

    seed_id: str
    key: str
    further: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[str, ...]:
        """All seeds that draw, the first one first."""
        return (self.seed_id, *self.further)


def key_of(consignment: Consignment, *, filing_id: UUID) -> str:
    """What is drawn for: the bill of lading, which stays when the cargo is filed anew.

    By whichever broker, and however the number is spaced or spelled. The filing's id, where an
    older declaration told no bill of lading or it has neither letter nor digit.
    """
    number = spelling.characters(consignment.bill_of_lading or "")
    return f"bl/{number}" if number else str(filing_id)


def committed(seed: bytes) -> str:
    """What is published of a seed before anything is drawn by it: its SHA-256, in hex."""
    return hashlib.sha256(seed).hexdigest()


def of_period(secret: bytes, *, standing: bytes) -> bytes:
    """The seed of a period: of a secret in the database and of the standing seed in the settings.

    Who has read one of them alone foresees nothing.
    """
    return hmac.digest(standing, secret, hashlib.sha256)


def drawn(seed: bytes, *, key: str, table: str) -> int:
    """An integer from 0 to 9,999, the same whenever the same key is drawn for.

    HMAC-SHA256 keyed by the seed: who does not know the seed cannot foresee it, and neither
    amending nor withdrawing and filing anew draws again.
    """
    message = f"{key}:{table}".encode()
    return int.from_bytes(hmac.digest(seed, message, hashlib.sha256)) % SIDES
