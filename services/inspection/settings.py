"""What can be set of inspection, by environment variables `ONESTOP_INSPECTION_...`."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.http.streams import Bounds


class Settings(Bounds):
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
    time_zone: str = Field(
        default="Asia/Shanghai",
        description="Where the days begin on which checklists change and by which is measured.",
    )
    evidence_folder: Path | None = Field(
        default=None,
        description="The folder of photos and documents, which all replicas share.",
    )
    evidence_file_bytes: int = Field(
        default=20 * 2**20,
        ge=1,
        le=32 * 2**20,
        description="The bytes of one photo or document.",
    )
    evidence_case_bytes: int = Field(
        default=2 * 2**30, ge=1, description="The bytes of a case's photos and documents together."
    )

    watch_seconds: float = Field(
        default=0.03,
        gt=0,
        le=10,
        description="Wall seconds between looks for new records, while somebody reads along.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError("name an IANA time zone such as Asia/Shanghai") from unknown
        return zone

    @property
    def zone(self) -> ZoneInfo:
        """Where the days of checklists and measures begin."""
        return ZoneInfo(self.time_zone)

    @property
    def wait(self) -> timedelta:
        """How long an open container waits, on the yard clock."""
        return timedelta(minutes=self.wait_minutes)
