"""What joint-slot instances and plans look like, field by field."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from services.booking.optimizer.problem import Place

SKILL, TEAM = "_skill", "_team"
MOST_SLOTS = 100_000
LONGEST = 200
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=4)]
Slot = Annotated[int, Field(ge=0, le=MOST_SLOTS)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class BayIn(_Read):
    """A bay, open all day."""

    id: Name
    yard: Name
    kinds: tuple[Name, ...]


class TeamIn(_Read):
    """A team, on duty in its shifts: each from a slot up to, but without, another."""

    id: Name
    agency: Name
    yard: Name
    skills: tuple[Name, ...]
    shifts: tuple[tuple[Slot, Slot], ...]


class ConsignmentIn(_Read):
    """A consignment that wants a slot."""

    model_config = ConfigDict(extra="allow")

    id: Name
    requested: Decimal = Decimal(0)
    available: Slot
    duration: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    due: Annotated[int, Field(ge=-MOST_SLOTS, le=10 * MOST_SLOTS)]
    home_yard: Name
    bay_kind: Name
    wait_weight: Money
    late_weight: Money
    move_cost: Money = Decimal(0)

    @property
    def skills(self) -> dict[str, object]:
        """What stands in the fields `<agency>_skill`, by field; not checked."""
        given = sorted((self.model_extra or {}).items())
        return {key: skill for key, skill in given if key.endswith(SKILL)}

    def needs(self) -> dict[str, frozenset[str]]:
        """Agency -> the skill that it needs."""
        return {
            key.removesuffix(SKILL): frozenset({skill})
            for key, skill in self.skills.items()
            if isinstance(skill, str) and skill
        }


class InstanceIn(_Read):
    """A joint-slot instance."""

    slots_per_day: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    horizon: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    yards: Annotated[tuple[Name, ...], Field(min_length=1)]
    bays: tuple[BayIn, ...]
    teams: tuple[TeamIn, ...]
    consignments: tuple[ConsignmentIn, ...]


class PlaceIn(_Read):
    """A slot of a plan."""

    model_config = ConfigDict(extra="allow")

    start: Slot
    yard: Name
    bay: Name

    def place(self) -> Place:
        """The slot as the optimizer has it."""
        teams = {
            key.removesuffix(TEAM): team
            for key, team in sorted((self.model_extra or {}).items())
            if key.endswith(TEAM) and isinstance(team, str)
        }
        return Place(self.start, self.yard, self.bay, teams)


class PlanIn(RootModel[dict[str, PlaceIn]]):
    """A plan: consignment -> slot."""
