"""A booking: the one slot of one requirement, from the first request to its end.

`MOVES` is the whole state table; `acts` has a function for each act.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from services.booking.domain.line_refusals import TooManyBays
from services.booking.domain.parts import Want
from services.booking.domain.yard import Cargo, Window, Yard, window
from shared.contracts.values import AgencyNeed, BayKind, Slot, SlotWish


class Status(StrEnum):
    """Where a booking stands."""

    REQUESTED = "requested"
    HELD = "held"
    CONFIRMED = "confirmed"
    STARTED = "started"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    EXPIRED = "expired"


class Act(StrEnum):
    """What can be done to a booking. `book` is a slot confirmed without a hold before it."""

    REQUEST = "request"
    HOLD = "hold"
    PROLONG = "prolong"
    BOOK = "book"
    CONFIRM = "confirm"
    EXPIRE = "expire"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    MISS = "miss"
    START = "start"
    EXTEND = "extend"
    COMPLETE = "complete"
    END = "end"


WITHOUT_SLOT = (Status.REQUESTED, Status.EXPIRED, Status.MISSED, Status.CANCELLED)
WITH_SLOT = (Status.HELD, Status.CONFIRMED, Status.STARTED)
NOT_STARTED = (*WITHOUT_SLOT, Status.HELD, Status.CONFIRMED)

MOVES: Mapping[tuple[Status, Act], Status] = {
    **{(status, Act.REQUEST): Status.REQUESTED for status in (*WITHOUT_SLOT, Status.COMPLETED)},
    **{(status, Act.HOLD): Status.HELD for status in (*WITHOUT_SLOT, Status.HELD)},
    **{(status, Act.BOOK): Status.CONFIRMED for status in WITHOUT_SLOT},
    (Status.HELD, Act.PROLONG): Status.HELD,
    (Status.HELD, Act.CONFIRM): Status.CONFIRMED,
    (Status.HELD, Act.EXPIRE): Status.EXPIRED,
    (Status.HELD, Act.CANCEL): Status.CANCELLED,
    (Status.CONFIRMED, Act.CANCEL): Status.CANCELLED,
    (Status.CONFIRMED, Act.RESCHEDULE): Status.CONFIRMED,
    (Status.CONFIRMED, Act.MISS): Status.MISSED,
    **{(status, Act.START): Status.STARTED for status in NOT_STARTED},
    (Status.STARTED, Act.EXTEND): Status.STARTED,
    (Status.STARTED, Act.COMPLETE): Status.COMPLETED,
    **{(status, Act.END): Status.CANCELLED for status in NOT_STARTED},
}


@dataclass(frozen=True)
class Booking:
    """The value. Times are in UTC, on the yards' clock. `version` counts events.

    `required` is what the requirement's last revision needs; `only` are the agencies that the
    slot is for, if not all of them (the others have concluded, or could not be had). `yard` is
    the home yard, `window` the cargo's window there; `cargo` is None in a booking from before it
    was kept. `asked_at` is when it was opened, which is its rank in line. `slot` is the present
    or the last one; `bays` is how many bays at once are asked for now, which is not kept: None for
    as many as that has. `wanted` is False once the requirement needs no slot any more.
    """

    id: UUID
    requirement_id: UUID
    filing_id: UUID
    broker: str
    revision: int
    required: tuple[AgencyNeed, ...]
    bay_kind: BayKind
    yard: str
    window: Window
    wish: SlotWish
    asked_at: datetime
    cargo: Cargo | None = None
    status: Status = Status.REQUESTED
    version: int = 0
    only: tuple[str, ...] = ()
    slot: Slot | None = None
    held_until: datetime | None = None
    wanted: bool = True
    hold_extended: bool = False
    bays: int | None = None

    @property
    def needs(self) -> tuple[AgencyNeed, ...]:
        """The needs that the slot has to serve."""
        if not self.only:
            return self.required
        return tuple(need for need in self.required if need.agency in self.only)

    def window_in(self, yard: Yard) -> Window:
        """The cargo's window if it is inspected in that yard."""
        if self.cargo is None or yard.code == self.yard:
            return self.window
        return window(yard, self.cargo)

    @cached_property
    def want(self) -> Want:
        """What its slot must have."""
        has = 1 if self.slot is None else 1 + len(self.slot.beside)
        return Want(self.bay_kind, self.needs, self.bays or has)

    def asking(self, bays: int, *, pointer: str = "/slot/beside") -> "Booking":
        """The booking as it asks for so many bays at once. Raises TooManyBays."""
        containers = 1 if self.cargo is None else self.cargo.containers
        if bays > containers:
            raise TooManyBays(pointer=pointer, containers=containers)
        return replace(self, bays=bays)

    @property
    def taking(self) -> Slot | None:
        """The slot whose bay and teams it occupies now."""
        return self.slot if self.status in WITH_SLOT else None

    @property
    def seeking(self) -> bool:
        """Is a slot wanted that it does not have?"""
        return self.wanted and self.status in WITHOUT_SLOT and bool(self.needs)
