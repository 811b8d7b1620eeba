"""What booking's API takes and answers. Times in UTC unless a field says otherwise."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.booking.domain.booking import Status
from services.booking.domain.fit import Choice
from services.booking.domain.refusals import SlotUnsuitable
from services.booking.domain.resources import Sort
from services.booking.domain.why import State
from services.booking.domain.wished import Stretch
from shared.contracts.values import AgencyNeed, BayKind, Scope, Slot
from shared.http.model import Instant, StrictModel, Text

Code = Annotated[str, Text(max=32, pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*")]
AgencyCode = Annotated[str, Text(max=32, pattern=r"[a-z][a-z_]+")]
Reason = Annotated[str, Text(max=500, lines=True)]


class TeamIn(StrictModel):
    """Which team of an agency shall come."""

    agency: AgencyCode
    team: Code


class SlotIn(StrictModel):
    """A slot as an offer names it; how long it lasts follows from the requirement."""

    yard: Code
    bay: Code
    beside: Annotated[tuple[Code, ...], Field(max_length=7, strict=False)] = ()
    teams: Annotated[tuple[TeamIn, ...], Field(min_length=1, max_length=8, strict=False)]
    starts: Instant
    gear: Annotated[tuple[Code, ...], Field(max_length=8, strict=False)] = ()
    overtime: Annotated[bool, Field(description="Teams may stay beyond their shifts.")] = False

    def choice(self) -> Choice:
        """The domain's word for it. Raises SlotUnsuitable for two teams of an agency."""
        teams = {each.agency: each.team for each in self.teams}
        if len(teams) < len(self.teams):
            raise SlotUnsuitable(pointer="/slot/teams", needed_agencies=list(teams))
        return Choice(
            yard=self.yard,
            bay=self.bay,
            beside=self.beside,
            teams=teams,
            starts=self.starts,
            gear=self.gear,
            overtime=self.overtime,
        )


class BookingIn(StrictModel):
    """Hold this slot for that request."""

    request_id: Annotated[UUID, Field(strict=False)]
    slot: SlotIn


class RescheduleIn(StrictModel):
    """Exchange the agreed slot for this one."""

    slot: SlotIn
    reason: Reason


class ReasonIn(StrictModel):
    """Why."""

    reason: Reason


class WindowOut(BaseModel):
    """When the cargo can be inspected first, and when its free time ends."""

    opens: datetime
    free_until: datetime


class RequestOut(BaseModel):
    """A request for a slot, which is also its booking: both have one id."""

    id: UUID
    requirement_id: UUID
    filing_id: UUID
    revision: int
    status: Status
    version: int
    wanted: bool
    yard: str
    window: WindowOut
    needs: tuple[AgencyNeed, ...]
    bay_kind: BayKind
    slot: Slot | None
    held_until: datetime | None
    hold_extended: bool


class OfferOut(BaseModel):
    """A free slot, and what it costs the cargo."""

    slot: Slot
    wait_minutes: int = Field(description="Minutes from the window's opening to the slot's start.")
    late_minutes: int = Field(description="Minutes of the slot after free time has ended.")
    overtime_minutes: int = Field(description="Minutes that teams stay beyond their shifts.")
    cny: Decimal = Field(description="Waiting, decay, lateness, move, overtime, and scarcity, CNY.")


class BilingualOut(BaseModel):
    """A text in both languages."""

    en: str
    zh: str


class MissingOut(BaseModel):
    """One thing that is missing. `sort` None: the yard is closed, or the broker's quota used up.

    `until` one of it can begin.
    """

    state: State
    sort: Sort | None
    name: str
    skills: list[str]
    many: int = Field(description="So many next to each other.")
    until: datetime | None


class EarlierOut(BaseModel):
    """From one start to (without) another all of this is missing; were it there, a slot could
    begin.
    """

    yard: str
    starts: datetime
    ends: datetime
    missing: list[MissingOut]
    text: BilingualOut


class NamedOut(BaseModel):
    """The next slot by time, the cheapest before noon, from noon on, and in overtime."""

    next: OfferOut | None
    morning: OfferOut | None
    afternoon: OfferOut | None
    overtime: OfferOut | None


class OffersOut(BaseModel):
    """Free slots, the cheapest first, and why none is earlier; or why there are none, and what
    would help.
    """

    offers: list[OfferOut]
    choices: NamedOut
    earlier: list[EarlierOut]
    none_reason: BilingualOut | None = None
    none_mend: BilingualOut | None = None


class BayOut(BaseModel):
    """A place for one container; `plugs` are the sockets for reefers at it, `also` other goods."""

    code: str
    kind: BayKind
    plugs: int
    also: list[BayKind]
    row: str | None
    position: int | None


class TeamOut(BaseModel):
    """A team; its shift and break in the yard's local time, and the days it works."""

    code: str
    agency: str
    skills: list[str]
    shift: list[str]
    rest: list[str] | None
    days: list[str]


class GearOut(BaseModel):
    """The yard's own equipment or gang, one of whose kind each inspection of its scopes takes."""

    code: str
    kind: str
    scopes: list[Scope]
    shift: list[str] | None = None
    rest: list[str] | None = None
    days: list[str] | None = None


class MoveOut(BaseModel):
    """The way from a terminal to the yard."""

    minutes: int
    cny: Decimal | None


class YardOut(BaseModel):
    """A yard today; opening hours in its local time, by weekday; a day left out is closed."""

    code: str
    version: int
    name: BilingualOut
    time_zone: str
    hours: dict[str, list[str]]
    holidays: dict[date, list[str] | None]
    terminal_moves: dict[str, MoveOut]
    move_minutes: int
    move_cny: Decimal | None
    availability_minutes: int
    free_days: int
    overtime_minutes: int
    same_day_quota: int | None
    bays: list[BayOut]
    teams: list[TeamOut]
    gear: list[GearOut]


class YardsOut(BaseModel):
    """Every yard."""

    items: list[YardOut]


class StretchIn(StrictModel):
    """Within which a slot is wished for, in these yards or in all that serve the cargo."""

    model_config = ConfigDict(populate_by_name=True)

    opens: Annotated[Instant, Field(alias="from")]
    closes: Annotated[Instant, Field(alias="to")]
    yards: Annotated[tuple[Code, ...], Field(strict=False, max_length=16)] = ()

    def stretch(self) -> Stretch:
        """The domain's word for it."""
        return Stretch(self.opens, self.closes, self.yards)
