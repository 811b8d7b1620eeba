"""Events in: what requirements and cases mean for their bookings. The loop claims and commits."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy, store
from services.booking.commands import cases, requirements
from services.booking.desk import Desk
from shared.contracts.case import CaseClosedUp, CaseCompleted, CaseOpened
from shared.contracts.envelope import Envelope
from shared.contracts.requirement import (
    Determination,
    RequirementDetermined,
    RequirementMet,
    RequirementRevised,
    RequirementVoided,
)
from shared.contracts.values import Mode, Outcome, Said
from shared.messaging.batch import Heard, Together
from shared.messaging.inbox import Handlers

DETERMINED = Said(en="what has to be inspected was determined", zh="已确定查验要求")
REVISED = Said(en="what has to be inspected has changed", zh="查验要求已变更")
"""The broker reads this: not an officer's own words, nor figures of what was found."""


def handlers(desk: Desk) -> Handlers:
    """What is done for each event type that matters here.

    Most consignments are not inspected and have no booking: of several events that is asked once.
    The desk is the API's own: what is booked unasked and what is offered go by the same prices.
    """
    each = {**_of_requirements(desk), **_of_cases(desk)}

    async def hear(session: AsyncSession, heard: Sequence[Heard]) -> None:
        books = await desk.books(session)  # waits for a change of a yard before it locks a booking
        known = await store.known(session, [one.event.requirement_id for one in heard])
        if len(heard) > 1 and (known or any(_asks_for_a_slot(one.event) for one in heard)):
            await occupancy.lock_all(session, books.yards)
        for one in heard:
            if _asks_for_a_slot(one.event):
                known.add(one.event.requirement_id)
            if one.event.requirement_id in known:
                with one.caused():
                    await each[type(one.event)](session, one.event, one.envelope)

    return dict.fromkeys(each, Together(hear))


def _asks_for_a_slot(event: object) -> bool:
    """Whether there is a booking from this event on, if there was none before."""
    return isinstance(event, Determination) and event.mode is not Mode.NONE


def _of_requirements(desk: Desk) -> Handlers:
    async def determined(session: AsyncSession, event: RequirementDetermined, _: Envelope) -> None:
        turn = await desk.turn(session)
        await requirements.determine(session, event, reason=DETERMINED, turn=turn)

    async def revised(session: AsyncSession, event: RequirementRevised, _: Envelope) -> None:
        turn = await desk.turn(session)
        await requirements.determine(session, event, reason=REVISED, turn=turn)

    async def met(session: AsyncSession, event: RequirementMet, _: Envelope) -> None:
        if event.outcome is Outcome.HELD:
            return
        turn = await desk.turn(session)
        await requirements.met(session, event.requirement_id, reason=event.reason, turn=turn)

    async def voided(session: AsyncSession, event: RequirementVoided, _: Envelope) -> None:
        turn = await desk.turn(session)
        await requirements.end(session, event.requirement_id, reason=event.reason, turn=turn)

    return {
        RequirementDetermined: determined,
        RequirementRevised: revised,
        RequirementMet: met,
        RequirementVoided: voided,
    }


def _of_cases(desk: Desk) -> Handlers:
    async def opened(session: AsyncSession, event: CaseOpened, _: Envelope) -> None:
        turn = await desk.turn(session)
        await cases.start(session, event.requirement_id, opened_at=event.opened_at, turn=turn)

    async def closed_up(session: AsyncSession, event: CaseClosedUp, _: Envelope) -> None:
        await cases.close_up(
            session,
            event.requirement_id,
            missing=event.missing,
            closed_at=event.closed_at,
            turn=await desk.turn(session),
        )

    async def completed(session: AsyncSession, event: CaseCompleted, _: Envelope) -> None:
        await cases.complete(
            session,
            event.requirement_id,
            completed_at=event.completed_at,
            turn=await desk.turn(session),
        )

    return {CaseOpened: opened, CaseClosedUp: closed_up, CaseCompleted: completed}
