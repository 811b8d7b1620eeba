"""The yards' clock of an embedded instance, kept in its data folder so that a restart goes on.

Yard time passes while the instance is stopped, as it does in a real yard, at the clock's factor.
It never steps back: an instance that once ran fast stays ahead of the wall when it slows down.
"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.clock import ScaledClock
from shared.embedded import errors
from shared.embedded.folder import make, write

FASTEST = Decimal(10_000)


class Stored(BaseModel):
    """What clock.json holds; the times are UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_epoch: AwareDatetime
    yard_epoch: AwareDatetime
    factor: Decimal = Field(gt=0, le=FASTEST, allow_inf_nan=False)

    def clock(self) -> ScaledClock:
        """Return the clock that these numbers describe."""
        return ScaledClock(self.wall_epoch, self.yard_epoch, self.factor)


def load_or_create(data: Path, *, factor: Decimal | None, now: datetime) -> ScaledClock:
    """Return the folder's clock; `now` is the wall time in UTC.

    `factor` None keeps what is stored (1 in a new folder). Another factor than the stored one
    takes over from where the yard time stands. Raises `ValueError` for a factor outside
    (0, 10000] and `FolderUnusable` if the stored clock cannot be read.
    """
    path = data / "clock.json"
    stored = _load(path)
    if stored is not None and factor in (None, stored.factor):
        return stored.clock()
    yard = _yard_time(stored, now=now)
    fresh = Stored(wall_epoch=now, yard_epoch=yard, factor=Decimal(1) if factor is None else factor)
    make(data)
    write(path, fresh.model_dump_json(), mode=0o644)
    return fresh.clock()


def _yard_time(stored: Stored | None, *, now: datetime) -> datetime:
    if stored is None:
        return now
    standing = ScaledClock(stored.wall_epoch, stored.yard_epoch, stored.factor, now=lambda: now)
    return max(standing.yard(), stored.yard_epoch)


def _load(path: Path) -> Stored | None:
    if not path.exists():
        return None
    try:
        return Stored.model_validate_json(path.read_bytes())
    except ValidationError as broken:
        reason = f"{path.name} is damaged / 已损坏"
        raise errors.FolderUnusable(data=path.parent, reason=reason) from broken
