"""What an inspection measures: each step's time, working apart from waiting, what sharing saved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain import ending, measuring, records, worth
from services.inspection.domain.case import Case, Change
from services.inspection.domain.measuring import Measured
from services.inspection.domain.records import START, Actor, Note
from shared.contracts.values import Container, Outcome, Scope
from tests import factories
from tests.factories import NOW, container_number
from tests.unit.inspection import builders as b

WHY = factories.said("all concluded")
REVISED = b.revised(needs=(b.need("customs"), b.need("quarantine")))


def _measured(case: Case) -> Measured:
    return measuring.measure(case, worth.published())


def _met(case: Case, *, minutes: float) -> Case:
    return b.kept(ending.meet(case, Outcome.RELEASED, reason=WHY, now=b.at(minutes)))


def _of(case: Case, agency: str) -> measuring.OfAgency:
    return next(each for each in _measured(case).agencies if each.agency == agency)


def _shared() -> Case:
    """Customs works from 0 to 30, quarantine from 20 to 50; it is over at 55."""
    opened = b.joined(b.opened("customs"), b.QUARANTINE, minutes=20).case
    half = b.concluded(opened, b.CUSTOMS, minutes=30).case
    return _met(b.concluded(half, b.QUARANTINE, minutes=50).case, minutes=55)


def test_time_that_teams_share_counts_once_as_work_and_for_each_team() -> None:
    case = _shared()
    assert (_of(case, "customs").team_minutes, _of(case, "quarantine").team_minutes) == (30, 30)
    measured = _measured(case)
    assert measured.working_minutes == 50
    assert measured.concluded_at == NOW + timedelta(minutes=50)
    assert measured.completed_at == NOW + timedelta(minutes=55)


def test_while_the_container_waits_for_a_team_nobody_works() -> None:
    single = b.opened(**b.single("quarantine"))
    primary = b.concluded(single, b.QUARANTINE, minutes=30).case
    both = b.kept(b.require(primary, REVISED, minutes=31))
    case = b.concluded(b.joined(both, b.CUSTOMS, minutes=90).case, b.CUSTOMS, minutes=110).case
    assert _measured(case).working_minutes == 50
    assert _of(case, "customs").came_at == NOW + timedelta(minutes=90)


def test_a_laboratorys_result_days_later_is_no_work_at_the_container() -> None:
    held = b.concluded(b.opened(**b.single()), b.CUSTOMS, b.SUSPEND, minutes=40).case
    case = _met(b.concluded(held, b.CUSTOMS, minutes=3_000).case, minutes=3_001)
    measured = _measured(case)
    assert measured.working_minutes == 40
    assert measured.concluded_at == NOW + timedelta(minutes=3_000)
    assert measured.m2_hours == Decimal("40.00")


def test_a_deeper_look_is_work_though_it_was_concluded_before() -> None:
    first = b.concluded(b.opened(**b.single(scope=Scope.SCAN)), b.CUSTOMS, minutes=10).case
    deeper = b.kept(b.require(first, b.revised(**b.single(scope=Scope.UNPACK)), minutes=11))
    case = b.concluded(deeper, b.CUSTOMS, minutes=70).case
    assert _measured(case).working_minutes == 70


def test_each_part_of_a_consignment_that_is_concluded_on_is_work() -> None:
    two = tuple(Container(number=container_number(n), size_type="22G1") for n in (1, 2))
    case = b.opened(**b.single(), containers=two)
    part = replace(b.CONFORM, containers=(two[0].number,))
    half = b.concluded(case, b.CUSTOMS, part, minutes=10).case
    assert _measured(b.concluded(half, b.CUSTOMS, minutes=25).case).working_minutes == 25


def test_an_agency_that_came_in_a_second_slot_is_measured_in_both() -> None:
    primary = b.concluded(b.opened("customs"), b.CUSTOMS, minutes=30).case
    opening = primary.openings[0]
    closed = replace(opening, closed_at=NOW + timedelta(minutes=210))
    again = replace(
        opening,
        number=2,
        opened_at=NOW + timedelta(days=1),
        present=("quarantine",),
        came={"quarantine": NOW + timedelta(days=1)},
    )
    case = replace(primary, openings=(closed, again))
    case = b.concluded(case, b.QUARANTINE, minutes=1_440 + 20).case
    assert _measured(case).working_minutes == 50
    assert _measured(_met(case, minutes=1_500)).m2_hours == Decimal("230.00")
    assert _measured(case).slot_starts == NOW


@pytest.mark.parametrize(("sizes", "cny"), [(("22G1",), "600"), (("45G1", "22G1"), "1800")])
def test_a_visit_that_sharing_avoided_saves_what_the_reform_published_a_teu(
    sizes: tuple[str, ...], cny: str
) -> None:
    boxes = tuple(
        Container(number=container_number(n), size_type=size) for n, size in enumerate(sizes)
    )
    case = b.opened(containers=boxes)
    assert _measured(case).saved is None
    for who in (b.CUSTOMS, b.QUARANTINE):
        case = b.concluded(case, who, minutes=30).case
    saved = _measured(_met(case, minutes=31)).saved
    assert saved is not None
    assert (saved.moves_avoided, saved.cny) == (len(sizes), Decimal(cny))


def test_loose_cargo_has_no_teu_and_saves_nothing_that_was_published() -> None:
    case = b.opened(containers=())
    for who in (b.CUSTOMS, b.QUARANTINE):
        case = b.concluded(case, who, minutes=30).case
    saved = _measured(_met(case, minutes=31)).saved
    assert saved is not None
    assert (saved.unpackings_avoided, saved.cny) == (1, Decimal(0))


def test_before_the_first_day_of_a_figure_nothing_is_priced() -> None:
    first = date(2018, 8, 1)
    assert worth.published().at(first - timedelta(days=1)) is None
    assert worth.published().at(first) == worth.Worth(Decimal(300), Decimal(300), Decimal(60))


def _noted(*changes: Change) -> Sequence[records.Record]:
    """The records of a case's changes, each a minute after the one before."""
    notes: list[Note] = [note for change in changes for note in change.notes]
    chain: list[records.Record] = []
    for minute, note in enumerate(notes):
        head = records.Head(chain[-1].seq, chain[-1].hash) if chain else START
        who = Actor("someone", "service")
        chain += records.append(head, [note], case_id=UUID(int=7), actor=who, now=b.at(minute))
    return chain


