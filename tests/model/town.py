"""The whole town in memory: four services, their bus, one clock, and a small yard."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from services.booking import seeding, yardbook
from services.booking.commands import sweep
from services.booking.commands import waiting as in_line
from services.booking.commands.turn import Turn
from services.booking.domain.booking import WITHOUT_SLOT, Booking, Status
from services.booking.domain.yard import Yard
from services.declaration.domain import filing as filings
from services.declaration.domain.content import Content
from services.inspection.domain import waiting
from shared.contracts.envelope import Event
from shared.contracts.values import SlotWish
from tests import factories
from tests.e2e.town import GOODS
from tests.model import cores
from tests.model.bus import Bus
from tests.model.cores import Told
from tests.model.yard_rows import Rows
from tests.unit.booking.made import DATA
from tests.unit.declaration import made

Sweep = Callable[..., Awaitable[None]]

TRUSTED = factories.uscc(4)
BAYS = ("P01", "P02")
TEAMS = ("C07", "C15", "Q07", "Q15")
"""Two of each agency that can do everything, one in each shift: they are soon scarce."""


@cache
def small_yard() -> Yard:
    """The default yard with few places and few teams."""
    document = json.loads(DATA.read_text(encoding="utf-8"))["yards"][0]
    few = {
        "bays": [each for each in document["bays"] if each["code"] in BAYS],
        "teams": [each for each in document["teams"] if each["code"] in TEAMS],
    }
    row = {**document, "name_zh": document["name"]["zh"], "name_en": document["name"]["en"]}
    return yardbook.yard_of(row, list(seeding.resource_rows({**document, **few}, first=1)))


@cache
def goods(kind: str) -> Content:
    """A filing's content that the founding rules give that mode: two goods lines, one of them in
    two of the three containers.
    """
    consignee = {"uscc": TRUSTED, "name": "青岛守信有限公司"}
    return made.content(
        arrival=(factories.NOW - timedelta(hours=6)).isoformat(),
        net_kg="2000",
        gross_kg="2100",
        lines=[factories.line(number, **GOODS[kind]) for number in (1, 2)],
        containers=[
            factories.container(serial, lines=lines)
            for serial, lines in enumerate(([1], [2], [2]), 1)
        ],
        **({"consignee": consignee} if kind == "recognition" else {}),
    )


class Hand:
    """A clock that is moved by hand, the same on the wall and in the yard."""

    factor = Decimal(1)

    def __init__(self, now: datetime) -> None:
        self.now = now

    def wall(self) -> datetime:
        """Now, in UTC."""
        return self.now

    def yard(self) -> datetime:
        """Now, in UTC."""
        return self.now


@dataclass
class Town:
    """Everything there is."""

    clock: Hand = field(default_factory=lambda: Hand(factories.NOW))
    ids: Callable[[], UUID] = field(default_factory=factories.counted_ids)

    def __post_init__(self) -> None:
        rows = Rows(small_yard())
        self.declaration = cores.Declaration(self.clock)
        self.recognising = cores.Recognising(self.clock, self.ids, TRUSTED)
        self.inspection = cores.Inspection(self.clock)
        self.booking = cores.Booking.of(rows, clock=self.clock, ids=self.ids)
        self.heard: list[tuple[str, Event]] = []
        self.bus = Bus(self._hear)
        self._ears: dict[str, Callable[[Event], Told]] = {
            "declaration": self.declaration.hear,
            "mutual_recognition": self.recognising.hear,
            "inspection": self.inspection.hear,
            "booking": self.booking.hear,
        }

    def _hear(self, consumer: str, event: Event) -> None:
        self.heard.append((consumer, event))
        self.tell(self._ears[consumer](event))

    def tell(self, told: Told) -> None:
        """Publish what a service told."""
        for events, version in told:
            self.bus.publish(events, version=version)

    def file(self, kind: str, *, auto: bool) -> UUID:
        """File goods of a kind; returns the filing's id."""
        filing_id = self.ids()
        wish = SlotWish(auto_confirm=auto)
        content = goods(kind).model_copy(
            update={"reference": f"REF-{filing_id.int}", "slot_wish": wish}
        )
        step = filings.accept(
            content, filing_id=filing_id, receipt_number=f"R{filing_id.int}", now=self.clock.wall()
        )
        self.tell(self.declaration.keep(step))
        return filing_id

    def pass_time(self, span: timedelta) -> None:
        """Let time go by."""
        self.clock.now += span

    def sweep(self) -> None:
        """What runs by itself: results and waits that ran out, holds, overruns, unmet wishes."""
        for current in list(self.recognising.matters.values()):
            self.tell(self.recognising.lapse(current))
        for case in list(self.inspection.cases.values()):
            lapsed = waiting.lapse(case, now=self.inspection.now())
            self.tell(self.inspection.keep(lapsed, who=cores.ITSELF))
        for booking in list(self.booking.rows.bookings.values()):
            command = self._due(booking)
            if command is not None:
                self.tell(self.booking.act(partial(self._swept, command, booking.id)))

    async def _swept(self, command: Sweep, booking_id: UUID, rows: Any, turn: Turn) -> None:
        await command(rows, booking_id, turn=turn)

    def _due(self, booking: Booking) -> Sweep | None:
        held_until = booking.held_until
        if booking.status is Status.HELD and held_until and held_until <= self.clock.now:
            return sweep.expire
        if booking.status is Status.STARTED:
            return sweep.keep_open
        waits = booking.wanted and booking.status in WITHOUT_SLOT
        return in_line.serve if waits and booking.wish.auto_confirm else None
