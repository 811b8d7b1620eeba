"""Evidence over HTTP: files sent, listed with links, and read by a link."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import attaching, files, marks, queries
from services.inspection.api.acting import Ask, Officer
from services.inspection.api.evidence_forms import AboutIn, EvidenceOut, LinkedOut, LinkOut
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.attaching import Room
from services.inspection.domain import evidence
from services.inspection.domain.records import Actor, Moment, Record
from services.inspection.evidence import content, links
from services.inspection.evidence.vault import Vault, VaultUnavailable
from services.inspection.settings import Settings
from shared.few import Few
from shared.http import body, idempotency, refusals
from shared.http.idempotency import KEYED, Answer
from shared.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page
from shared.http.query import query_of

SEQ: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**31)])
LOOKED_THROUGH = Few(1)
"""Files that a process looks through at a time: the largest image takes half a gigabyte."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""A file is saved, and shown or run by no browser as part of us."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": dict.fromkeys(content.TYPES, _BINARY)}
}

router = APIRouter(prefix="/v1", tags=["evidence"])


@dataclass(frozen=True)
class FileBody(body.OtherBody):
    """Reads a file as it is sent."""

    media_types: tuple[str, ...] = content.TYPES

    async def __call__(self, request: Request, _: Officer) -> tuple[bytes, str]:
        """Content and media type. Raises UnsupportedFileType (415), BodyTooLarge (413)."""
        settings: Settings = request.app.state.settings
        sent, media_type = await body.raw_file(request, taken=self.media_types)
        if len(sent) > settings.evidence_file_bytes:
            raise refusals.BodyTooLarge(max_bytes=settings.evidence_file_bytes)
        return sent, media_type


async def the_vault(request: Request) -> Vault:
    """Where files are kept. Raises VaultUnavailable."""
    vault: Vault | None = request.app.state.vault
    if vault is None:
        raise VaultUnavailable
    return vault


TheVault = Annotated[Vault, Depends(the_vault)]


@router.post(
    "/cases/{case_id}/evidence", status_code=201, response_model=EvidenceOut, dependencies=[KEYED]
)
async def send_evidence(
    ask: Ask,
    who: Officer,
    vault: TheVault,
    said: Annotated[AboutIn, query_of(AboutIn)],
    file: Annotated[tuple[bytes, str], Depends(FileBody())],
) -> Response:
    """Add a photo, document or scan to the case: JPEG, PNG, WebP or PDF, up to 20 MiB.

    An image is written anew, upright and without anything beside its picture.
    """
    kit = ask.kit
    taken = await LOOKED_THROUGH.do(partial(content.take, *file, positions=said.positions))
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    about = said.value(media_type=taken.media_type, sent=taken.sent, now=now.yard)
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)
    evidence_id = said.id or kit.ids()

    async def work(session: AsyncSession) -> Answer:
        seq = await attaching.attach(
            session,
            ask.case_id,
            evidence_id,
            taken,
            about,
            investigation=said.investigation,
            room=Room(vault, ask.settings.evidence_case_bytes),
            who=actor,
            now=now,
            ids=kit.ids,
        )
        (record,) = await files.of_case(session, ask.case_id, after=seq - 1, limit=1)
        return Answer(201, EvidenceOut.of(record))

    return await idempotency.once(
        ask.request, database=kit.database, owner=who.office, now=now.wall, work=work
    )


@router.get("/cases/{case_id}/evidence")
async def list_evidence(
    case_id: UUID,
    request: Request,
    who: Inspector,
    kit: TheKit,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[LinkedOut]:
    """The case's photos, documents and scans, each with a link that works for five minutes.

    What another agency investigates is not among them.
    """
    after = decode_cursor(cursor, SEQ) or 0
    async with kit.database.connect() as connection:
        await queries.case(connection, case_id)
        shown = marks.shown_to(who)
        found = await files.of_case(connection, case_id, after=after, limit=limit + 1, shown=shown)
        key = await files.key(connection)
    some = page(found, limit=limit, key=lambda record: record.seq)
    until = (kit.clock.wall() + links.LASTS).replace(microsecond=0)
    root = f"{request.scope.get('root_path', '')}/v1/evidence"

    def link(record: Record) -> LinkOut:
        its = UUID(str(record.payload["id"]))
        return LinkOut(path=f"{root}/{links.sign(its, key=key, until=until)}", until=until)

    items = [LinkedOut.of(each, link=link(each)) for each in some.items]
    return Page(items=items, next=some.next)


@router.get("/evidence/{link}", response_class=Response, responses=FILE)
async def read_file(
    kit: TheKit, vault: TheVault, link: Annotated[str, Path(max_length=128)]
) -> Response:
    """A file, to be saved. The link is all that is asked for."""
    async with kit.database.connect() as connection:
        key = await files.key(connection)
        named = links.read(link, key=key, now=kit.clock.wall())
        record = await files.found(connection, named)
    if record is None or record.kind != evidence.KIND:
        raise links.LinkOver
    piece = evidence.piece_of(record)
    name = f"{piece.id}.{content.SUFFIXES[piece.media_type]}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await vault.read(piece.sha256), media_type=piece.media_type, headers=headers)
