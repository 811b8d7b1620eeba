"""What yard staff and officers do. Each answers with the case as it is then."""

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands
from services.inspection.api import forms, views
from services.inspection.domain.case import Case
from services.inspection.domain.records import Actor, Moment
from services.inspection.settings import Settings
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import KEYED, Answer
from shared.ids import Ids
from shared.kit import Kit, kit_of

TheKit = Annotated[Kit, Depends(kit_of)]
Officer = Annotated[Principal, allowed(Role.OFFICER)]
YardStaff = Annotated[Principal, allowed(Role.YARD)]


class Command(Protocol):
    """A command with everything but who, when and where filled in."""

    def __call__(
        self, session: AsyncSession, *, who: Actor, now: Moment, ids: Ids
    ) -> Awaitable[Case]:
        """The case afterwards."""
        ...


def router(settings: Settings) -> APIRouter:
    """The routes that change a case."""
    cases = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], dependencies=[KEYED])
    _gate(cases)
    _container(cases, settings)
    _section(cases, settings)
    return cases


def _gate(cases: APIRouter) -> None:
    @cases.post("/gate-in", response_model=views.CaseOut)
    async def gate_in(
        request: Request,
        case_id: UUID,
        who: YardStaff,
        kit: TheKit,
        body: Annotated[forms.GateIn, json_body(forms.GateIn)],
    ) -> Response:
        """The consignment came into the yard of its slot."""
        seals = body.values()
        command = partial(commands.gate_in, case_id=case_id, yard=who.organisation, seals=seals)
        return await _answer(request, kit, who, command)

    @cases.post("/gate-out", response_model=views.CaseOut)
    async def gate_out(
        request: Request,
        case_id: UUID,
        who: YardStaff,
        kit: TheKit,
        body: Annotated[forms.GateIn, json_body(forms.GateIn)],
    ) -> Response:
        """The consignment left the yard, closed and sealed."""
        seals = body.values()
        command = partial(commands.gate_out, case_id=case_id, yard=who.organisation, seals=seals)
        return await _answer(request, kit, who, command)


def _container(cases: APIRouter, settings: Settings) -> None:
    @cases.post("/open", response_model=views.CaseOut)
    async def open_container(
        request: Request,
        case_id: UUID,
        who: Officer,
        kit: TheKit,
        body: Annotated[forms.OpenIn, json_body(forms.OpenIn)],
    ) -> Response:
        """Open the container in its slot, at the earliest 15 minutes before."""
        command = partial(
            commands.open_container, case_id=case_id, present=body.present or (), reason=body.reason
        )
        return await _answer(request, kit, who, command)

    @cases.post("/join", response_model=views.CaseOut)
    async def join(
        request: Request,
        case_id: UUID,
        who: Officer,
        kit: TheKit,
        body: Annotated[forms.JoinIn, json_body(forms.JoinIn)],
    ) -> Response:
        """Come to the open container as another needed agency."""
        command = partial(commands.join, case_id=case_id, wait=settings.wait)
        return await _answer(request, kit, who, command)


def _section(cases: APIRouter, settings: Settings) -> None:
    @cases.post("/findings", response_model=views.CaseOut)
    async def find(
        request: Request,
        case_id: UUID,
        who: Officer,
        kit: TheKit,
        body: Annotated[forms.FindingIn, json_body(forms.FindingIn)],
    ) -> Response:
        """Note a finding in your agency's section."""
        command = partial(commands.find, case_id=case_id, finding=body.value())
        return await _answer(request, kit, who, command)

    @cases.post("/conclude", response_model=views.CaseOut)
    async def conclude(
        request: Request,
        case_id: UUID,
        who: Officer,
        kit: TheKit,
        body: Annotated[forms.ConcludeIn, json_body(forms.ConcludeIn)],
    ) -> Response:
        """Conclude your agency's section, with the findings noted before and those given here."""
        command = partial(
            commands.conclude, case_id=case_id, report=body.value(), wait=settings.wait
        )
        return await _answer(request, kit, who, command)

    @cases.post("/escalate", response_model=views.CaseOut)
    async def escalate(
        request: Request,
        case_id: UUID,
        who: Officer,
        kit: TheKit,
        body: Annotated[forms.EscalateIn, json_body(forms.EscalateIn)],
    ) -> Response:
        """Ask for a deeper look of your agency, or call in another; a revision answers it."""
        command = partial(
            commands.escalate, case_id=case_id, asked=body.value(), agencies=settings.agencies
        )
        return await _answer(request, kit, who, command)


async def _answer(request: Request, kit: Kit, who: Principal, command: Command) -> Response:
    """Run a command once for the request's idempotency key, and show the case."""
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    actor = Actor(subject=who.subject, role=who.role.value, agency=who.agency)

    async def work(session: AsyncSession) -> Answer:
        case = await command(session, who=actor, now=now, ids=kit.ids)
        return Answer(200, views.case_out(case, who=who, now=now.yard))

    return await idempotency.once(
        request, database=kit.database, owner=who.office, now=now.wall, work=work
    )
