"""An order for a plan: who asked for what, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.booking.optimizer.worth import CHECKED
from services.booking.planner.proposal import Item, Proposal
from services.booking.planner.recheck import Why
from shared.contracts.envelope import Fact
from shared.contracts.values import Instant

TRIES = 2
"""How often a plan is begun whose process ends in the middle."""


class Stage(StrEnum):
    """Where an order stands."""

    ASKED = "asked"
    RUNNING = "running"
    PROPOSED = "proposed"
    APPLIED = "applied"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (Stage.ASKED, Stage.RUNNING)


class Terms(Fact):
    """What is asked for. `days` from today on; `seconds` of search, wall time.

    With `replan`, confirmed slots that begin `freeze_minutes` (yard clock) or more from now may be
    moved, at most the share `most_moved` of them, each at `change_cost` CNY (None: what the
    weights say). With `apply`, the plan is applied as soon as it is made. With `advise`, it is said
    what would help most, which takes some more plans of as many seconds.
    """

    days: int
    seconds: float
    seed: int
    replan: bool
    most_moved: Decimal
    freeze_minutes: int
    change_cost: Decimal | None = None
    apply: bool = False
    advise: bool = False

    @property
    def longest(self) -> timedelta:
        """How long all its searches may take: the plan's, and those that try what would help."""
        return timedelta(seconds=self.seconds) * (1 + CHECKED if self.advise else 1)


class Left(Fact):
    """An item that was not applied, and why."""

    booking_id: UUID
    why: Why


class Applied(Fact):
    """What of a proposal was applied: the items, and those that no longer held."""

    at: Instant
    items: tuple[Item, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Order:
    """The value. `asked_at` on the yards' clock; `due_back` wall time: when its process has
    ended one way or the other. `failure` says what went wrong.
    """

    id: UUID
    yards: tuple[str, ...]
    terms: Terms
    asked_by: str
    asked_at: datetime
    stage: Stage = Stage.ASKED
    tries: int = 0
    due_back: datetime | None = None
    proposal: Proposal | None = None
    applied: Applied | None = None
    failure: str | None = None
