"""What a device recorded without a link, applied to a case once the link is back.

The order of the device's own times is tried first; what cannot be yet is tried again after the
others, so that neither the order in which records come nor a wrong clock loses any. What still
cannot be is refused, each with its reason, and holds up no other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Json, Note, stamp
from shared.contracts.case import CaseEvent
from shared.errors import Refused

MOST_TURNS = 10
"""How often what could not be done is tried again: the steps of a container are fewer."""

What = TypeVar("What")


@dataclass(frozen=True)
class Sent(Generic[What]):
    """A record as a device sent it: the device's id for it and its time, and what was done."""

    id: UUID
    case_id: UUID
    at: datetime
    digest: str
    what: What


@dataclass(frozen=True)
class Settled:
    """What became of a case, the number of each record in its chain, and why others are refused."""

    change: Change
    applied: Mapping[UUID, int]
    refused: Mapping[UUID, Refused]


def apply(
    case: Case,
    sent: Iterable[Sent[What]],
    *,
    step: Callable[[Case, What], Change],
    device: str,
    skew_seconds: int,
) -> Settled:
    """Take every step that can be taken; `skew_seconds` is how far the device's clock was ahead."""
    waiting = sorted(sent, key=lambda each: (each.at, each.id))
    events: list[CaseEvent] = []
    notes: list[Note] = []
    applied: dict[UUID, int] = {}
    refused: dict[UUID, Refused] = {}
    for _ in range(MOST_TURNS):
        refused = {}
        for each in waiting:
            try:
                change = step(case, each.what)
            except Refused as why:
                refused[each.id] = why
                continue
            case = change.case
            said = _evidence(each, device=device, skew_seconds=skew_seconds)
            applied[each.id] = case.head.seq + len(notes) + 1
            events += change.events
            notes += _evident(change.notes, said)
        if len(refused) in (0, len(waiting)):
            break
        waiting = [each for each in waiting if each.id in refused]
    return Settled(Change(case, tuple(events), tuple(notes)), applied, refused)


def _evidence(sent: Sent[What], *, device: str, skew_seconds: int) -> dict[str, Json]:
    """The device's id for a record, and what a `Device` says of it."""
    said: dict[str, Json] = {
        "name": device,
        "at": stamp(sent.at),
        "skew_seconds": skew_seconds,
        "digest": sent.digest,
    }
    return {"id": str(sent.id), "device": said}


def _evident(notes: Sequence[Note], evidence: Mapping[str, Json]) -> Iterator[Note]:
    """The notes of a step, of which the first one carries the evidence."""
    first, *others = notes
    yield Note(first.kind, {**first.payload, **evidence})
    yield from others
