"""What can be set for mutual_recognition, by `ONESTOP_MUTUAL_RECOGNITION_*`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.rules.tally import Prices
from shared.http.streams import Bounds

PUBLIC_SEED = "onestop-founding-seed"
SECRET_CHARACTERS = 16
BY_ITSELF = "system"
"""Who acted where nobody of an agency did; no agency is called so."""
FEN = 100
"""To a yuan."""


class Settings(Bounds):
    """Read once, in the composition root."""

    model_config = SettingsConfigDict(env_prefix="ONESTOP_MUTUAL_RECOGNITION_", frozen=True)

    skills: Mapping[str, tuple[str, ...]] = Field(
        default={"customs": ("valuation", "ipr"), "quarantine": ("plant", "animal", "food")},
        description="The agencies that select, each with the specialities of its teams (JSON).",
    )
    primary: str = Field(
        default="quarantine", description="The agency that inspects where the other recognises."
    )
    secondary: str = Field(default="customs", description="The agency that recognises.")
    draw_seeds: Mapping[str, SecretStr] = Field(
        default={"founding": SecretStr(PUBLIC_SEED)},
        description="Seeds of the random draw by id (JSON), secret, of at least 16 characters;"
        " `serve` needs one of your own. Keep the old ones, or old decisions cannot be recomputed"
        " and the seeds of periods not be revealed.",
    )
    draw_seed_id: str = Field(
        default="founding", description="The id of the seed that draws for new filings."
    )
    time_zone: str = Field(
        default="Asia/Shanghai", description="Where the days begin on which rules take effect."
    )

    notice_look_seconds: float = Field(
        default=0.25,
        gt=0,
        le=10,
        description="Wall seconds between looks for new notices, while somebody reads along.",
    )

    move_cny: Decimal = Field(
        default=Decimal(400),
        ge=0,
        le=1_000_000,
        decimal_places=2,
        description="What backtests take moving a container to a yard to cost, CNY: an assumption.",
    )
    unpacking_cny: Decimal = Field(
        default=Decimal(700),
        ge=0,
        le=1_000_000,
        decimal_places=2,
        description="What backtests take unpacking a container to cost, CNY: an assumption.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError("name an IANA time zone such as Asia/Shanghai") from unknown
        return zone

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.primary == self.secondary or not {self.primary, self.secondary} <= set(self.skills):
            raise ValueError("primary and secondary must be two of the agencies in skills")
        if BY_ITSELF in self.skills:
            raise ValueError(f"no agency may be called {BY_ITSELF}: the service's own acts are")
        if self.draw_seed_id not in self.draw_seeds:
            raise ValueError("draw_seed_id must name one of draw_seeds")
        return self

    @property
    def draw_can_be_foreseen(self) -> bool:
        """Whether new filings are drawn by the seed that everybody knows, or by one to guess."""
        seed = self.draw_seeds[self.draw_seed_id].get_secret_value()
        return seed == PUBLIC_SEED or len(seed) < SECRET_CHARACTERS

    def prices(self) -> Prices:
        """What backtests count with."""
        return Prices(int(self.move_cny * FEN), int(self.unpacking_cny * FEN))

    def agencies(self) -> Agencies:
        """The agencies as the domain sees them."""
        return Agencies(skills=self.skills, primary=self.primary, secondary=self.secondary)
