"""Offers: earliest first, least scarce first, and why there are none."""

from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import pytest

from services.booking.domain import lack, offers, weights
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.offers import Bounds, Load, Offer
from services.booking.domain.parts import Want
from services.booking.domain.resources import Closure, Sort
from services.booking.domain.yard import Window
from shared.contracts.values import BayKind, Slot
from tests.unit.booking import made
from tests.unit.booking.made import need, want

JOINT = want(need("customs", minutes=45), need("quarantine", "plant", minutes=90))


def _all_day(*resources: int) -> list[Taken]:
    return [Taken(each, made.OPENS, made.CLOSES) for each in resources]


def _best(calendar: Calendar, wanted: Want) -> Slot:
    found = offers.best(calendar, wanted, earliest=made.MONDAY)
    assert found is not None
    return found


WINDOW = Window(opens=made.MONDAY, free_until=made.CLOSES)


def _load(window: Window = WINDOW, **more: Any) -> Load:
    return Load(window=window, weights=weights.at(date(2026, 3, 2)), **more)


def _cheapest(
    calendar: Calendar,
    wanted: Want | None = None,
    *,
    limit: int = 3,
    late: bool = False,
    **load: Any,
) -> tuple[Offer, ...]:
    bounds = Bounds(made.MONDAY, late=late)
    return offers.cheapest(calendar, wanted or want(), bounds, load=_load(**load), limit=limit)


def test_the_best_slot_is_the_earliest_and_as_long_as_the_slowest_agency() -> None:
    slot = _best(made.calendar(), JOINT)
    assert (slot.starts, slot.ends) == (made.OPENS, made.OPENS + timedelta(minutes=90))


def test_every_needed_agency_comes_with_a_team_that_has_its_skills() -> None:
    slot = _best(made.calendar(), JOINT)
    assert {place.agency for place in slot.teams} == {"customs", "quarantine"}
    team = made.yard().team(slot.teams[1].team)
    assert team is not None
    assert "plant" in team.skills


def test_the_team_that_could_do_least_else_is_taken_first() -> None:
    generalist = _best(made.calendar(), want(need("customs", "general")))
    specialist = _best(made.calendar(), want(need("customs", "general", "ipr")))
    assert [place.team for place in (*generalist.teams, *specialist.teams)] == ["C01", "C05"]


@pytest.mark.parametrize("kind", list(BayKind))
def test_each_kind_of_goods_gets_its_own_kind_of_bay(kind: BayKind) -> None:
    slot = _best(made.calendar(), want(bay_kind=kind))
    bay = made.yard().bay(slot.bay)
    assert bay is not None
    assert bay.kind is kind


def test_a_slot_never_crosses_a_teams_break_or_the_end_of_its_shift() -> None:
    yard = made.yard()
    others = [team.id for team in yard.teams if team.code != "C01"]
    calendar = made.calendar(*_all_day(*others))
    slot = offers.best(calendar, want(need(minutes=60)), earliest=made.MONDAY + timedelta(hours=10))
    assert slot is not None
    assert slot.starts == made.MONDAY + timedelta(hours=11)


@pytest.mark.parametrize(
    ("before_its_end", "found"),
    [(timedelta(0), True), (timedelta(seconds=1), False), (timedelta(days=9), False)],
)
def test_a_slot_may_end_with_the_latest_wish_but_not_after_it(
    before_its_end: timedelta, *, found: bool
) -> None:
    latest = made.OPENS + timedelta(minutes=90) - before_its_end
    slot = offers.best(made.calendar(), JOINT, earliest=made.MONDAY, latest=latest)
    assert (slot is not None) is found


def test_wait_and_lateness_are_counted_from_the_window() -> None:
    window = Window(opens=made.OPENS - timedelta(minutes=30), free_until=made.OPENS)
    found = _cheapest(made.calendar(), window=window, limit=1)
    assert (found[0].wait_minutes, found[0].late_minutes) == (30, 60)


def test_later_offers_are_real_alternatives() -> None:
    found = _cheapest(made.calendar(), limit=4)
    starts = [offer.slot.starts - made.OPENS for offer in found]
    assert starts == [timedelta(hours=hour) for hour in range(4)]


