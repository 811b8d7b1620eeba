"""What a slot costs everybody, and why none is earlier: computed, and put to the proof."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain import calendar as cal
from services.booking.domain import layers, offers, parts, prices, weights, why
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.layers import Layer
from services.booking.domain.memo import Memo
from services.booking.domain.offers import Bounds, Load, Offer
from services.booking.domain.parts import Want
from services.booking.domain.picking import Pick
from services.booking.domain.prices import Pool, Prices
from services.booking.domain.resources import ALWAYS, Closure, Resource, Sort
from services.booking.domain.why import State, Stretch
from services.booking.domain.yard import Window, Yard
from shared.contracts.values import BayKind
from tests.unit.booking import made
from tests.unit.booking.made import need, want

WINDOW = Window(opens=made.MONDAY, free_until=made.CLOSES)
QUARTERS = 14 * 96


def _yard(**changes: Any) -> Yard:
    """The default yard, in which reefer bays take plain goods too, with some changes."""
    content = made.content() | changes
    content["bays"] = [
        bay | ({"also": ["plain"]} if bay["kind"] == "reefer" else {}) for bay in content["bays"]
    ]
    ids = {each: number for number, each in enumerate(layers.codes(content), start=1)}
    return replace(made.yard(), eras=layers.eras([Layer(1, ALWAYS, content)], ids=ids))


def _cheapest(calendar: Calendar, wanted: Want, *, late: bool = False, **load: Any) -> Offer:
    held = Load(window=WINDOW, weights=weights.at(date(2026, 3, 2)), **load)
    bounds = Bounds(made.MONDAY, late=late)
    return offers.cheapest(calendar, wanted, bounds, load=held, limit=1)[0]


def _all_day(yard: Yard, kind: BayKind, *, from_hour: int = 7, to_hour: int = 21) -> list[Taken]:
    starts, ends = (made.MONDAY + timedelta(hours=hour) for hour in (from_hour, to_hour))
    return [Taken(bay.id, starts, ends) for bay in yard.bays if bay.kind is kind]


def _reefers_cost(cny: int) -> Prices:
    pool = Pool("CNTAO-Y1", Sort.BAY, "reefer")
    return prices.table(made.MONDAY, {pool: [Decimal(cny)] * QUARTERS})


def test_what_waits_costs_by_its_kind_size_and_haste() -> None:
    held = weights.at(date(2026, 3, 2))
    seven = _cheapest(made.calendar(), want(), teu=Decimal(2), perishable=True)
    assert seven.wait_minutes == 7 * 60
    assert seven.cny == 7 * 2 * (held.wait[BayKind.PLAIN] + held.decay)
    moved = _cheapest(made.calendar(), want(), move=Decimal(40))
    assert moved.cny == 7 * held.wait[BayKind.PLAIN] + 40


def test_easy_cargo_leaves_the_reefer_dock_to_one_that_needs_it() -> None:
    yard = _yard()
    calendar = made.calendar(*_all_day(yard, BayKind.PLAIN, to_hour=8), of=yard)
    now = _cheapest(calendar, want())
    assert (now.slot.bay, now.slot.starts) == ("R01", made.OPENS)
    later = _cheapest(calendar, want(), prices=_reefers_cost(5))
    assert (later.slot.bay, later.slot.starts) == ("P01", made.OPENS + timedelta(hours=1))
    waits = _cheapest(calendar, want(), prices=_reefers_cost(1))
    assert (waits.slot.bay, waits.slot.starts) == ("R01", made.OPENS)
    assert waits.cny == now.cny + 4


def test_where_own_bays_are_free_no_other_is_taken() -> None:
    slot = _cheapest(made.calendar(of=_yard()), want()).slot
    assert slot.bay == "P01"


@given(st.lists(st.integers(0, 9), min_size=40, max_size=40), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_no_offer_costs_more_than_one_that_was_passed_over(cny: list[int], limit: int) -> None:
    pool = prices.pool_of("CNTAO-Y1", made.yard().bays[0])
    table = prices.table(made.OPENS, {pool: [Decimal(each) for each in cny]})
    held = Load(window=WINDOW, weights=weights.at(date(2026, 3, 2)), prices=table)
    found = offers.cheapest(made.calendar(), want(), Bounds(made.MONDAY), load=held, limit=limit)
    costs = [each.cny for each in found]
    assert costs == sorted(costs)
    every = [
        held.cost(want(), slot.starts, slot.ends) + table.of(pool, slot.starts, 4)
        for slot in offers.slots(made.calendar(), want(), Bounds(made.MONDAY))
    ]
    assert costs[0] == min(every)


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9), st.sets(st.integers(0, 30)))
@settings(max_examples=40, deadline=None)
def test_the_price_of_a_start_is_that_of_the_cheapest_that_are_free(
    cny: list[int], busy: set[int]
) -> None:
    yard = _yard()
    everything: list[Resource] = [*yard.bays, *yard.teams]
    pools = sorted({prices.pool_of(yard.code, each) for each in everything}, key=str)
    table = prices.table(
        made.OPENS, {pool: [Decimal(cny[n % 9])] * QUARTERS for n, pool in enumerate(pools)}
    )
    calendar = made.calendar(
        *(Taken(everything[n].id, made.OPENS, made.CLOSES) for n in busy), of=yard
    )
    pick = Pick(calendar, want(need("customs", "general")), late=False, prices=table)
    for cell in offers.cells(offers.starts(calendar, pick.want, Bounds(made.OPENS))):
        begins = calendar.start_of(cell)
        those = (prices.pool_of(yard.code, each) for _, each in pick.taken(cell))
        assert pick.price(cell) == sum(table.of(pool, begins, 4) for pool in those)


def test_overtime_begins_where_a_shift_ends_and_costs_by_the_hour() -> None:
    hours = {day: ["07:00", "23:00"] for day in layers.WEEKDAYS}
    yard = _yard(hours=hours, overtime_minutes=60)
    calendar = made.calendar(of=yard)
    bounds = Bounds(made.MONDAY + timedelta(hours=20, minutes=15))
    regular = offers.best(calendar, want(), earliest=bounds.earliest)
    assert regular is not None
    assert regular.starts == made.OPENS + timedelta(days=1)
    held = Load(window=WINDOW, weights=weights.at(date(2026, 3, 2)))
    late = offers.cheapest(calendar, want(), replace(bounds, late=True), load=held, limit=1)[0]
    assert (late.slot.starts, late.overtime_minutes) == (bounds.earliest, 15)
    extra = held.weights.overtime / 4
    assert late.cny == held.cost(want(), late.slot.starts, late.slot.ends) + extra


SKILLED = want(need("customs", "ipr"), need("quarantine", "plant", minutes=90))


@st.composite
def _busy(draw: st.DrawFn) -> list[Taken]:
    yard, found = made.yard(), []
    resources: list[Resource] = [*yard.bays, *yard.teams]
    for resource in resources:
        for _ in range(draw(st.integers(0, 2))):
            first = draw(st.integers(0, 56))
            length = draw(st.sampled_from([4, 12, 40]))
            starts = made.OPENS + first * cal.STEP
            found.append(Taken(resource.id, starts, starts + length * cal.STEP))
    return found


@given(_busy(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_be_missing_is_and_freeing_it_makes_the_start_possible(
    taken: list[Taken],
    noon: bool,  # noqa: FBT001  # Hypothesis gives it by its name
) -> None:
    yard = made.yard()
    if noon:
        starts = made.MONDAY + timedelta(hours=9)
        yard = replace(yard, closures=(Closure(1, starts, starts + timedelta(hours=2)),))
    calendar = made.calendar(*taken, of=yard, days=1)
    first, before = made.MONDAY + timedelta(hours=6), made.MONDAY + timedelta(hours=22)
    possible = offers.starts(calendar, SKILLED, Bounds(first))
    told = why.not_earlier(calendar, SKILLED, first=first, before=before)
    explained = 0
    for stretch in told:
        for cell in range(calendar.from_cell(stretch.starts), calendar.from_cell(stretch.ends)):
            explained |= 1 << cell
            _proved(calendar, stretch, cell)
    span = ((1 << 64) - 1) << calendar.from_cell(first)
    assert explained == span & ~possible


def _proved(calendar: Calendar, stretch: Stretch, cell: int) -> None:
    """Look at each resource of each part, quarter by quarter."""
    length = cal.cells_of(SKILLED.minutes)
    whole = range(cell, cell + length)
    missing = {(each.sort, each.name): each.state for each in stretch.missing}
    closed = not all(calendar.opening() >> one & 1 for one in whole)
    assert (missing.get((None, "")) is State.CLOSED) is closed
    if closed:
        return
    for part in parts.of(calendar.yard, SKILLED):
        free = any(all(calendar.free(each) >> one & 1 for one in whole) for each in part.able)
        there = any(all(calendar.up(each) >> one & 1 for one in whole) for each in part.able)
        if stretch.missing and all(each.state is State.TAKEN for each in stretch.missing):
            emptied = _without(calendar, stretch)
            assert offers.starts(emptied, SKILLED, Bounds(made.MONDAY)) >> cell & 1
        expected = None if free else State.TAKEN if there else State.AWAY
        assert missing.get((part.sort, part.name)) is expected


def _without(calendar: Calendar, stretch: Stretch) -> Calendar:
    """The calendar in which nothing takes what is said to be missing."""
    named = {(each.sort, each.name) for each in stretch.missing}
    freed = {
        each.id
        for part in parts.of(calendar.yard, SKILLED)
        if (part.sort, part.name) in named
        for each in part.able
    }
    busy = {number: mask for number, mask in calendar.busy.items() if number not in freed}
    return replace(calendar, busy=busy, memo=Memo())


def test_the_words_name_the_hours_the_thing_and_until_when() -> None:
    yard = made.yard()
    busy = [
        Taken(team.id, made.OPENS, made.OPENS + timedelta(minutes=90))
        for team in yard.teams
        if "plant" in team.skills
    ]
    bays = _all_day(yard, BayKind.REEFER, to_hour=9)
    calendar = made.calendar(*busy, *bays)
    wanted = want(need("quarantine", "plant"), bay_kind=BayKind.REEFER)
    told = why.not_earlier(
        calendar, wanted, first=made.OPENS - cal.STEP, before=made.OPENS + timedelta(hours=2)
    )
    said = [why.texts(calendar, each, wanted) for each in told]
    assert [en for en, _ in said] == [
        "2026-03-02 06:45 to 07:00: the yard is not open for 60 minutes on end until 07:00",
        "2026-03-02 07:00 to 08:30: every bay that takes reefer is taken until 09:00;"
        " every quarantine team with skill plant is taken until 08:30",
        "2026-03-02 08:30 to 09:00: every bay that takes reefer is taken until 09:00",
    ]
    assert said[2][1] == "2026-03-02 08:30 至 09:00：可用于冷藏的查验位均被占用，直至 09:00"


def test_what_a_yard_never_has_is_said_to_be_none_of_it() -> None:
    (stretch,) = why.not_earlier(
        made.calendar(), want(need("customs", "diving")), first=made.OPENS, before=made.CLOSES
    )[:1]
    (missing,) = stretch.missing
    assert (missing.state, missing.skills, missing.until) == (State.NONE, ("diving",), None)
