"""The way of each container through the yard: recorded by yard staff and officers, read by all."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.inspection import queries, store
from services.inspection.api import forms, views
from services.inspection.api.acting import Ask
from services.inspection.api.reading import Reader, TheKit, visible
from services.inspection.domain import correcting, gates, handling, standing, tracking
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import StrictModel, Text

AtTheContainer = Annotated[Principal, allowed(Role.YARD, Role.OFFICER)]

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["containers"])


class BoxIn(StrictModel):
    """A container, and its seal where the step is about one: the one taken off, or the new one."""

    container: forms.ContainerNumber
    seal: forms.SealNumber | None = None


class HandleIn(StrictModel):
    """One step that is done to some containers together.

    `witnesses` are people who were there for others than the agencies, such as the broker's
    clerk; the agencies at the opening are recorded by themselves.
    """

    step: handling.Step
    containers: Annotated[
        tuple[BoxIn, ...],
        Field(min_length=1, max_length=forms.MAX_CONTAINERS),
        forms.FROM_LIST,
    ]
    reason: forms.Reason | None = None
    witnesses: Annotated[
        tuple[Annotated[str, Text(max=80)], ...], Field(max_length=10), forms.FROM_LIST
    ] = ()

    def value(self) -> handling.Handling:
        """As the domain says it."""
        boxes = tuple(handling.Box(each.container, each.seal) for each in self.containers)
        return handling.Handling(self.step, boxes, self.reason, self.witnesses)


class SealOut(BaseModel):
    """A seal's number."""

    number: str = Field(serialization_alias="sealNumber")


class PlaceOut(BaseModel):
    """Where it was: the yard, and the bay if it was in one."""

    yard: str
    bay: str | None


class TrackedOut(BaseModel):
    """One event in the terms of DCSA's Track and Trace; `step` is our own word for it.

    `equipmentEventTypeCode` is null where DCSA has no term. `eventDateTime` is the yard's clock.
    """

    id: UUID = Field(serialization_alias="eventID")
    event_type: Literal["EQUIPMENT"] = Field("EQUIPMENT", serialization_alias="eventType")
    classifier: Literal["ACT"] = Field("ACT", serialization_alias="eventClassifierCode")
    code: tracking.Equipment | None = Field(serialization_alias="equipmentEventTypeCode")
    step: str
    at: datetime = Field(serialization_alias="eventDateTime")
    written_at: datetime = Field(serialization_alias="eventCreatedDateTime")
    container: str = Field(serialization_alias="equipmentReference")
    empty: Literal["EMPTY", "LADEN"] = Field(serialization_alias="emptyIndicatorCode")
    place: PlaceOut = Field(serialization_alias="eventLocation")
    seals: list[SealOut]


class TrackingOut(BaseModel):
    """What happened to the containers of a case, the oldest first."""

    items: list[TrackedOut]


@router.post("/handle", response_model=views.CaseOut, dependencies=[KEYED])
async def handle(
    ask: Ask, who: AtTheContainer, body: Annotated[HandleIn, json_body(HandleIn)]
) -> Response:
    """Record that containers were moved to the bay, unsealed, opened, unpacked, repacked, resealed.

    Unsealing, opening and unpacking belong to an opening. A second unpacking needs a reason.
    """

    def step(case: Case, actor: Actor, _: Moment) -> Change:
        if who.role is Role.YARD:
            gates.of_yard(case, who.organisation)
        else:
            standing.needed_section(case, actor)
        return handling.handle(case, body.value())

    return await ask.answer(who, step)


@router.get("/tracking")
async def read_tracking(case_id: UUID, who: Reader, kit: TheKit) -> TrackingOut:
    """The way of each container through the yard. Loose cargo has none."""
    async with kit.database.connect() as connection:
        visible(await queries.case(connection, case_id), who)
        kinds = (*tracking.KINDS, correcting.CORRECTED)
        found = correcting.corrected(await store.of_kinds(connection, [case_id], kinds))
    return TrackingOut(items=[_tracked(each) for each in tracking.track(found)])


def _tracked(event: tracking.Tracked) -> TrackedOut:
    return TrackedOut(
        id=event.id,
        code=event.code,
        step=event.step,
        at=event.at,
        written_at=event.written_at,
        container=event.container,
        empty="EMPTY" if event.empty else "LADEN",
        place=PlaceOut(yard=event.yard, bay=event.bay),
        seals=[SealOut(number=event.seal)] if event.seal else [],
    )
