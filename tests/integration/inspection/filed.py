"""Filings as inspection hears of them, and a day's worth of them for all tests of a module."""

from typing import Any
from uuid import UUID, uuid5

from shared.contracts import filing
from shared.contracts.filing import Consignment, FilingEvent
from shared.contracts.values import Outcome
from tests import factories
from tests.factories import CONSIGNEE, NOW, container_number
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

OF = {"filing_version": 1}
"""Of which content an event is."""


def named(name: str) -> UUID:
    """The filing of a name."""
    return uuid5(b.FILING, name)


def cargo(**changes: Any) -> Consignment:
    """A valid consignment, with changes."""
    return Consignment.model_validate(factories.filing(**changes))


def accepted(of: UUID = b.FILING, **changes: Any) -> filing.FilingAccepted:
    """The filing is accepted, with changes of its content."""
    number = "421820261000000001"
    return filing.FilingAccepted(
        filing_id=of, receipt_number=number, consignment=cargo(**changes), **OF
    )


def proposed(of: UUID = b.FILING, **changes: Any) -> filing.AmendmentRequested:
    """Another content is asked for."""
    return filing.AmendmentRequested(filing_id=of, consignment=cargo(**changes), **OF)


def told(kind: type[FilingEvent], of: UUID = b.FILING, **facts: Any) -> FilingEvent:
    """Something else happened to the filing."""
    return kind(filing_id=of, **OF, **facts)


def refused_entry(of: UUID = b.FILING) -> FilingEvent:
    """The filing ends that way."""
    return told(filing.FilingRefusedEntry, of, reason=factories.said("pest"))


def part_released(of: UUID = b.FILING) -> FilingEvent:
    """One container may go before the others."""
    containers = (container_number(1),)
    reason = factories.said("conforms")
    return told(
        filing.FilingPartlyDecided,
        of,
        containers=containers,
        outcome=Outcome.RELEASED,
        reason=reason,
    )


def _cell(document: Any, path: str) -> str:
    for name in path.split("."):
        document = None if document is None else document.get(name)
    return "" if document is None else str(document)


def as_told(heading: str, told: Any) -> str:
    """What JSON has where a column's heading says: Chinese, a space, the path."""
    named = told | {each["agency"]: each for each in told.get("agencies", [])}
    return _cell(named, heading.rsplit(" ", 1)[1])


async def inspect(room: Room, *officers: str) -> None:
    """One filing from its acceptance to its release, with an inspection that both share.

    Filed at 0; selected at 10, booked at 30 for 240, in the yard at 200, opened on time; customs
    works to 280, quarantine from 250 to 300; released at 320 (minutes). Officers of customs
    sign in at 245, of whom the first leaves at 265; none of quarantine.
    """
    await _at(room, 0, accepted())
    await _at(room, 10, b.determined())
    await _at(room, 30, r.confirmed(b.slot(b.at(240).yard)))
    await _act(room, 200, "yard", "gate-in", r.SEALS)
    await _act(room, 240, "customs", "open")
    if officers:
        await _act(room, 245, "customs", "come", {"officers": officers})
    await _act(room, 250, "quarantine", "join")
    if officers:
        await _act(room, 265, "customs", "leave", {"officers": officers[:1]})
    await _act(room, 280, "customs", "conclude", r.CONFORM)
    await _act(room, 300, "quarantine", "conclude", r.CONFORM)
    _turn(room, 310)
    await room.met()
    await _at(room, 320, told(filing.FilingReleased))


async def day(room: Room) -> None:
    """The inspected one; two that were not selected, one withdrawn, one that was refused in parts,
    one still open, one of the sandbox.
    """
    await inspect(room)
    for number, minutes in enumerate((20, 40)):
        of = named(f"free {number}")
        await _at(room, 0, accepted(of, broker=_company(factories.OTHER_BROKER)))
        await _at(room, minutes, told(filing.FilingReleased, of))
    await _at(room, 0, accepted(named("gone")))
    await _at(room, 5, told(filing.FilingWithdrawn, named("gone")))
    await _at(room, 0, accepted(named("parts"), consignee=_company(factories.uscc(8))))
    await _at(room, 100, part_released(named("parts")))
    await _at(room, 200, part_released(named("parts")))
    await _at(room, 300, refused_entry(named("parts")))
    grain = factories.line(1, hs_code="1001190001", net_kg="9000")
    await _at(room, 17 * 60, accepted(named("open"), lines=[factories.line(2), grain]))
    await _at(room, 0, accepted(named("sandbox"), sandbox="joint"))


def _company(uscc: str) -> dict[str, str]:
    return {"uscc": uscc, "name": "company 公司" if uscc != CONSIGNEE else "consignee 收货人"}


def _turn(room: Room, minutes: float) -> None:
    room.hand.moment = b.at(minutes, start=NOW).yard


async def _at(room: Room, minutes: float, *events: Any) -> None:
    _turn(room, minutes)
    await room.hear(*events)


async def _act(
    room: Room, minutes: float, who: str, act: str, body: dict[str, Any] | None = None
) -> None:
    _turn(room, minutes)
    await room.do(who, act, body)
