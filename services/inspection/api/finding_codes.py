"""The codes of findings: read by a day, changed by each agency's supervisors from a day on."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import coding
from services.inspection.api import forms
from services.inspection.api.editions import Supervisor, Zone
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.watching import TheSettings
from services.inspection.domain import finding_codes
from services.inspection.domain.finding_codes import Edition, Entry, Severity
from shared.contracts.values import Agency
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import Day, StrictModel, Text

router = APIRouter(prefix="/v1/finding-codes", tags=["checklists"])


class CodeEditionIn(StrictModel):
    """A code as it shall be from `valid_from` on; `withdrawn` takes it off your agency's list.

    `item` is the code of the checklist's item that it belongs to.
    """

    said: forms.SaidIn
    item: Annotated[str, Text(max=64, pattern=r"[a-z][a-z0-9_]+")] | None = None
    severity: Severity
    valid_from: Day
    withdrawn: bool = False

    def value(self, *, agency: str, code: str) -> Entry:
        """As the domain says it."""
        facts = self.model_dump(exclude={"valid_from", "withdrawn"})
        return Entry(agency=agency, code=code, **facts)


class CodeEditionOut(BaseModel):
    """A code from a day on. Version 0 came along."""

    entry: Entry
    version: int
    valid_from: date
    withdrawn: bool


class ListedOut(CodeEditionOut):
    """A code on the list of `agency`; the entry's own agency is null where it is of all."""

    agency: str


class CodesOut(BaseModel):
    """The agencies' codes, each agency's in alphabetic order."""

    items: list[ListedOut]


@router.get("")
async def read_finding_codes(
    _: Inspector,
    kit: TheKit,
    zone: Zone,
    settings: TheSettings,
    agency: Agency | None = None,
    at: date | None = None,
) -> CodesOut:
    """The codes in force on a day, today unless told; of one agency if it is named."""
    day = at or kit.clock.yard().astimezone(zone).date()
    async with kit.database.connect() as connection:
        every = await coding.editions(connection)
    asked = [each for each in settings.agencies if agency in (None, each)]
    return CodesOut(
        items=[
            ListedOut(agency=name, **vars(each))
            for name in asked
            for each in finding_codes.in_force(every, agency=name, on=day)
        ]
    )


@router.put("/{code}", response_model=CodeEditionOut, dependencies=[KEYED])
async def write_finding_code(
    code: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{1,63}$")],
    request: Request,
    who: Supervisor,
    kit: TheKit,
    zone: Zone,
    body: Annotated[CodeEditionIn, json_body(CodeEditionIn)],
) -> Response:
    """Add or change a code of the own agency's list from a day on, today at the earliest.

    What was found before keeps its code, also where a device sends it later.
    """
    now = kit.clock.wall()

    async def work(session: AsyncSession) -> Answer:
        edition = await coding.write(
            session,
            body.value(agency=who.agency or "", code=code),
            valid_from=body.valid_from,
            withdrawn=body.withdrawn,
            author=who.subject,
            today=kit.clock.yard().astimezone(zone).date(),
            now=now,
        )
        return Answer(200, _out(edition))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


def _out(edition: Edition) -> CodeEditionOut:
    return CodeEditionOut.model_validate(edition, from_attributes=True)
