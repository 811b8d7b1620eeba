"""Events of a booking: the one slot of one requirement. Owner: booking."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event
from shared.contracts.values import Instant, Said, Slot


class BookingEvent(Event):
    """Something happened to the booking of a requirement (one booking for its whole life)."""

    aggregate: ClassVar[str] = "booking"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: UUID
    requirement_id: UUID
    revision: int = Field(ge=1)


class BookingRequested(BookingEvent):
    """A slot is wanted between the cargo's availability and the end of free time."""

    name: ClassVar[str] = "requested"

    window_opens: Instant
    free_until: Instant


class BookingHeld(BookingEvent):
    """A slot is set aside until `held_until` (yard clock, UTC).

    `offered`: the request waited for it, and nobody asked for this very slot. `reason`: why a slot
    that was held already became this one unasked.
    """

    name: ClassVar[str] = "held"

    slot: Slot
    held_until: Instant
    offered: bool = False
    reason: Said | None = None


class BookingExpired(BookingEvent):
    """The hold ran out, or was taken back for a `reason`; a slot is wanted again."""

    name: ClassVar[str] = "expired"

    reason: Said | None = None


class BookingConfirmed(BookingEvent):
    """The slot is agreed."""

    name: ClassVar[str] = "confirmed"

    slot: Slot


class BookingRescheduled(BookingEvent):
    """The agreed slot was exchanged for another."""

    name: ClassVar[str] = "rescheduled"

    slot: Slot
    previous: Slot
    reason: Said


class BookingExchangeOffered(BookingEvent):
    """Another broker offers its slot for this booking's, which would get `instead` by that.

    `slot` is the one that it has, and keeps unless its own broker accepts.
    """

    name: ClassVar[str] = "exchange_offered"

    exchange_id: UUID
    slot: Slot
    instead: Slot


class BookingExchangeEnded(BookingEvent):
    """An offer of exchange is over: the booking's `own`, or another's that it was told of.

    `slot` is the one that it has, if it has one: nothing of that changes.
    """

    name: ClassVar[str] = "exchange_ended"

    exchange_id: UUID
    slot: Slot | None = None
    own: bool
    reason: Said


class BookingStarted(BookingEvent):
    """The container was opened in its bay."""

    name: ClassVar[str] = "started"

    slot: Slot
    started_at: Instant


class BookingExtended(BookingEvent):
    """A started booking got more minutes or another agency's team."""

    name: ClassVar[str] = "extended"

    slot: Slot
    reason: Said


class BookingCompleted(BookingEvent):
    """The bay and the teams are free again."""

    name: ClassVar[str] = "completed"

    completed_at: Instant


class BookingCancelled(BookingEvent):
    """The slot was given up. `rebookable`: the requirement still wants another."""

    name: ClassVar[str] = "cancelled"

    reason: Said
    rebookable: bool


class BookingMissed(BookingEvent):
    """The cargo did not come; the requirement still wants a slot."""

    name: ClassVar[str] = "missed"

    missed_at: Instant