def _story() -> Sequence[records.Record]:
    """Determined for quarantine, a slot, the gate, revised for both, another slot and gate."""
    notes = [
        Note("determined", {"needs": [{"agency": "quarantine"}], "recognising": None}),
        Note("slot_given", {"slot": {}}),
        Note("gate_in", {"yard": b.YARD}),
        Note("finding", {"code": "pest"}),
        Note("revised", {"needs": [{"agency": a} for a in ("customs", "quarantine")],
                         "recognising": None}),
        Note("slot_given", {"slot": {}}),
        Note("gate_in", {"yard": b.YARD}),
    ]  # fmt: skip
    return _noted(Change(b.new(), notes=tuple(notes)))


def test_the_first_time_of_each_step_counts_whatever_came_later() -> None:
    times = [each.times.yard for each in _story()]
    found = measuring.firsts(_story())
    assert (found.selected_at, found.booked_at, found.gate_in_at) == tuple(times[:3])
    assert found.selected_by == {"quarantine": times[0], "customs": times[4]}


@given(st.lists(st.integers(0, 7), max_size=3))
def test_first_times_are_the_same_however_the_records_come_in_pieces(cuts: list[int]) -> None:
    story, found = _story(), measuring.Firsts()
    places = [0, *sorted(cuts), len(story)]
    for begin, end in pairwise(places):
        found = found.then(measuring.firsts(story[begin:end]))
    assert found == measuring.firsts(story)


def test_a_requirement_without_an_agency_selects_nothing() -> None:
    none = Note("determined", {"needs": [], "recognising": None})
    assert measuring.firsts(_noted(Change(b.new(), notes=(none,)))) == measuring.Firsts()
