"""What a device recorded without a link, applied to a case once the link is back.

The order of the device's own times is tried first; what cannot be yet is tried again after the
others, so that neither the order in which records come nor a wrong clock loses any. What still
cannot be is refused, each with its reason, and holds up no other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Json, Note, stamp
from shared import errors
from shared.contracts.case import CaseEvent
from shared.errors import Refused

MOST_TURNS = 10
"""How often what could not be done is tried again: the steps of a container are fewer."""

GRACE = timedelta(seconds=5)
"""A device may read its clock for a batch before it makes the last record of it."""

What = TypeVar("What")
Name: TypeAlias = tuple[UUID, str]
"""A record's id, and the digest of all else that it says."""


class MadeAfterSending(errors.Invalid):
    """By the device's own clock this record was made after it was sent."""

    zh = "按设备自身的时钟，该记录的时间晚于其发送时间。"
    mend = "Set the device's clock right, and correct the record's time; then send it again."
    mend_zh = "请校准设备时钟并更正记录的时间，然后重新发送。"


Step: TypeAlias = Callable[[Case, Sequence[What]], Change]
"""Takes a step, or several that are `Together`. Raises Refused if one of them cannot be."""
Together: TypeAlias = Callable[[What, What], bool]
"""Whether two steps in a row may be one, which changes nothing that others of them look at and
notes each once."""


class Sent(NamedTuple, Generic[What]):
    """A record as a device sent it: the device's id for it and its time, and what was done."""

    id: UUID
    case_id: UUID
    at: datetime
    digest: str
    what: What

    @property
    def name(self) -> Name:
        """What tells it from another record, of the same id as well."""
        return self.id, self.digest

    def made_after(self, sent_at: datetime) -> bool:
        """Whether it cannot have been sent then: both times are of the device's clock."""
        return self.at > sent_at + GRACE


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
    step: Step[What],
    together: Together[What],
    device: str,
    skew_seconds: int,
) -> Settled:
    """Take every step that can be taken; `skew_seconds` is how far the device's clock was ahead."""
    waiting = sorted(sent, key=lambda each: (each.at, each.id.int))
    course = _Course(case, step, device, skew_seconds)
    refused: dict[UUID, Refused] = {}
    for _ in range(MOST_TURNS):
        refused = {}
        for run in _runs(waiting, together):
            refused |= course.take(run)
        if len(refused) in (0, len(waiting)):
            break
        waiting = [each for each in waiting if each.id in refused]
    change = Change(course.case, tuple(course.events), tuple(course.notes))
    return Settled(change, course.applied, refused)


def _runs(
    waiting: Iterable[Sent[What]], together: Together[What]
) -> Iterator[Sequence[Sent[What]]]:
    """The steps in their order, those that are neighbours and may be taken as one together."""
    run: list[Sent[What]] = []
    for each in waiting:
        if run and not together(run[-1].what, each.what):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


@dataclass
class _Course(Generic[What]):
    """A case as far as a device's steps have brought it."""

    case: Case
    step: Step[What]
    device: str
    skew_seconds: int
    events: list[CaseEvent] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    applied: dict[UUID, int] = field(default_factory=dict)

    def take(self, run: Sequence[Sent[What]]) -> dict[UUID, Refused]:
        """Take steps as one, or each by itself if one of them is refused; those that are."""
        try:
            change = self.step(self.case, [each.what for each in run])
        except Refused as why:
            if len(run) == 1:
                return {run[0].id: why}
            return {name: why for each in run for name, why in self.take([each]).items()}
        self.case = change.case
        self.events += change.events
        noted = [change.notes] if len(run) == 1 else [(each,) for each in change.notes]
        for sent, notes in zip(run, noted, strict=True):
            self.applied[sent.id] = self.case.head.seq + len(self.notes) + 1
            evidence = _evidence(sent, device=self.device, skew_seconds=self.skew_seconds)
            self.notes += _evident(notes, evidence)
        return {}


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
