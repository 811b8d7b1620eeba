"""What a calendar was asked before: kept until what is taken of a resource changes.

Calendars share it: an entry is never changed, only replaced.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from shared.contracts.values import Slot


class Beginnings:
    """When each of some resources can begin, one mask each, in the order they are preferred in."""

    def __init__(self, masks: list[int], *, also: int = 0, stale: frozenset[int] = frozenset()):
        self.masks = masks
        self.any = union(masks) | also
        self.stale = stale
        """The resources of which something has changed since."""
        self._first: dict[int, int] = {}

    def outdated(self, resources: Collection[int]) -> "Beginnings":
        """The same, which must be looked at again before it is used."""
        found = Beginnings.__new__(Beginnings)
        found.masks, found.any, found._first = self.masks, self.any, self._first
        found.stale = self.stale.union(resources)
        return found

    def first(self, cell: int) -> int | None:
        """The place in the order of the first one that can begin with a cell."""
        known = self._first.get(cell, -1)
        if known < 0:
            free = (place for place, mask in enumerate(self.masks) if mask >> cell & 1)
            known = self._first[cell] = next(free, len(self.masks))
        return known if known < len(self.masks) else None


class Several(Protocol):
    """What beginnings are kept for."""

    @property
    def ids(self) -> frozenset[int]:
        """The resources."""


@dataclass
class Asked:
    """What was found for one want: where all of it begins, without overtime and with, and slots
    that were made, by their first cells.
    """

    begins: dict[bool, int] = field(default_factory=dict)
    slots: dict[int, Slot] = field(default_factory=dict)


@dataclass
class Memo:
    """`single` by resource, `several` by what they are together, `always` whatever is taken.

    `asked` is by want, until anything changes.
    """

    single: dict[int, dict[Hashable, int]] = field(default_factory=dict)
    several: dict[tuple[Several, int, bool], Beginnings] = field(default_factory=dict)
    always: dict[Hashable, int] = field(default_factory=dict)
    asked: dict[Hashable, Asked] = field(default_factory=dict)

    def of(self, want: Hashable) -> Asked:
        """What was found for a want."""
        known = self.asked.get(want)
        if known is None:
            known = self.asked[want] = Asked()
        return known

    def kept(self, key: Hashable, make: Callable[[], int]) -> int:
        """What does not hang on what is taken, made once."""
        known = self.always.get(key)
        if known is None:
            known = self.always[key] = make()
        return known

    def forget(self, resources: Collection[int]) -> None:
        """What is taken of some resources has changed."""
        self.asked.clear()
        for each in resources:
            self.single.pop(each, None)
        for key, known in self.several.items():
            if hit := key[0].ids.intersection(resources):
                self.several[key] = known.outdated(hit)

    def without(self, resources: Collection[int]) -> "Memo":
        """Another one, that has forgotten some resources."""
        found = Memo(dict(self.single), dict(self.several), self.always)
        found.forget(resources)
        return found


def union(masks: Iterable[int]) -> int:
    """The cells of any."""
    together = 0
    for mask in masks:
        together |= mask
    return together
