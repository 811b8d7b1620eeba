"""Each company's turns at what takes a while: some at a time, the others wait for these alone."""

from asyncio import Semaphore
from weakref import WeakValueDictionary


class Turns:
    """`async with turns.of(organisation)`: at most `each` of one organisation are under way."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._of: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    def of(self, organisation: str) -> Semaphore:
        """Forgotten once nobody of the organisation has a turn or waits for one."""
        known = self._of.get(organisation)
        if known is None:
            known = self._of[organisation] = Semaphore(self._each)
        return known
