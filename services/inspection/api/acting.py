"""What yard staff and officers do. Each answers with the case as it is then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypedDict
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands
from services.inspection.api import forms, views
from services.inspection.domain import consent, gates, inspecting
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from services.inspection.settings import Settings
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.ids import Ids
from shared.kit import Kit, kit_of

Officer = Annotated[Principal, allowed(Role.OFFICER)]
YardStaff = Annotated[Principal, allowed(Role.YARD)]

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], dependencies=[KEYED])

Step = Callable[[Case, Actor, Moment], Change]


class Acting(TypedDict):
    """What every command is told beside the case: who does it, when, and where new ids are from."""

    who: Actor
    now: Moment
    ids: Ids


Work = Callable[[AsyncSession, Acting], Awaitable[Case]]


@dataclass(frozen=True)
class Asked:
    """A request about one case."""

    request: Request
    case_id: UUID
    kit: Kit
    settings: Settings

    async def answer(self, who: Principal, step: Step) -> Response:
        """Take the step once for the request's idempotency key, and show the case."""

        async def work(session: AsyncSession, acting: Acting) -> Case:
            def decide(case: Case) -> Change:
                return step(case, acting["who"], acting["now"])

            return await commands.act(session, self.case_id, decide, **acting)

        return await self.keep(who, work)

    async def keep(self, who: Principal, change: Work) -> Response:
        """Do a command once for the request's idempotency key, and show the case."""
        kit = self.kit
        now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
        actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)
        acting = Acting(who=actor, now=now, ids=kit.ids)

        async def work(session: AsyncSession) -> Answer:
            case = await change(session, acting)
            return Answer(200, views.case_out(case, who=who, now=now.yard))

        return await idempotency.once(
            self.request, database=kit.database, owner=who.office, now=now.wall, work=work
        )


async def asked(request: Request, case_id: UUID, kit: Annotated[Kit, Depends(kit_of)]) -> Asked:
    """The request that is answered; not the class itself, which would be made in a thread."""
    settings: Settings = request.app.state.settings
    return Asked(request=request, case_id=case_id, kit=kit, settings=settings)


Ask = Annotated[Asked, Depends(asked)]


@router.post("/gate-in", response_model=views.CaseOut)
async def gate_in(
    ask: Ask, who: YardStaff, body: Annotated[forms.GateIn, json_body(forms.GateIn)]
) -> Response:
    """The consignment came into the yard of its slot."""

    def step(case: Case, _: Actor, now: Moment) -> Change:
        return gates.gate_in(gates.of_yard(case, who.organisation), body.values(), now=now)

    return await ask.answer(who, step)


@router.post("/gate-out", response_model=views.CaseOut)
async def gate_out(
    ask: Ask, who: YardStaff, body: Annotated[forms.GateIn, json_body(forms.GateIn)]
) -> Response:
    """The consignment left the yard, closed and sealed; or decided containers alone."""

    def step(case: Case, _: Actor, now: Moment) -> Change:
        return gates.gate_out(gates.of_yard(case, who.organisation), body.values(), now=now)

    return await ask.answer(who, step)


@router.post("/open", response_model=views.CaseOut)
async def open_container(
    ask: Ask, who: Officer, body: Annotated[forms.OpenIn, json_body(forms.OpenIn)]
) -> Response:
    """Open the container in its slot, at the earliest 15 minutes before."""

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        present = body.present or ()
        return inspecting.open_container(
            case, who=actor, present=present, reason=body.reason, now=now
        )

    return await ask.answer(who, step)


@router.post("/join", response_model=views.CaseOut)
async def join(
    ask: Ask, who: Officer, body: Annotated[forms.JoinIn, json_body(forms.JoinIn)]
) -> Response:
    """Come to the open container as another needed agency."""

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        return inspecting.join(case, who=actor, now=now, wait=ask.settings.wait)

    return await ask.answer(who, step)


@router.post("/findings", response_model=views.CaseOut)
async def find(
    ask: Ask, who: Officer, body: Annotated[forms.FindingIn, json_body(forms.FindingIn)]
) -> Response:
    """Note a finding in your agency's section, by a code of `GET /v1/finding-codes`."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        zone = ask.settings.zone
        return await commands.find(session, ask.case_id, body.value(), zone=zone, **acting)

    return await ask.keep(who, work)


@router.post("/conclude", response_model=views.CaseOut)
async def conclude(
    ask: Ask, who: Officer, body: Annotated[forms.ConcludeIn, json_body(forms.ConcludeIn)]
) -> Response:
    """Conclude your agency's section, with the findings noted before and those given here.

    Name `containers` to conclude on some of them alone: each is decided by itself.
    """

    async def work(session: AsyncSession, acting: Acting) -> Case:
        settings = ask.settings
        return await commands.conclude(
            session, ask.case_id, body.value(), wait=settings.wait, zone=settings.zone, **acting
        )

    return await ask.keep(who, work)


@router.post("/escalate", response_model=views.CaseOut)
async def escalate(
    ask: Ask, who: Officer, body: Annotated[forms.EscalateIn, json_body(forms.EscalateIn)]
) -> Response:
    """Ask for a deeper look of your agency, or call in another; a revision answers it."""

    def step(case: Case, actor: Actor, _: Moment) -> Change:
        return inspecting.escalate(case, body.value(), who=actor, agencies=ask.settings.agencies)

    return await ask.answer(who, step)


@router.post("/consent", response_model=views.CaseOut)
async def answer_consent(
    ask: Ask, who: Officer, body: Annotated[forms.ConsentIn, json_body(forms.ConsentIn)]
) -> Response:
    """Consent to an amendment of what is declared after the opening, or refuse it."""

    def step(case: Case, actor: Actor, _: Moment) -> Change:
        return consent.answer(case, consents=body.consent, reason=body.reason, who=actor)

    return await ask.answer(who, step)
