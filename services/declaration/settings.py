"""What can be set of this service."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import keyfile


class Settings(BaseSettings):
    """Read once in the composition root from `ONESTOP_DECLARATION_...`."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="ONESTOP_DECLARATION_")

    time_zone: str = Field(
        default="Asia/Shanghai",
        description="IANA zone whose calendar dates receipt numbers and the dictionary in force.",
    )
    webhook_http: bool = Field(
        default=False, description="Whether webhooks may be plain http: for tests and closed nets."
    )
    webhook_private: bool = Field(
        default=False,
        description="Whether webhooks may be at addresses that are not of the whole internet.",
    )
    webhook_seconds: float = Field(
        default=10.0, gt=0, le=20, description="Seconds for a webhook's endpoint to answer."
    )

    bulk_sweep_seconds: float = Field(
        default=1.0, gt=0, description="Wall seconds between looks for new files of filings."
    )
    bulk_lease_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Wall seconds after which another worker goes on with a file of filings.",
    )
    bulk_kept_days: float = Field(
        default=30.0,
        gt=0,
        description="Wall days for which a file of filings that ended can be looked at.",
    )
    sandbox_timeout_seconds: float = Field(
        default=60.0,
        ge=0,
        le=600,
        description="Wall seconds after which a filing is answered whose reference asks for a"
        " timeout, where there is a sandbox.",
    )

    seal_key: Path | None = Field(
        default=None,
        description="The file of the key (Ed25519, PEM) that seals release notices; without it"
        " none are issued.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+(/[^\s/?#]+)*$",
        description="Where everybody reaches this service, such as"
        " https://onestop.example.org/declaration: what the codes on release notices lead to."
        " Set it before the first notice: what is issued never changes.",
    )

    @field_validator("seal_key")
    @classmethod
    def _seals(cls, file: Path | None) -> Path | None:
        if file is not None:
            try:
                keyfile.read(file)
            except keyfile.KeyUnfit as unfit:
                raise ValueError(f"{unfit}. 该文件中没有可用的 Ed25519 私钥。") from unfit
        return file

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"{name!r} is no IANA time zone, such as Asia/Shanghai. 不是有效的 IANA 时区。"
            ) from error
        return name

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment in the zone."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()
