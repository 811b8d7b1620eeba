"""A bus that behaves badly, in memory: for the model of the whole town alone.

It promises what the real one promises, and no more: what was told is delivered at least once in
the end, in any order, as often as it likes. What the real inbox promises is here too: an old event
is dropped, the next one is applied, an event after a gap comes again later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shared.contracts import catalogue
from shared.contracts.envelope import Event

FOLLOWERS = {each.name: each.consumers for each in catalogue.CATALOGUE}


class Place(StrEnum):
    """Where an event stands in the order of its aggregate."""

    OLD = "old"
    NEXT = "next"
    AFTER_A_GAP = "after_a_gap"


@dataclass(frozen=True)
class Message:
    """One event on its way, under the version of its aggregate."""

    event: Event
    version: int

    @property
    def key(self) -> tuple[str, UUID]:
        """The aggregate that tells it."""
        return self.event.aggregate, self.event.subject


def place(seen: int, version: int) -> Place:
    """What the inbox says of a version when `seen` was the last one it applied."""
    if version <= seen:
        return Place.OLD
    return Place.NEXT if version == seen + 1 else Place.AFTER_A_GAP


Apply = Callable[[str, Event], None]


@dataclass
class Bus:
    """All that was told, what of it is on its way to whom, and how far each consumer is."""

    apply: Apply
    told: list[Message] = field(default_factory=list)
    versions: dict[tuple[str, UUID], int] = field(default_factory=dict)
    waiting: dict[str, list[Message]] = field(default_factory=dict)
    lost: list[tuple[str, Message]] = field(default_factory=list)
    seen: dict[tuple[str, tuple[str, UUID]], int] = field(default_factory=dict)

    def publish(self, events: Sequence[Event], *, version: int) -> None:
        """Tell events of one aggregate; `version` is the aggregate's after them."""
        for number, event in enumerate(events, start=version - len(events) + 1):
            wired = type(event).model_validate_json(event.model_dump_json())
            message = Message(wired, number)
            before = self.versions.get(message.key, 0)
            assert number == before + 1, f"{event.type()} has version {number} after {before}"
            self.versions[message.key] = number
            self.told.append(message)
            self._send(message)

    def _send(self, message: Message) -> None:
        for consumer in FOLLOWERS[message.event.aggregate]:
            self.waiting.setdefault(consumer, []).append(message)

    def on_their_way(self) -> list[tuple[str, int]]:
        """Every delivery that could be made now: the consumer and its place in the queue."""
        queues = sorted(self.waiting.items())
        return [(consumer, index) for consumer, queue in queues for index in range(len(queue))]

    def deliver(self, consumer: str, index: int = 0, *, keep: bool = False) -> None:
        """Deliver one message, out of turn perhaps; `keep` leaves it there to come once more."""
        queue = self.waiting[consumer]
        message = queue[index] if keep else queue.pop(index)
        mark = (consumer, message.key)
        found = place(self.seen.get(mark, 0), message.version)
        if found is Place.NEXT:
            self.seen[mark] = message.version
            self.apply(consumer, message.event)
        elif found is Place.AFTER_A_GAP and not keep:
            queue.append(message)

    def lose(self, consumer: str, index: int) -> None:
        """Lose one message; only sending it again brings it back."""
        self.lost.append((consumer, self.waiting[consumer].pop(index)))

    def send_again(self, *, everything: bool) -> None:
        """Send what was lost again, or all that was ever told."""
        if everything:
            for message in self.told:
                self._send(message)
        else:
            for consumer, message in self.lost:
                self.waiting[consumer].append(message)
        self.lost.clear()

    def catch_up(self, consumer: str) -> None:
        """Deliver once whatever waits for a consumer now."""
        for _ in range(len(self.waiting.get(consumer, ()))):
            self.deliver(consumer)

    def quiet(self) -> None:
        """Deliver everything, whatever follows from it included."""
        self.send_again(everything=False)
        while pending := [consumer for consumer, queue in self.waiting.items() if queue]:
            before = (len(self.told), dict(self.seen))
            for consumer in pending:
                self.catch_up(consumer)
            stuck = before == (len(self.told), self.seen) and any(self.waiting.values())
            assert not stuck, f"events wait for ever: {self.waiting}"
