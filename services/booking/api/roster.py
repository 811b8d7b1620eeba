"""The administration of a yard: its versions and closures, each tried before it is made."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import yardbook
from services.booking.api import doing, seeing
from services.booking.api.change_models import MadeOut, PlanOut
from services.booking.api.models import ReasonIn
from services.booking.api.roster_models import (
    ClosureIn,
    ClosureOut,
    ClosuresOut,
    VersionContentOut,
    VersionIn,
    VersionOut,
    VersionsOut,
)
from services.booking.api.seeing import TheDesk
from services.booking.commands import roster, yard_changes
from services.booking.commands.roster import Maker
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from services.booking.domain.refusals import YardVersionNotFound
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Instant

router = APIRouter(prefix="/v1/yards/{code}", tags=["yards"])

Staff = Annotated[Principal, allowed(Role.YARD, Role.SUPERVISOR)]
Reader = Annotated[Principal, allowed(Role.YARD, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)]
YardCode = Annotated[str, Path(max_length=32)]
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
Since = Annotated[
    Instant | None, Query(alias="from", description="Those that ended after this moment, too.")
]
DraftVersion = Annotated[VersionIn, json_body(VersionIn)]
DraftClosure = Annotated[ClosureIn, json_body(ClosureIn)]
Make = Callable[[AsyncSession, Turn], Awaitable[dict[str, Any]]]
KEYED = [idempotency.KEYED]


@router.get("/versions")
async def read_versions(who: Reader, desk: TheDesk, code: YardCode) -> VersionsOut:
    """Who changed what from which day on. Yard staff see their own yard's."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        (await desk.turn(session)).yard(code)
        rows = await yardbook.versions(session, code)
    founding = VersionOut.model_validate(dict.fromkeys(VersionOut.model_fields) | {"number": 1})
    return VersionsOut(items=[founding, *(VersionOut.model_validate(dict(row)) for row in rows)])


@router.get("/versions/{number}")
async def read_version(
    who: Reader, desk: TheDesk, code: YardCode, number: Number
) -> VersionContentOut:
    """One version with all that it says."""
    listed = await read_versions(who, desk, code)
    async with desk.kit.database.connect() as session:
        books = await desk.books(session)
    layer = next((each for each in books.layers[code] if each.number == number), None)
    told = next((each for each in listed.items if each.number == number), None)
    if layer is None or told is None:
        raise YardVersionNotFound(number=number)
    return VersionContentOut(**told.model_dump(), content=dict(layer.content))


@router.post("/versions/check")
async def check_version(who: Staff, desk: TheDesk, code: YardCode, draft: DraftVersion) -> PlanOut:
    """What a version would hit, and where that would go. Nothing is changed."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        after = await _with_version(session, desk, who, code, draft, turn=turn)
        planned = await roster.tried(session, after, turn=turn)
    return PlanOut.model_validate(yard_changes.facts_of(planned))


@router.post("/versions", status_code=201, response_model=MadeOut, dependencies=KEYED)
async def make_version(
    request: Request, who: Staff, desk: TheDesk, code: YardCode, draft: DraftVersion
) -> Response:
    """Change the yard from a day on. 409 `yard_moved_on` carries the plan as it is now."""

    async def make(session: AsyncSession, turn: Turn) -> dict[str, Any]:
        after = await _with_version(session, desk, who, code, draft, turn=turn)
        number, planned = await roster.make_version(
            session,
            after,
            draft.version(),
            who=_maker(who, draft.reason),
            told=draft.told(),
            turn=turn,
        )
        return {"number": number, "plan": yard_changes.facts_of(planned)}

    return await _run(request, desk, who, code, make, status=201)


@router.get("/closures")
async def read_closures(
    who: Reader, desk: TheDesk, code: YardCode, since: Since = None
) -> ClosuresOut:
    """What is closed now or will be, and what ended or was lifted after a moment if one is told."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        rows = await yardbook.closures(session, turn.yard(code).code, after=since or turn.now)
    return ClosuresOut(items=[ClosureOut.model_validate(dict(row)) for row in rows])


@router.post("/closures/check")
async def check_closure(who: Staff, desk: TheDesk, code: YardCode, draft: DraftClosure) -> PlanOut:
    """What a closure would hit, and where that would go. Nothing is changed."""
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        turn = await desk.turn(session)
        maker = _maker(who, draft.reason)
        after, closure = roster.with_closure(code, draft.closing(), who=maker, turn=turn)
        planned = await roster.tried(session, after, closure=closure, turn=turn)
    return PlanOut.model_validate(yard_changes.facts_of(planned))


@router.post("/closures", status_code=201, response_model=MadeOut, dependencies=KEYED)
async def make_closure(
    request: Request, who: Staff, desk: TheDesk, code: YardCode, draft: DraftClosure
) -> Response:
    """Close the yard, a bay, a team or gear. 409 `yard_moved_on` carries the plan as it is now."""

    async def make(session: AsyncSession, turn: Turn) -> dict[str, Any]:
        maker = _maker(who, draft.reason)
        after, closure = roster.with_closure(code, draft.closing(), who=maker, turn=turn)
        number, planned = await roster.make_closure(
            session, after, closure, who=maker, told=draft.told(), turn=turn
        )
        return {"number": number, "plan": yard_changes.facts_of(planned)}

    return await _run(request, desk, who, code, make, status=201)


@router.post("/closures/{number}/lift", response_model=MadeOut, dependencies=KEYED)
async def lift_closure(
    request: Request,
    who: Staff,
    desk: TheDesk,
    code: YardCode,
    number: Number,
    given: Annotated[ReasonIn, json_body(ReasonIn)],
) -> Response:
    """End a closure now; what it moved stays where it went."""

    async def make(session: AsyncSession, turn: Turn) -> dict[str, Any]:
        await roster.lift(session, code, number, who=_maker(who, given.reason), turn=turn)
        return {"number": number, "plan": yard_changes.facts_of(yard_changes.Plan())}

    return await _run(request, desk, who, code, make)


async def _with_version(
    session: Any, desk: Desk, who: Principal, code: str, draft: VersionIn, *, turn: Turn
) -> Any:
    turn.yard(code)
    return roster.with_version(
        await desk.books(session),
        code,
        draft.version(),
        who=_maker(who, draft.reason),
        skills=desk.settings.skills,
        turn=turn,
    )


async def _run(
    request: Request, desk: Desk, who: Principal, code: str, make: Make, *, status: int = 200
) -> Response:
    """Change a yard while nobody places anything."""
    seeing.require_own_yard(who, code)

    async def work(session: AsyncSession) -> Answer:
        await yardbook.alone(session)
        made = await make(session, await desk.turn(session))
        return Answer(status, MadeOut.model_validate(made))

    return await doing.once(request, desk, who, work)


def _maker(who: Principal, reason: str) -> Maker:
    return Maker(who.subject, who.agency, reason)
