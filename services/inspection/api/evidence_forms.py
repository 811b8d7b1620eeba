"""What is said of a file, and what is answered about evidence."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import UUID7, BaseModel, Field

from services.inspection.api import forms
from services.inspection.domain import evidence
from services.inspection.domain.evidence import About, Sort
from services.inspection.domain.facts import Device
from services.inspection.domain.records import Record
from services.inspection.evidence import content
from shared import errors
from shared.http.model import Instant, Text
from shared.http.query import Parameters

DeviceName = Annotated[str, Text(max=64, pattern=r"[A-Za-z0-9][A-Za-z0-9 ._-]*")]


class DeviceUntold(errors.Invalid):
    """What a device says has its name, when the file was made by its clock, and its clock now."""

    zh = "设备信息须同时提供名称、按设备时钟的生成时间及设备当前时间。"
    mend = "Give device, at and sent_at together, or none of them."
    mend_zh = "请同时提供 device、at、sent_at，或全部省略。"


class AboutIn(Parameters):
    """What is said of a file. `id` is the client's own, so that a file sent again counts once.

    `positions`: where an image was taken stays in it; all else beside the picture goes. `at` is
    when it was made by the clock of `device`, `sent_at` what that clock shows now.
    `investigation`: why the other agency may not know of it, if it may not.
    """

    id: UUID7 | None = None
    sort: Sort | None = None
    container: forms.ContainerNumber | None = None
    line: Annotated[int, Field(ge=1, le=9999)] | None = None
    note: Annotated[str, Text(max=1000, lines=True)] | None = None
    positions: bool = False
    investigation: forms.Reason | None = None
    device: DeviceName | None = None
    at: Instant | None = None
    sent_at: Instant | None = None

    def value(self, *, media_type: str, sent: str, now: datetime) -> About:
        """As the domain says it; `now` is the yard clock. Raises DeviceUntold."""
        fitting = Sort.DOCUMENT if media_type == content.PDF else Sort.PHOTO
        return About(
            sort=self.sort or fitting,
            container=self.container,
            line=self.line,
            note=self.note,
            positions=self.positions,
            device=self._device(sent, now=now),
        )

    def _device(self, sent: str, *, now: datetime) -> Device | None:
        if self.device is None and self.at is None and self.sent_at is None:
            return None
        if self.device is None or self.at is None or self.sent_at is None:
            raise DeviceUntold
        skew = round((self.sent_at - now).total_seconds())
        return Device(name=self.device, at=self.at, skew_seconds=skew, digest=sent)


class LinkOut(BaseModel):
    """Where the file is read without a token, for some minutes (wall clock)."""

    path: str
    until: datetime


class EvidenceOut(BaseModel):
    """A piece of evidence, as its record `seq` has it; `at` is yard time.

    `sha256` is of the file as it is kept, `sent` of what was sent: an image is written anew.
    """

    id: UUID
    seq: int
    sort: Sort
    media_type: str
    bytes: int
    sha256: str
    sent: str
    positions: bool
    container: str | None
    line: int | None
    note: str | None
    agency: str | None
    officer: str
    at: datetime
    device: Device | None

    @classmethod
    def of(cls, record: Record, **more: Any) -> Self:
        """As clients see it."""
        piece, actor = evidence.piece_of(record), record.actor
        about = piece.about
        return cls(
            id=piece.id,
            seq=record.seq,
            sort=about.sort,
            media_type=piece.media_type,
            bytes=piece.size,
            sha256=piece.sha256,
            sent=piece.sent,
            positions=about.positions,
            container=about.container,
            line=about.line,
            note=about.note,
            agency=actor.agency,
            officer=actor.subject,
            at=record.times.yard,
            device=about.device,
            **more,
        )


class LinkedOut(EvidenceOut):
    """A piece of evidence with a link to its file."""

    link: LinkOut
