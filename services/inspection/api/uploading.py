"""Evidence from devices on bad links: a file comes in parts, and goes on where it was cut off.

The last part is taken only together with the record: an upload has come to its end exactly if it
is evidence. Until then the device has the file, and asks how far it has come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import UUID7
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import attaching, queries, uploads
from services.inspection.api import tus
from services.inspection.api.acting import Officer
from services.inspection.api.evidence import LOOKED_THROUGH, TheVault
from services.inspection.api.evidence_forms import AboutIn
from services.inspection.api.reading import TheKit
from services.inspection.attaching import Room
from services.inspection.domain.records import Actor, Moment
from services.inspection.evidence import content
from services.inspection.evidence.content import Taken
from services.inspection.settings import Settings
from services.inspection.uploads import OffsetWrong, Upload
from shared.auth.principal import Principal
from shared.http import body, query, refusals
from shared.ids import Ids

router = APIRouter(prefix="/v1/uploads", tags=["evidence"])

Resumable = Depends(tus.resumable)


class UploadIn(AboutIn):
    """What Upload-Metadata says: beside what is said of any file, its id, case and media type."""

    id: UUID7
    case_id: UUID
    filetype: Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]


@dataclass(frozen=True)
class PartBody(body.OtherBody):
    """Reads a part as it is sent."""

    media_types: tuple[str, ...] = (tus.PART,)

    async def __call__(self, request: Request, _: Officer) -> bytes:
        """Raises UnsupportedFileType (415)."""
        sent, _media_type = await body.raw_file(request, taken=self.media_types)
        return sent


@router.options("", include_in_schema=False, status_code=204)
async def offered(request: Request) -> Response:
    """What of tus is spoken here."""
    settings: Settings = request.app.state.settings
    most = {"Tus-Max-Size": str(settings.evidence_file_bytes)}
    return Response(status_code=204, headers={**tus.OFFERED, **most})


@router.post(
    "",
    status_code=201,
    response_class=Response,
    openapi_extra=tus.documented("Upload-Length", "Upload-Metadata"),
)
async def begin_upload(
    request: Request, who: Officer, kit: TheKit, _: Annotated[None, Resumable]
) -> Response:
    """Begin an upload (tus 1.0.0): its length, and in Upload-Metadata its id (UUIDv7), case_id,
    filetype and what else is said of evidence. Begun again with the same id it is the same one.
    """
    settings: Settings = request.app.state.settings
    length = tus.number(request, "Upload-Length")
    said = query.parse(UploadIn, tus.metadata(request), at="/metadata")
    if not 0 < length <= settings.evidence_file_bytes:
        raise refusals.BodyTooLarge(max_bytes=settings.evidence_file_bytes)
    now = _now(kit)
    said.value(media_type=said.filetype, sent="", now=now.yard)
    upload = Upload(
        id=said.id,
        owner=_owner(who),
        case_id=said.case_id,
        media_type=said.filetype,
        length=length,
        received=0,
        said=said.model_dump(mode="json"),
        begun_at=now.yard,
    )
    async with kit.database.transaction() as session:
        await queries.case(session, said.case_id)
        begun = await uploads.begin(session, upload, now=now.wall)
    path = f"{request.scope['path'].rstrip('/')}/{begun.id}"
    return _come(201, begun.received, Location=path)


@router.head(
    "/{upload_id}",
    response_class=Response,
    openapi_extra=tus.documented(),
    dependencies=[Resumable],
)
async def read_offset(upload_id: UUID, who: Officer, kit: TheKit) -> Response:
    """How far your upload has come; at its length it is evidence."""
    async with kit.database.connect() as connection:
        found = await uploads.of_owner(connection, upload_id, owner=_owner(who))
    more = {"Upload-Length": str(found.length), "Cache-Control": "no-store"}
    return _come(200, found.received, **more)


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    openapi_extra=tus.documented("Upload-Offset"),
)
async def send_part(
    upload_id: UUID,
    request: Request,
    who: Officer,
    kit: TheKit,
    vault: TheVault,
    _: Annotated[None, Resumable],
    part: Annotated[bytes, Depends(PartBody())],
) -> Response:
    """Send the next part, of 2 MiB at most. With the last one the file becomes evidence, or is
    refused like one that is sent at once: then that part was not taken, and can be sent again.
    """
    settings: Settings = request.app.state.settings
    offset, owner = tus.number(request, "Upload-Offset"), _owner(who)
    async with kit.database.connect() as connection:
        upload = await uploads.of_owner(connection, upload_id, owner=owner)
        _fit(upload, offset, part)
        last = part and offset + len(part) == upload.length
        before = await uploads.parts(connection, upload_id) if last else b""
    now = _now(kit)
    taken = await _taken(upload, before + part) if last else None
    async with kit.database.transaction() as session:
        upload = await uploads.of_owner(session, upload_id, owner=owner, lock=True)
        _fit(upload, offset, part)
        if taken is None:
            received = await uploads.add(session, upload, part, now=now.wall)
        else:
            room = Room(vault, settings.evidence_case_bytes)
            await _attach(session, upload, taken, room=room, who=who, now=now, ids=kit.ids)
            received = await uploads.end(session, upload, now=now.wall)
    return _come(204, received)


async def _attach(
    session: AsyncSession,
    upload: Upload,
    taken: Taken,
    *,
    room: Room,
    who: Principal,
    now: Moment,
    ids: Ids,
) -> None:
    said = _said(upload)
    about = said.value(media_type=taken.media_type, sent=taken.sent, now=upload.begun_at)
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)
    await attaching.attach(
        session,
        upload.case_id,
        upload.id,
        taken,
        about,
        investigation=said.investigation,
        room=room,
        who=actor,
        now=now,
        ids=ids,
    )


def _fit(upload: Upload, offset: int, part: bytes) -> None:
    """Raises OffsetWrong, BodyTooLarge."""
    if offset != upload.received:
        raise OffsetWrong(offset=upload.received)
    if offset + len(part) > upload.length:
        raise refusals.BodyTooLarge(max_bytes=upload.length - offset)


async def _taken(upload: Upload, sent: bytes) -> Taken:
    positions = _said(upload).positions
    return await LOOKED_THROUGH.do(
        partial(content.take, sent, upload.media_type, positions=positions)
    )


def _said(upload: Upload) -> UploadIn:
    said: Mapping[str, Any] = upload.said
    return UploadIn.model_validate(said)


def _owner(who: Principal) -> str:
    return f"{who.office} {who.subject}"


def _now(kit: TheKit) -> Moment:
    return Moment(wall=kit.clock.wall(), yard=kit.clock.yard())


def _come(status: int, offset: int, **more: str) -> Response:
    headers = {**tus.RESUMABLE, "Upload-Offset": str(offset), **more}
    return Response(status_code=status, headers=headers)
