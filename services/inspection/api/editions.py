"""The agencies' checklists: read by a day, changed by their supervisors from a day on."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import checking
from services.inspection.api import forms
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.domain import checklists
from services.inspection.domain.checklists import Edition, Item, Subject
from services.inspection.settings import Settings
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Agency, Scope
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.http.model import Day, StrictModel, Text

Supervisor = Annotated[Principal, allowed(Role.SUPERVISOR)]

router = APIRouter(prefix="/v1/checklists", tags=["checklists"])


class EditionIn(StrictModel):
    """A checklist item as it shall be from `valid_from` on; `withdrawn` takes it off the list.

    It is asked from `scope` on, for goods under one of `hs` (none: all) and for inspections with
    one of `skills` (none: all). `unit`: a UN/ECE Recommendation 20 code, where a figure is asked.
    """

    subject: Subject
    said: forms.SaidIn
    scope: Scope = Scope.DOCUMENTS
    hs: Annotated[
        tuple[Annotated[str, Text(max=10, pattern=r"[0-9]{2,10}")], ...], Field(max_length=200)
    ] = ()
    skills: Annotated[tuple[Annotated[str, Text(max=64)], ...], Field(max_length=20)] = ()
    required: bool = False
    unit: Annotated[str, Text(max=3, pattern=r"[A-Z0-9]{2,3}")] | None = None
    valid_from: Day
    withdrawn: bool = False

    def value(self, *, agency: str, code: str) -> Item:
        """As the domain says it."""
        facts = self.model_dump(exclude={"valid_from", "withdrawn"})
        return Item(agency=agency, code=code, **facts)


class EditionOut(BaseModel):
    """An item of a checklist from a day on. Version 0 came along."""

    item: Item
    version: int
    valid_from: date
    withdrawn: bool


class EditionsOut(BaseModel):
    """Items of checklists."""

    items: list[EditionOut]


async def zone_of(request: Request) -> ZoneInfo:
    """Where the days of checklists begin."""
    settings: Settings = request.app.state.settings
    return settings.zone


Zone = Annotated[ZoneInfo, Depends(zone_of)]


@router.get("")
async def read_checklists(
    _: Inspector, kit: TheKit, zone: Zone, agency: Agency | None = None, at: date | None = None
) -> EditionsOut:
    """The items in force on a day, today unless told; of one agency if it is named."""
    day = at or kit.clock.yard().astimezone(zone).date()
    async with kit.database.connect() as connection:
        every = await checking.editions(connection, agency=agency)
    return EditionsOut(items=[_edition(each) for each in checklists.in_force(every, on=day)])


@router.put("/{code}", response_model=EditionOut, dependencies=[KEYED])
async def write_edition(
    code: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{1,63}$")],
    request: Request,
    who: Supervisor,
    kit: TheKit,
    zone: Zone,
    body: Annotated[EditionIn, json_body(EditionIn)],
) -> Response:
    """Add or change an item of the own agency's checklist from a day on, today at the earliest.

    Inspections whose container was opened before that day keep the checklist that they had.
    """
    now = kit.clock.wall()

    async def work(session: AsyncSession) -> Answer:
        edition = await checking.write(
            session,
            body.value(agency=who.agency or "", code=code),
            valid_from=body.valid_from,
            withdrawn=body.withdrawn,
            author=who.subject,
            today=kit.clock.yard().astimezone(zone).date(),
            now=now,
        )
        return Answer(200, _edition(edition))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now, work=work
    )


def _edition(edition: Edition) -> EditionOut:
    return EditionOut.model_validate(edition, from_attributes=True)
