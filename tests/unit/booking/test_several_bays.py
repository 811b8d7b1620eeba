"""Several containers at once: neighbouring bays, offered, checked and taken together."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain import fit, lack, layers, offers, parts, prices, weights, why
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.layers import Layer
from services.booking.domain.offers import Bounds, Load
from services.booking.domain.prices import Pool
from services.booking.domain.refusals import SlotUnsuitable
from services.booking.domain.resources import ALWAYS, Sort
from services.booking.domain.why import State
from services.booking.domain.yard import Window, Yard
from shared.contracts.values import BayKind, Slot
from tests.unit.booking import made
from tests.unit.booking.made import need

HOUR = timedelta(hours=1)
PAIR = replace(made.want(), bays=2)
PLACES = {"P01": ("A", 1), "P02": ("A", 2), "P03": ("A", 3), "P04": ("B", 4), "P05": ("B", 5)}


def _yard() -> Yard:
    """P01 to P03 stand in row A, P04 and P05 in row B; all others by themselves."""
    content = made.content()
    for bay in content["bays"]:
        if bay["code"] in PLACES:
            bay["row"], bay["position"] = PLACES[bay["code"]]
    ids = {each: number for number, each in enumerate(layers.codes(content), start=1)}
    return replace(made.yard(), eras=layers.eras([Layer(1, ALWAYS, content)], ids=ids))


YARD = _yard()


def _taken(*codes: str, hours: int = 14) -> list[Taken]:
    bays = [bay for bay in YARD.bays if bay.code in codes]
    return [Taken(bay.id, made.OPENS, made.OPENS + hours * HOUR) for bay in bays]


def _best(*taken: Taken, many: int = 2) -> Slot | None:
    calendar = made.calendar(*taken, of=YARD)
    return offers.best(calendar, replace(PAIR, bays=many), earliest=made.MONDAY)


def _bays(slot: Slot | None) -> tuple[str, ...]:
    assert slot is not None
    return (slot.bay, *slot.beside)


def test_neighbours_are_those_that_follow_upon_each_other_in_a_row() -> None:
    rows = parts.neighbours(YARD, BayKind.PLAIN, 2)
    assert [tuple(bay.code for bay in row) for row in rows] == [
        ("P01", "P02"), ("P02", "P03"), ("P04", "P05"),
    ]  # fmt: skip
    assert parts.neighbours(YARD, BayKind.PLAIN, 4) == []


def test_the_first_row_that_is_free_is_taken_whole() -> None:
    assert _bays(_best()) == ("P01", "P02")
    assert _bays(_best(*_taken("P01"))) == ("P02", "P03")
    assert _bays(_best(*_taken("P02"))) == ("P04", "P05")
    assert _bays(_best(many=3)) == ("P01", "P02", "P03")
    later = _best(*_taken("P02", "P05", hours=3))
    assert later is not None
    assert (later.starts, _bays(later)) == (made.OPENS + 3 * HOUR, ("P01", "P02"))


@given(st.sets(st.tuples(st.sampled_from(sorted(PLACES)), st.integers(0, 13)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_it_begins_exactly_when_all_bays_of_some_row_are_free(
    busy: set[tuple[str, int]],
) -> None:
    ids = {bay.code: bay.id for bay in YARD.bays}
    taken = [
        Taken(ids[code], made.OPENS + hour * HOUR, made.OPENS + (hour + 1) * HOUR)
        for code, hour in busy
    ]
    calendar = made.calendar(*taken, of=YARD)
    found = offers.starts(calendar, PAIR, Bounds(made.MONDAY))
    single = offers.starts(calendar, made.want(), Bounds(made.MONDAY))
    for hour in range(14):
        free = {code for code in PLACES if (code, hour) not in busy}
        row = any(pair <= free for pair in ({"P01", "P02"}, {"P02", "P03"}, {"P04", "P05"}))
        cell = calendar.from_cell(made.OPENS + hour * HOUR)
        assert bool(found >> cell & 1) == (row and bool(single >> cell & 1))


def test_what_is_known_of_a_row_is_forgotten_with_any_of_its_bays() -> None:
    calendar = made.calendar(of=YARD)
    assert _first(calendar) == ("P01", "P02")
    beside = next(bay for bay in YARD.bays if bay.code == "P02")
    memo = calendar.memo.without({beside.id})
    changed = replace(calendar, busy={beside.id: calendar.everything()}, memo=memo)
    assert _first(changed) == ("P04", "P05")
    assert _first(calendar) == ("P01", "P02")


def _first(calendar: Calendar) -> tuple[str, ...]:
    return _bays(offers.best(calendar, PAIR, earliest=made.MONDAY))


def test_each_bay_has_its_price() -> None:
    pool = Pool("CNTAO-Y1", Sort.BAY, "plain")
    table = prices.table(made.MONDAY, {pool: [Decimal(3)] * 192})
    load = Load(
        window=Window(made.OPENS, made.CLOSES), weights=weights.at(date(2026, 3, 2)), prices=table
    )
    calendar = made.calendar(of=YARD)
    one, two = (
        offers.cheapest(calendar, want, Bounds(made.MONDAY), load=load, limit=1)[0].cny
        for want in (made.want(), PAIR)
    )
    assert (one, two) == (Decimal(12), Decimal(24))


def _choice(**changes: Any) -> fit.Choice:
    chosen = fit.Choice("CNTAO-Y1", "P01", {"customs": "C01"}, made.OPENS, beside=("P02",))
    return replace(chosen, **changes)


def _chosen(**changes: Any) -> Slot:
    calendar = made.calendar(of=YARD)
    return fit.chosen(calendar, PAIR, _choice(**changes), earliest=made.MONDAY)


def test_a_row_that_is_chosen_is_taken_whole_and_serves() -> None:
    slot = _chosen()
    assert _bays(slot) == ("P01", "P02")
    assert len(fit.taken(YARD, slot)) == 3
    assert fit.serves(YARD, slot, PAIR)
    assert not fit.serves(YARD, slot, made.want())
    assert fit.choice_of(slot) == _choice()
    closed = made.calendar(of=YARD)
    assert fit.stands(closed, slot, PAIR)


@pytest.mark.parametrize(
    "changes",
    [
        {"beside": ("P03",)},
        {"beside": ("P02", "P03")},
        {"beside": ()},
        {"beside": ("R01",)},
        {"beside": ("nowhere",)},
        {"bay": "P03", "beside": ("P04",)},
        {"bay": "P06", "beside": ("P07",)},
    ],
)
def test_bays_that_are_no_row_of_neighbours_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SlotUnsuitable) as refused:
        _chosen(**changes)
    assert refused.value.pointer == "/slot/beside"


def test_why_there_is_no_row_is_told_by_name() -> None:
    four = replace(PAIR, bays=4)
    reason = lack.why_none(made.calendar(of=YARD), four, earliest=made.MONDAY)
    assert reason.en == "Yard CNTAO-Y1 has no row of 4 bays that take plain."
    calendar = made.calendar(*_taken("P02", "P05", hours=3), of=YARD)
    (stretch,) = why.not_earlier(calendar, PAIR, first=made.OPENS, before=made.OPENS + 3 * HOUR)
    assert [each.state for each in stretch.missing] == [State.TAKEN]
    assert (
        "every row of 2 bays that take plain is taken until 10:00"
        in why.texts(calendar, stretch, PAIR)[0]
    )
    joint = replace(made.want(need("customs"), need("quarantine")), bays=2)
    found = offers.best(calendar, joint, earliest=made.MONDAY)
    assert found is not None
    assert len(found.teams) == 2
