"""HTTP of files with many filings: sent, watched, cancelled, reported; the sheets to fill in."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration import dictionary
from services.declaration.api import filings, reports
from services.declaration.api.filings import Ask, Asked, Broker, InKit
from services.declaration.bulk import columns, csvfile, rules, template
from services.declaration.bulk.child import CSV, XLSX
from services.declaration.bulk.rules import UNREADABLE_FILE, Unreadable
from services.declaration.settings import Settings
from services.declaration.uploads import asked
from shared import errors
from shared.auth import guard
from shared.auth.principal import Principal
from shared.contracts.values import Said
from shared.http import body, catalogue, faults, idempotency
from shared.http.idempotency import Answer
from shared.kit import Kit

router = APIRouter(prefix="/v1/bulk", tags=["bulk"])
catalogue.teach(rules.RULES)
ZIP = b"PK\x03\x04"
_RULES = {rule.code: rule for rule in rules.RULES}


class Refusal(BaseModel):
    """Why a file cannot be read, or why the work on it ended without an end."""

    code: str
    detail: Said
    mend: Said
    facts: dict[str, Any]


class BulkOut(BaseModel):
    """A file and how far the work on it is: `filings` were read, `remaining` are to be filed."""

    id: UUID
    state: Literal["reading", "filing", "done", "cancelled", "refused", "failed"]
    media_type: str
    bytes: int
    sha256: str
    created_at: datetime
    ended_at: datetime | None
    rows_read: int
    filings: int
    filed: int
    refused: int
    cancelled: int
    remaining: int
    refusal: Refusal | None

    @classmethod
    def of(cls, job: RowMapping, counts: Mapping[str, int]) -> Self:
        """The answer for a job with so many filings in each state."""
        names = ("id", "state", "media_type", "sha256", "created_at", "ended_at")
        return cls(
            **{name: job[name] for name in names},
            bytes=job["size"],
            rows_read=job["rows"],
            filings=sum(counts.values()),
            filed=counts.get("filed", 0),
            refused=counts.get("refused", 0),
            cancelled=counts.get("cancelled", 0),
            remaining=counts.get("waiting", 0),
            refusal=None if job["refusal"] is None else _refusal(job["refusal"]),
        )


def _refusal(told: Mapping[str, Any]) -> Refusal:
    rule = _RULES[told["code"]]
    return Refusal(
        code=rule.code,
        detail=Said(en=rule.en, zh=rule.zh),
        mend=Said(en=rule.mend_en, zh=rule.mend_zh),
        facts=told["facts"],
    )


@dataclass(frozen=True)
class File:
    """A file that was sent."""

    ask: Asked
    content: bytes
    media_type: str


@dataclass(frozen=True)
class FileBody(body.OtherBody):
    """Reads a file, and looks at its beginning alone."""

    media_types: tuple[str, ...] = (CSV, XLSX)

    async def __call__(self, request: Request, who: Broker) -> File:
        """Raises UnsupportedFileType (415), Faults for what is no such file at first sight."""
        ask = await filings.asked(request, who)
        content, media_type = await body.raw_file(request, taken=self.media_types)
        if media_type == XLSX and not content.startswith(ZIP):
            raise errors.Faults(faults.fault(UNREADABLE_FILE, pointer="", reason="no workbook"))
        if media_type == CSV:
            _glance(content, ask.now.day)
        return File(ask, content, media_type)


def _glance(content: bytes, day: date) -> None:
    try:
        csvfile.glance(content, columns.of(dictionary.at(day)))
    except Unreadable as wrong:
        raise errors.Faults(faults.fault(wrong.rule, pointer="", **wrong.facts)) from None


@router.post("", status_code=202, response_model=BulkOut, dependencies=[idempotency.KEYED])
async def send(file: Annotated[File, Depends(FileBody())]) -> Response:
    """Send a file of up to 10,000 filings (CSV or XLSX, as the template has it).

    What is right is filed, what is not is reported. The same file again is the same job, unless it
    was cancelled, could not be read or failed. A company has five files open at a time.
    """
    ask = file.ask
    path = ask.request.scope["path"].rstrip("/")

    async def work(session: AsyncSession) -> Answer:
        job = await asked.take(session, _job(file))
        told = BulkOut.of(job, await asked.counts(session, job["id"]))
        return Answer(202, told, {"Location": f"{path}/{job['id']}"})

    return await ask.answer(work)


def _job(file: File) -> dict[str, Any]:
    return {
        "id": file.ask.kit.ids(),
        "broker": file.ask.who.organisation,
        "subject": file.ask.who.subject,
        "media_type": file.media_type,
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "size": len(file.content),
        "content": file.content,
        "state": asked.READING,
        "rows": 0,
        "created_at": file.ask.now.wall,
    }


class CsvResponse(Response):
    """A spreadsheet as text."""

    media_type = "text/csv"


class XlsxResponse(Response):
    """A workbook."""

    media_type = XLSX


@router.get("/template.csv", response_class=CsvResponse)
async def csv_template(request: Request, kit: InKit, _who: Broker) -> Response:
    """The sheet to fill in as CSV: headings in both languages, an example, the codes."""
    return CsvResponse(template.as_csv(_day(request, kit)), headers=_named("filings.csv"))


@router.get("/template.xlsx", response_class=XlsxResponse)
async def xlsx_template(request: Request, kit: InKit, _who: Broker) -> Response:
    """The same as a workbook."""
    return XlsxResponse(template.as_xlsx(_day(request, kit)), headers=_named("filings.xlsx"))


def _day(request: Request, kit: Kit) -> date:
    settings: Settings = request.app.state.settings
    return settings.day_of(kit.clock.yard())


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@router.get("/{job_id}")
async def read(job_id: UUID, kit: InKit, who: Broker) -> BulkOut:
    """How far the work on a file is."""
    async with kit.database.connect() as connection:
        job = await _own(connection, job_id, who)
        return BulkOut.of(job, await asked.counts(connection, job_id))


@router.post("/{job_id}/cancel", response_model=BulkOut, dependencies=[idempotency.KEYED])
async def cancel(job_id: UUID, ask: Ask) -> Response:
    """Stop the work on a file: what is filed stays filed, the rest is not filed."""

    async def work(session: AsyncSession) -> Answer:
        await _own(session, job_id, ask.who)
        await asked.cancel(session, job_id, now=ask.now.wall)
        job = await asked.read(session, job_id)
        return Answer(200, BulkOut.of(job, await asked.counts(session, job_id)))

    return await ask.answer(work)


@router.get("/{job_id}/report.csv", response_class=StreamingResponse, responses=reports.CSV)
async def report(job_id: UUID, kit: InKit, who: Broker) -> StreamingResponse:
    """What came of each filing of a file: its numbers, or each fault with line, column and mend."""
    async with kit.database.connect() as connection:
        await _own(connection, job_id, who)

    async def written() -> AsyncIterator[str]:
        yield template.BOM + reports.header()
        after = 0
        while True:
            async with kit.database.connect() as connection:
                rows = await asked.page(connection, job_id, after=after)
            if not rows:
                return
            yield reports.lines(rows)
            after = rows[-1]["number"]

    headers = _named(f"report-{job_id}.csv") | {"Cache-Control": "no-store"}
    return StreamingResponse(written(), headers=headers, media_type="text/csv; header=present")


async def _own(on: AsyncConnection | AsyncSession, job_id: UUID, who: Principal) -> RowMapping:
    """A broker's own job. Raises BulkJobNotFound."""
    job = await asked.read(on, job_id)
    guard.own(who, job["broker"], missing=asked.BulkJobNotFound(job_id=job_id))
    return job
