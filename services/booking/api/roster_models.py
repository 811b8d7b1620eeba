"""What the administration of a yard takes and answers. Hours are pairs of local times, "HH:MM"."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.booking.api.models import AgencyCode, Code, Reason, SlotIn
from services.booking.api.roster_faults import HALF_NAMED
from services.booking.commands.founding import Founding
from services.booking.commands.roster import Closing, Told, Version
from services.booking.domain.resources import Sort
from shared.contracts.values import BayKind, Scope
from shared.http.model import Day, Instant, Number, StrictModel, Text, finding

MOST = 500
"""Bays, teams or gear of one yard."""

Clock = Annotated[str, Text(max=5, pattern=r"([01][0-9]|2[0-3]):[0-5][0-9]")]
Pair = Annotated[tuple[Clock, Clock], Field(strict=False)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Skill = Annotated[str, Text(max=32, pattern=r"[a-z][a-z_-]*")]
Minutes = Annotated[int, Field(ge=0, le=2880)]
Fee = Annotated[Decimal, Number(digits=10, places=2)]
Name = Annotated[str, Text(max=120)]
Several = {"strict": False, "max_length": MOST}


class NameIn(StrictModel):
    """The yard's name."""

    zh: Name
    en: Name


class MoveIn(StrictModel):
    """The way from a terminal to the yard."""

    minutes: Minutes
    cny: Fee | None = None


class BayRow(StrictModel):
    """A place for one container at a time; a reefer's has plugs. `also`: other goods it takes.

    Bays whose `position` in a `row` follows upon another's are neighbours.
    """

    code: Code
    kind: Annotated[BayKind, Field(strict=False)]
    plugs: Annotated[int, Field(ge=0, le=20)] | None = None
    also: Annotated[
        tuple[Annotated[BayKind, Field(strict=False)], ...], Field(strict=False, max_length=4)
    ] = ()
    row: Code | None = None
    position: Annotated[int, Field(ge=0, le=10_000)] | None = None


class WorkIn(StrictModel):
    """When somebody or something is there: on all days unless told."""

    model_config = ConfigDict(populate_by_name=True)

    rest: Annotated[Pair | None, Field(alias="break")] = None
    days: Annotated[tuple[Weekday, ...] | None, Field(strict=False, min_length=1, max_length=7)] = (
        None
    )


class TeamRow(WorkIn):
    """A team of an agency."""

    code: Code
    agency: AgencyCode
    skills: Annotated[tuple[Skill, ...], Field(strict=False, max_length=32)]
    shift: Pair


class GearRow(WorkIn):
    """Equipment or a gang of the yard; without a shift it is there while the yard is open."""

    code: Code
    kind: Skill
    scopes: Annotated[
        tuple[Annotated[Scope, Field(strict=False)], ...],
        Field(strict=False, min_length=1, max_length=4),
    ]
    shift: Pair | None = None


class ContentIn(StrictModel):
    """All that a yard is on some days."""

    name: NameIn
    hours: Annotated[dict[Weekday, Pair | None], Field(max_length=7)]
    holidays: Annotated[dict[Day, Pair | None], Field(default_factory=dict, max_length=366)]
    terminal_moves: Annotated[dict[Code, MoveIn], Field(default_factory=dict, max_length=100)]
    move_minutes: Minutes
    move_cny: Fee | None = None
    availability_minutes: Minutes
    free_days: Annotated[int, Field(ge=0, le=60)]
    overtime_minutes: Annotated[int, Field(ge=0, le=720)] = 0
    same_day_quota: Annotated[int, Field(ge=0, le=10_000)] | None = None
    bays: Annotated[tuple[BayRow, ...], Field(**Several)]
    teams: Annotated[tuple[TeamRow, ...], Field(**Several)]
    gear: Annotated[tuple[GearRow, ...], Field(**Several)] = ()

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(mode="json", by_alias=True)


class Moved(StrictModel):
    """Where a booking goes, as the plan says: to a slot, or None if there is none."""

    booking_id: Annotated[UUID, Field(strict=False)]
    version: Annotated[int, Field(ge=0)]
    to: SlotIn | None


class ChangeIn(StrictModel):
    """What every change has: why, and the `moves` of the plan that was looked at."""

    reason: Reason
    moves: Annotated[tuple[Moved, ...], Field(strict=False, max_length=5000)] = ()

    def told(self) -> Told:
        """The moves as the domain has them."""
        return {
            each.booking_id: (each.version, None if each.to is None else each.to.choice())
            for each in self.moves
        }


class VersionIn(ChangeIn):
    """What the yard is from a local day on, up to another if it is for a time."""

    valid_from: Day
    valid_to: Day | None = None
    content: ContentIn

    def version(self) -> Version:
        """The domain's word for it."""
        return Version(self.valid_from, self.valid_to, self.content.document())


class FoundingIn(StrictModel):
    """A new yard: all that it is from its first local day on, today or later."""

    code: Code
    time_zone: Annotated[str, Text(max=64, pattern=r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")] = (
        "Asia/Shanghai"
    )
    valid_from: Day
    reason: Reason
    content: ContentIn

    def founding(self) -> Founding:
        """The domain's word for it."""
        return Founding(self.code, self.time_zone, self.valid_from, self.content.document())


class ClosureIn(ChangeIn):
    """Something is not there from a moment (now unless told) to another.

    A bay, team or gear by its sort and code, or the whole yard without both.
    """

    sort: Annotated[Sort | None, Field(strict=False)] = None
    code: Code | None = None
    starts: Instant | None = None
    ends: Instant

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if (self.sort is None) != (self.code is None):
            rule = HALF_NAMED
            raise finding(
                rule.code, en=rule.en, zh=rule.zh, mend=rule.mend_en, mend_zh=rule.mend_zh
            )
        return self

    def closing(self) -> Closing:
        """The domain's word for it."""
        return Closing(self.sort, self.code, self.starts, self.ends)


class VersionOut(BaseModel):
    """A version of a yard. Number 1 is what it was founded with."""

    number: int
    valid_from: date | None
    valid_to: date | None
    reason: str | None
    author: str | None
    made_at: datetime | None


class VersionsOut(BaseModel):
    """Every version of a yard, in the order in which they were made."""

    items: list[VersionOut]


class VersionContentOut(VersionOut):
    """A version with all that it says; it can be changed and sent back."""

    content: dict[str, Any]


class ClosureOut(BaseModel):
    """A closure; `sort` and `code` None: of the whole yard."""

    id: int
    sort: Sort | None
    code: str | None
    starts: datetime
    ends: datetime
    reason: str
    author: str
    made_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason: str | None


class ClosuresOut(BaseModel):
    """Closures of a yard, in the order in which they were made."""

    items: list[ClosureOut]
