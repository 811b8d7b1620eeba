"""What can be set for booking, by environment variables `ONESTOP_BOOKING_*`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
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
        description="Wall seconds between tries to book requests that found no slot.",
    )
