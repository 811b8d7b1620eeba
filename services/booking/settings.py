"""What can be set for booking, by environment variables `ONESTOP_BOOKING_*`."""

from decimal import Decimal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.http.streams import Bounds


class Settings(Bounds):
    """Read once, in the composition root. Yard minutes run on the yards' clock."""

    model_config = SettingsConfigDict(env_prefix="ONESTOP_BOOKING_", frozen=True)

    hold_minutes: int = Field(
        default=10, ge=1, le=1440, description="How many yard minutes a held slot is set aside."
    )
    hold_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="How many wall seconds a held slot is set aside at least.",
    )
    offer_minutes: int = Field(
        default=30,
        ge=1,
        le=1440,
        description="How many yard minutes a slot is set aside for a request that waited for one.",
    )
    holds_per_broker: int = Field(
        default=50, ge=1, le=10_000, description="How many slots a broker may hold at a time."
    )
    cancels_per_broker: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="After how many slots given up, or held and not confirmed, within the days"
        " below a broker holds no more.",
    )
    cancel_days: int = Field(
        default=7, ge=1, le=365, description="How many yard days a slot given up counts."
    )
    lead_minutes: int = Field(
        default=30,
        ge=0,
        le=1440,
        description="Slots are offered from this many yard minutes after now.",
    )
    horizon_days: int = Field(
        default=14, ge=1, le=60, description="How many days ahead slots are offered."
    )
    skills: dict[str, tuple[str, ...]] = Field(
        default={
            "customs": ("general", "valuation", "ipr"),
            "quarantine": ("general", "plant", "animal", "food"),
        },
        description="The skills that teams of each agency may have (JSON); on each day on which"
        " a yard is open, each must be there.",
    )
    sweep_seconds: float = Field(
        default=1.0,
        gt=0,
        le=60,
        description="Wall seconds between sweeps of holds and slots that ran out.",
    )
    retry_seconds: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="Wall seconds between tries to book requests that found no slot, and between"
        " looks for what brokers are to be told of exchanges.",
    )
    watch_seconds: float = Field(
        default=0.25,
        gt=0,
        le=10,
        description="Wall seconds between looks for changes of boards, while somebody reads along.",
    )
    plan_every_minutes: int = Field(
        default=0,
        ge=0,
        le=10_080,
        description="Yard minutes between plans of all yards that are made and applied by"
        " themselves; 0: only those that are asked for.",
    )
    plan_seconds: float = Field(
        default=10.0, gt=0, le=600, description="Wall seconds of search for such a plan."
    )
    plan_replans: bool = Field(
        default=False, description="Whether such a plan may move confirmed slots."
    )
    plan_most_moved: Decimal = Field(
        default=Decimal("0.15"),
        ge=0,
        le=1,
        description="The share of confirmed slots that a plan moves at most.",
    )
    plan_freeze_minutes: int = Field(
        default=1440,
        ge=0,
        le=43_200,
        description="Confirmed slots that begin within these yard minutes are never moved.",
    )
    plan_poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="Wall seconds between looks for plans to make."
    )
