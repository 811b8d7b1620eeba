"""What brokers wish for beyond a slot that they are offered: any one in a stretch of time."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.values import Slot


@dataclass(frozen=True)
class Stretch:
    """Within which a slot is wished for (UTC); in these yards, or in all that serve the cargo."""

    opens: datetime
    closes: datetime
    yards: tuple[str, ...] = ()

    def holds(self, slot: Slot) -> bool:
        """Is a slot inside of it?"""
        here = not self.yards or slot.yard in self.yards
        return here and self.opens <= slot.starts and slot.ends <= self.closes
