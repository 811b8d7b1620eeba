"""The other services' events in: lock the case, let the domain decide, keep what follows.

An event that comes too late is logged and leaves the case as it is.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, measures, store
from services.inspection.domain import hearing
from services.inspection.domain.hearing import Decide
from services.inspection.domain.records import Actor, Moment
from services.inspection.settings import Settings
from shared.clock import yard_time_of
from shared.contracts.envelope import Envelope
from shared.kit import Kit
from shared.messaging.batch import Heard, Together
from shared.messaging.inbox import Handler, Handlers

log = structlog.get_logger()

REQUIREMENT = Actor(subject="mutual_recognition", role="service")
BOOKING = Actor(subject="booking", role="service")


def handlers(kit: Kit, settings: Settings) -> Handlers:
    """The handler of each event that means something to a case.

    Most consignments are not inspected and have no case: of several events that is asked once.
    """
    of_requirement = hearing.of_requirement(settings.wait)
    each = {
        **{kind: _handler(kit, decide, by=REQUIREMENT) for kind, decide in of_requirement.items()},
        **{kind: _handler(kit, decide, by=BOOKING) for kind, decide in hearing.OF_BOOKING.items()},
    }

    async def hear(session: AsyncSession, heard: Sequence[Heard]) -> None:
        known = await store.known(session, [one.event.requirement_id for one in heard])
        for one in heard:
            if hearing.makes_a_case(one.event):
                known.add(one.event.requirement_id)
            if one.event.requirement_id in known:
                with one.caused():
                    await each[type(one.event)](session, one.event, one.envelope)

    return {**dict.fromkeys(each, Together(hear)), **_of_filings(kit)}


def _of_filings(kit: Kit) -> Handlers:
    """Filings are only measured. When it happened is what the event says, on the yard's clock."""

    async def hear(session: AsyncSession, heard: Sequence[Heard]) -> None:
        times = [yard_time_of(kit.clock, one.envelope.time) for one in heard]
        await measures.hear(session, zip([one.event for one in heard], times, strict=True))

    return dict.fromkeys(measures.HEARD, Together(hear))


def _handler(kit: Kit, decide: Decide, *, by: Actor) -> Handler:
    async def handle(session: AsyncSession, event: Any, envelope: Envelope) -> None:
        now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
        case = await store.obtain(
            session, event.requirement_id, filing_id=event.filing_id, now=now.wall
        )
        change = decide(case, event, now)
        if change is None:
            log.debug("event leaves the case as it is", type=envelope.type, status=case.status)
        await commands.hear(session, case, change, who=by, now=now, ids=kit.ids)

    return handle
