"""What can be set of inspection, by environment variables `ONESTOP_INSPECTION_...`."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of inspection."""

    model_config = SettingsConfigDict(env_prefix="ONESTOP_INSPECTION_", frozen=True)

    agencies: tuple[str, ...] = Field(
        default=("customs", "quarantine"),
        min_length=1,
        description="The agencies that an officer may call in, as a JSON list.",
    )
    wait_minutes: int = Field(
        default=180,
        ge=1,
        le=10_080,
        description="How long an open container waits for a missing agency, in yard minutes.",
    )
    sweep_seconds: float = Field(
        default=1.0,
        gt=0,
        le=60,
        description="How often the deadlines of waits are looked at, in seconds of wall time.",
    )

    @property
    def wait(self) -> timedelta:
        """How long an open container waits, on the yard clock."""
        return timedelta(minutes=self.wait_minutes)
