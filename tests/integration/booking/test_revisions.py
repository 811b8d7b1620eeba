"""What a changed requirement does to its slot, before and after the container was opened."""

from datetime import timedelta

from services.booking.domain.booking import Status
from shared.contracts.requirement import RequirementVoided
from shared.contracts.values import Mode, Said, Slot
from tests import factories, kits
from tests.integration.booking import room
from tests.integration.booking.room import (
    Office,
    case_closed_up,
    case_completed,
    case_opened,
)
from tests.unit.booking import made
from tests.unit.booking.made import need

JOINT = (need("customs"), need("quarantine", "plant"))


async def _slot(office: Office, serial: int = 1) -> Slot:
    slot = (await office.booking(serial)).slot
    assert slot is not None
    return slot


async def test_a_revision_that_the_slot_serves_keeps_it(office: Office) -> None:
    await office.bring(made.determined(auto=True))
    slot = await _slot(office)
    await office.bring(made.revised(1, need("customs", "general", minutes=45), auto=True))
    booking = await office.booking()
    assert (booking.slot, booking.revision) == (slot, 2)
    assert await office.told() == ["requested", "confirmed"]
    assert await office.broken() == []


async def test_another_agency_gets_a_team_in_the_same_slot_if_one_is_free(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    before = await _slot(office)
    await office.bring(made.revised(1, *JOINT, auto=True))
    after = await _slot(office)
    assert (after.starts, after.bay, after.teams[0]) == (
        before.starts,
        before.bay,
        before.teams[0],
    )
    assert [place.agency for place in after.teams] == ["customs", "quarantine"]
    assert await office.told() == ["requested", "confirmed", "rescheduled"]
    assert await office.broken() == []


async def test_the_broker_is_not_told_an_officers_words_when_the_slot_changes(
    office: Office,
) -> None:
    tip = Said.as_given("a tip about counterfeits 线索")
    await office.bring(made.determined(auto=True))
    await office.bring(made.revised(1, *JOINT, auto=True, cause="late_selection", reason=tip))
    (*_, told) = await kits.told(office.service)
    assert told.data["reason"] == {
        "en": "what has to be inspected has changed",
        "zh": "查验要求已变更",
    }


async def test_a_slot_that_cannot_serve_any_more_moves_to_the_next_best(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    later = made.MONDAY + timedelta(hours=20)
    await office.bring(made.revised(auto=True, cause="amendment", arrival=later))
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    assert booking.slot.starts >= booking.window.opens == later + timedelta(hours=3)
    assert await office.broken() == []


async def test_a_slot_that_cannot_move_is_cancelled_and_asked_for_again(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    await office.bring(made.revised(1, need("customs", "diving"), auto=True))
    booking = await office.booking()
    assert (booking.status, booking.wanted) == (Status.CANCELLED, True)
    assert await office.broken() == []


async def test_an_older_revision_changes_nothing(office: Office) -> None:
    await office.bring(made.determined(auto=True), made.revised(1, *JOINT, revision=3, auto=True))
    before = await office.booking()
    await office.bring(made.revised(1, need("customs"), revision=2, auto=True))
    assert await office.booking() == before


async def test_a_requirement_that_ends_gives_its_slot_back_for_good(office: Office) -> None:
    await office.bring(made.determined(auto=True))
    await office.bring(RequirementVoided(**room.facts(1), reason=factories.said("withdrawn")))
    booking = await office.booking()
    assert (booking.status, booking.wanted) == (Status.CANCELLED, False)
    assert await office.told() == ["requested", "confirmed", "cancelled"]
    assert await office.broken() == []


async def test_a_requirement_revised_to_no_inspection_gives_its_slot_back(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    none = made.revised().model_copy(update={"mode": Mode.NONE, "needs": ()})
    await office.bring(none)
    booking = await office.booking()
    assert (booking.status, booking.wanted) == (Status.CANCELLED, False)
    await office.bring(room.met(1))
    assert await office.told() == ["requested", "confirmed", "cancelled"]


async def test_events_of_cases_that_nobody_booked_change_nothing(office: Office) -> None:
    await office.bring(
        case_opened(1, made.OPENS),
        case_closed_up(1, made.OPENS, "customs"),
        case_completed(1, made.CLOSES),
        room.met(1),
        RequirementVoided(**room.facts(1), reason=factories.said("withdrawn")),
    )
    assert await office.told() == []
