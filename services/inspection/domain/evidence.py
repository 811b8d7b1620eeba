"""Evidence: photos, documents and scans, each a record of the case that names its file's hash."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.inspection.domain import containers, errors, moves, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Device
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Json, Record, stamp
from shared import errors as refusals
from shared.errors import Fault, Faults

KIND = "evidence"


class Sort(StrEnum):
    """What a file is of."""

    PHOTO = "photo"
    DOCUMENT = "document"
    SCAN = "scan"


class CaseEvidenceFull(refusals.Conflict):
    """The files of a case together have a limit, which this one would pass."""

    zh = "该案卷的文件总量将超过上限。"
    mend = "Send what matters, in a lower resolution; the operator can raise the limit."
    mend_zh = "请只提交必要内容或降低分辨率；上限可由运维人员调整。"


@dataclass(frozen=True)
class About:
    """What is said of a file: a container or a goods line that it is about, and a note.

    `positions`: where an image was taken was left in it. `device` is what the device said.
    """

    sort: Sort
    container: str | None = None
    line: int | None = None
    note: str | None = None
    positions: bool = False
    device: Device | None = None


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: `sha256` is of the file as it is kept, `sent` as it was sent."""

    id: UUID
    media_type: str
    sha256: str
    size: int
    sent: str
    about: About


def attach(case: Case, piece: Piece, *, who: Actor, kept: int, most: int) -> Change:
    """Add a piece to a case in which `kept` bytes of files are, of `most` that may be.

    An agency that inspects adds from the first opening on; a photo may come after the conclusion.
    Raises CaseMoveNotAllowed, AgencyNotNeeded, ContainerNotOpen, CaseEvidenceFull, Faults.
    """
    after = moves.after(case.status, Act.ATTACH)
    standing.needed_section(case, who)
    if after is moves.Status.PLANNED and not case.openings:
        raise errors.ContainerNotOpen
    faults = list(_faults(case, piece.about))
    if faults:
        raise Faults(*faults)
    if kept + piece.size > most:
        raise CaseEvidenceFull(kept_bytes=kept, bytes=piece.size, most_bytes=most)
    return Change(case).noted(KIND, **_facts(piece))


def piece_of(record: Record) -> Piece:
    """The piece that a record of this kind tells of."""
    told: dict[str, Any] = dict(record.payload)
    device = Device.model_validate(told["device"]) if "device" in told else None
    return Piece(
        id=UUID(told["id"]),
        media_type=told["media_type"],
        sha256=told["sha256"],
        size=told["bytes"],
        sent=told["sent"],
        about=About(
            sort=Sort(told["sort"]),
            container=told.get("container"),
            line=told.get("line"),
            note=told.get("note"),
            positions=told["positions"],
            device=device,
        ),
    )


def _faults(case: Case, about: About) -> Iterator[Fault]:
    if about.container is not None:
        named = [about.container]
        yield from containers.faults(named, of=case.containers, pointer=lambda _: "/container")
    lines = [each.number for each in case.required.lines] if case.required else []
    if about.line is not None and about.line not in lines:
        yield errors.fault(errors.LineNotDeclared(pointer="/line", number=about.line))


def _facts(piece: Piece) -> dict[str, Json]:
    about = piece.about
    facts: dict[str, Json] = {
        "id": str(piece.id),
        "sort": about.sort.value,
        "media_type": piece.media_type,
        "sha256": piece.sha256,
        "bytes": piece.size,
        "sent": piece.sent,
        "positions": about.positions,
        "container": about.container,
        "line": about.line,
        "note": about.note,
        "device": _said(about.device) if about.device else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _said(device: Device) -> dict[str, Json]:
    return {**device.model_dump(mode="json"), "at": stamp(device.at)}
