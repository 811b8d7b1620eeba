"""A slot that has started and needs more."""

from datetime import timedelta

from services.booking.domain import offers
from services.booking.domain.calendar import Taken
from services.booking.domain.stretch import OVERRUN, Stretched, kept, overrun, stretched
from shared.contracts.values import Slot
from tests.unit.booking import made
from tests.unit.booking.made import need, want

NOW = made.OPENS + timedelta(minutes=40)
BOTH = want(need("customs"), need("quarantine", minutes=60))
QUARANTINE = [team.id for team in made.yard().teams if team.agency == "quarantine"]


def _slot() -> Slot:
    found = offers.best(made.calendar(), want(), earliest=made.MONDAY)
    assert found is not None
    return found


def _with(*, taken: list[Taken], started: list[Taken]) -> Stretched:
    everything, firm = made.calendar(*taken, *started), made.calendar(*started)
    return stretched(everything, firm, BOTH, slot=_slot(), now=NOW)


def _for_hours(hours: int, *resources: int) -> list[Taken]:
    return [Taken(each, made.OPENS, made.OPENS + timedelta(hours=hours)) for each in resources]


def test_more_minutes_make_the_slot_longer() -> None:
    calendar = made.calendar()
    longer = stretched(calendar, calendar, want(need(minutes=90)), slot=_slot(), now=NOW)
    assert longer.slot.ends == made.OPENS + timedelta(minutes=90)
    assert {each.ends for each in longer.takes} == {longer.slot.ends}


def test_another_agency_joins_at_once_with_a_free_team() -> None:
    longer = _with(taken=[], started=[])
    assert longer.slot.ends == NOW + timedelta(minutes=60)
    assert [place.agency for place in longer.slot.teams] == ["customs", "quarantine"]
    assert not longer.unserved


def test_the_team_that_was_there_is_not_kept_for_longer_than_it_needs() -> None:
    longer = _with(taken=[], started=[])
    team = made.yard().team(longer.slot.teams[0].team)
    assert team is not None
    ends = {each.resource: each.ends for each in longer.takes}
    assert ends[team.id] == made.OPENS + timedelta(minutes=60)


def test_a_team_whose_next_booking_has_not_started_comes_at_once() -> None:
    longer = _with(taken=_for_hours(8, *QUARANTINE), started=[])
    assert longer.slot.ends == NOW + timedelta(minutes=60)


def test_a_team_at_an_open_container_comes_when_it_is_done() -> None:
    longer = _with(taken=[], started=_for_hours(2, *QUARANTINE))
    joined = made.OPENS + timedelta(hours=2)
    assert max(each.starts for each in longer.takes) == joined
    assert longer.slot.ends == joined + timedelta(minutes=60)


def test_what_no_team_can_do_while_the_container_is_open_is_left_out() -> None:
    longer = _with(taken=[], started=_for_hours(14, *QUARANTINE))
    assert longer.unserved == ("quarantine",)
    assert longer.slot == _slot()


def test_takes_are_in_ascending_order_of_resources() -> None:
    takes = [each.resource for each in _with(taken=[], started=[]).takes]
    assert takes == sorted(takes)


def test_an_overrun_slot_gets_as_many_steps_as_end_it_after_now() -> None:
    slot = _slot()
    before, at_its_end, later = (
        overrun(slot, now=slot.ends + late).ends - slot.ends
        for late in (-timedelta(minutes=1), timedelta(0), 3 * OVERRUN + timedelta(minutes=1))
    )
    assert (before, at_its_end, later) == (timedelta(0), OVERRUN, 4 * OVERRUN)


def test_a_team_that_left_before_the_slot_ended_does_not_come_back_when_it_is_overrun() -> None:
    bay, gone, lacking = (Taken(each, NOW, made.CLOSES) for each in (1, 2, 3))
    ended = NOW + timedelta(hours=1)
    early = Taken(2, NOW, ended - timedelta(minutes=15))
    own = {1: Taken(1, NOW, ended), 2: early}
    assert kept([bay, gone, lacking], own, ended=ended) == (bay, early, lacking)