def test_preferred_resources_are_kept_where_they_are_free() -> None:
    yard = made.yard()
    bay, team = yard.bay("P07"), yard.team("C08")
    assert bay is not None
    assert team is not None
    slot = offers.best(
        made.calendar(), want(), earliest=made.MONDAY, prefer=frozenset({bay.id, team.id})
    )
    assert slot is not None
    assert (slot.bay, slot.teams[0].team) == ("P07", "C08")


@pytest.mark.parametrize(
    ("wanted", "taken", "said"),
    [
        (want(need("police")), (), "no police team"),
        (want(need("customs", "diving")), (), "no customs team with skill diving"),
        (want(need(minutes=900)), (), "not open for 900 minutes"),
        (
            want(bay_kind=BayKind.REEFER),
            [bay.id for bay in made.yard().bays if bay.kind is BayKind.REEFER],
            "Every bay that takes reefer",
        ),
        (
            want(need("customs", "ipr")),
            [team.id for team in made.yard().teams if "ipr" in team.skills],
            "Every customs team",
        ),
    ],
)
def test_the_missing_resource_is_named_when_there_is_no_slot(
    wanted: Want, taken: tuple[int, ...], said: str
) -> None:
    calendar = made.calendar(*_all_day(*taken), days=0)
    assert offers.best(calendar, wanted, earliest=made.MONDAY) is None
    reason = lack.why_none(calendar, wanted, earliest=made.MONDAY)
    assert said in reason.en
    assert reason.zh


def test_who_is_away_is_not_said_to_be_taken() -> None:
    closed = tuple(
        Closure(number, made.MONDAY, made.MONDAY + timedelta(days=9), Sort.BAY, bay.code)
        for number, bay in enumerate(made.yard().bays)
        if bay.kind is BayKind.REEFER
    )
    yard = replace(made.yard(), closures=closed)
    cold, long = want(bay_kind=BayKind.REEFER), want(need(minutes=9 * 60))
    for wanted, said in ((cold, "No bay that takes reefer"), (long, "No customs team")):
        calendar = made.calendar(of=yard)
        assert offers.best(calendar, wanted, earliest=made.MONDAY) is None
        reason = lack.why_none(calendar, wanted, earliest=made.MONDAY)
        assert reason.en.startswith(said)
        assert "占用" not in reason.zh


def test_resources_that_are_never_free_together_are_the_reason_then() -> None:
    yard, half = made.yard(), made.OPENS + timedelta(minutes=30)
    bays = [Taken(bay.id, made.OPENS, half) for bay in yard.bays]
    teams = [Taken(team.id, half, made.CLOSES) for team in yard.teams]
    calendar = made.calendar(*bays, *teams, days=0)  # it ends at 08:00
    brief = want(need(minutes=30))
    assert offers.best(calendar, brief, earliest=made.MONDAY) is None
    assert "free together" in lack.why_none(calendar, brief, earliest=made.MONDAY).en


def test_nothing_is_offered_before_it_is_known_what_is_needed() -> None:
    unknown = Want(bay_kind=BayKind.PLAIN, needs=())
    assert offers.best(made.calendar(), unknown, earliest=made.MONDAY) is None
    assert "not known" in lack.why_none(made.calendar(), unknown, earliest=made.MONDAY).en


def test_five_hundred_live_bookings_do_not_make_offers_slow() -> None:
    yard = made.yard()
    taken = [
        Taken(resource.id, starts, starts + timedelta(hours=1))
        for number in range(500)
        for resource in (yard.bays[number % 10], yard.teams[number % 16])
        for starts in [made.OPENS + timedelta(minutes=15 * number)]
    ]
    bounds, load = Bounds(made.MONDAY), _load()
    began = perf_counter()
    for _ in range(20):
        calendar = made.calendar(*taken, days=14)
        assert offers.cheapest(calendar, JOINT, bounds, load=load, limit=5)
    assert (perf_counter() - began) / 20 < 0.05
