"""The file of a case: all of it in one zip, which proves itself without us, and on paper."""

import base64
import zipfile
from collections.abc import AsyncIterator, Iterable
from functools import partial
from io import RawIOBase
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.inspection import case_paper, ledger, marks, queries, store
from services.inspection.api.evidence import HEADERS, TheVault
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.record_views import place_out, record_out
from services.inspection.domain import case_file, checkpoints, evidence, merkle, records
from services.inspection.domain.checkpoints import Signature
from services.inspection.domain.records import Json, Record
from services.inspection.evidence.vault import EvidenceLost, Vault
from services.inspection.settings import Settings
from shared.auth.principal import Principal
from shared.few import Few

_ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
ZIP: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": _ZIP}}
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
PDF: dict[int | str, dict[str, Any]] = {200: {"description": "The document", "content": _PDF}}
MADE = Few(2)
"""Documents that a process makes at a time: each takes a core for a while."""
WHEN = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the same records make the same zip."""

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["case file"])


class Zip(StreamingResponse):
    """A zip as it is made."""

    media_type = "application/zip"


class Pdf(Response):
    """A document as PDF."""

    media_type = "application/pdf"


class _Sink(RawIOBase):
    """Takes what is written until it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.kept += content
        return len(content)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        content = bytes(self.kept)
        self.kept.clear()
        return content


@router.get("/file.zip", response_class=Zip, responses=ZIP)
async def export_case(
    case_id: UUID, request: Request, who: Inspector, kit: TheKit, vault: TheVault
) -> Zip:
    """The whole case: records with their signatures, files of evidence, and the proof that it is
    under the newest checkpoint that every agency has signed. `onestop verify --archive` checks it.

    Of another agency's investigation there is the hash alone. If a file is lost, that is told
    (503) instead.
    """
    settings: Settings = request.app.state.settings
    async with kit.database.connect() as connection:
        await queries.case(connection, case_id)
        proof, signed = await _proof(connection, case_id, agencies=settings.agencies)
        chain, hidden = await _chain(connection, case_id, who)
    shown = (place_out(each) if each.seq in hidden else record_out(each) for each in chain)
    told = {
        case_file.RECORDS: _lines(each.model_dump(mode="json") for each in shown),
        case_file.PROOF: _lines([proof]),
        case_file.KEYS: _lines({"agency": each.agency, "public": each.public} for each in signed),
    }
    told_of = (each for each in chain if each.kind == evidence.KIND and each.seq not in hidden)
    pieces = map(evidence.piece_of, told_of)
    names = list(dict.fromkeys(each.sha256 for each in pieces))
    await _require(names, vault)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="case-{case_id}.zip"'}
    return Zip(_zipped(told, names, vault), headers=headers)


@router.get("/file.pdf", response_class=Pdf, responses=PDF)
async def print_case(case_id: UUID, request: Request, who: Inspector, kit: TheKit) -> Pdf:
    """The case on paper, Chinese and English: conclusions, openings, evidence and every record.

    Its QR code names the last record and its hash, to be compared with the case's zip.
    """
    settings: Settings = request.app.state.settings
    async with kit.database.connect() as connection:
        case = await queries.case(connection, case_id)
        chain, hidden = await _chain(connection, case_id, who)
    make = partial(case_paper.pdf, case, chain, hidden=hidden, zone=settings.zone)
    return Pdf(
        await MADE.do(make),
        headers={"Content-Disposition": f'inline; filename="case-{case_id}.pdf"'},
    )


async def _chain(
    reader: store.Reader, case_id: UUID, who: Principal
) -> tuple[list[Record], set[int]]:
    """All records, and which of them are kept from somebody: looked for last, so none is missed."""
    chain = await queries.chain(reader, case_id, after=0, limit=None)
    return chain, await marks.hidden(reader, case_id, who)


async def _proof(
    reader: store.Reader, case_id: UUID, *, agencies: Iterable[str]
) -> tuple[dict[str, Json], list[Signature]]:
    """The proof as it is written, and who signed; all null if no signed checkpoint covers it yet.

    It is read before the records, which may have gone on since, but never be behind.
    """
    try:
        found = await ledger.newest_signed(reader, agencies)
        leaf = await ledger.leaf_of(reader, case_id, within=found)
    except checkpoints.CheckpointNotFound:
        return {"leaf": None, "path": None, "note": None}, []
    path = await ledger.hashes(reader, merkle.inclusion(leaf.index, (0, found.size)))
    signed = (await ledger.signatures(reader, [found.number]))[found.number]
    told: dict[str, Json] = {
        "leaf": {
            "index": leaf.index,
            "case_id": str(leaf.case_id),
            "seq": leaf.seq,
            "hash": leaf.hash,
        },
        "path": [base64.b64encode(each).decode() for each in path],
        "note": checkpoints.note(found, signed),
    }
    return told, signed


def _lines(told: Iterable[dict[str, Json]]) -> bytes:
    return b"".join(records.canonical(each).encode() + b"\n" for each in told)


async def _require(names: Iterable[str], vault: Vault) -> None:
    """Raises EvidenceLost while it can be told: a zip that has begun can only break off."""
    for name in names:
        if not await vault.holds(name):
            raise EvidenceLost(sha256=name)


async def _zipped(
    told: dict[str, bytes], names: Iterable[str], vault: Vault
) -> AsyncIterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as zipped:
        for name, content in told.items():
            zipped.writestr(_entry(name), content, zipfile.ZIP_DEFLATED)
            yield sink.taken()
        for name in names:
            zipped.writestr(_entry(case_file.EVIDENCE + name), await vault.read(name))
            yield sink.taken()
    yield sink.taken()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, WHEN)
