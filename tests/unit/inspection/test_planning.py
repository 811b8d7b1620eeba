"""What other services tell of a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.inspection.domain import ending, planning
from services.inspection.domain.facts import Recognition
from services.inspection.domain.moves import MOVES, Act, Status
from shared.contracts.case import CasePlanned, LeaveGiven, LeaveRefused
from shared.contracts.values import Mode, Outcome, Purpose, Scope
from tests import factories
from tests.factories import NOW
from tests.unit.inspection import builders as b


def test_a_case_is_planned_when_the_slot_comes_after_the_requirement() -> None:
    case = b.kept(b.require(b.new(), b.determined()))
    assert case.gaps == ("slot",)
    change = planning.assign(case, b.slot())
    assert b.names(change) == ["planned"]
    assert b.kept(change).version == 1


def test_a_case_is_planned_when_the_requirement_comes_after_the_slot() -> None:
    case = b.kept(planning.assign(b.new(), b.slot()))
    assert (case.gaps, case.version) == (("requirement",), 0)
    change = b.require(case, b.determined())
    assert change is not None
    (event,) = change.events
    assert isinstance(event, CasePlanned)
    assert (event.slot, event.revision) == (b.slot(), 1)


def test_another_slot_is_planned_again_and_the_same_slot_is_not() -> None:
    case = b.planned()
    assert planning.assign(case, b.slot()) is None
    later = b.slot(NOW + timedelta(hours=3))
    change = planning.assign(case, later)
    assert b.names(change) == ["planned"]
    assert b.kept(change).attempts == 2


def test_a_revision_that_leaves_the_slot_is_not_planned_again() -> None:
    assert b.names(b.require(b.planned(), b.revised("late_selection"))) == []


def test_a_lost_slot_leaves_a_gap_until_there_is_another() -> None:
    lost = b.kept(planning.lose_slot(b.planned(), why="missed"))
    assert lost.gaps == ("slot",)
    assert planning.lose_slot(lost, why="cancelled") is None
    assert b.names(planning.assign(lost, b.slot())) == ["planned"]


def test_a_slot_that_is_given_or_lost_late_does_not_move_an_open_container() -> None:
    case = b.opened()
    assert planning.assign(case, b.slot(NOW + timedelta(hours=3))) is None
    assert planning.lose_slot(case, why="missed") is None


def test_a_started_slot_that_runs_longer_is_shown_without_a_new_plan() -> None:
    longer = b.slot().model_copy(update={"ends": NOW + timedelta(hours=2)})
    change = planning.extend(b.opened(), longer)
    assert b.names(change) == []
    assert b.kept(change).slot == longer


def test_an_extension_of_a_slot_given_up_in_the_meantime_is_ignored() -> None:
    assert planning.extend(b.without_slot(b.planned()), b.slot()) is None


def test_an_old_revision_changes_nothing() -> None:
    case = b.kept(b.require(b.planned(), b.revised()))
    assert b.require(case, b.determined()) is None
    assert b.require(case, b.revised()) is None


def test_a_requirement_that_becomes_none_voids_its_case() -> None:
    change = b.require(b.planned(), b.revised("amendment", mode=Mode.NONE, needs=()))
    assert b.names(change) == ["voided"]
    void = b.kept(change)
    assert (void.status, void.slot, void.leave) == (Status.VOID, None, None)
    assert planning.assign(void, b.slot()) is None


def test_a_recognising_agency_has_a_section_that_is_not_needed() -> None:
    customs = b.planned(**b.recognition()).section("customs")
    assert customs is not None
    assert (customs.needed, customs.scope) == (False, Scope.UNPACK)


def test_leave_is_given_while_nothing_was_opened_and_freezes_the_case() -> None:
    change = planning.ask_leave(b.planned(), Purpose.WITHDRAW)
    assert isinstance(change.events[0], LeaveGiven)
    assert change.case.leave is Purpose.WITHDRAW


def test_leave_is_refused_once_the_container_was_opened() -> None:
    change = planning.ask_leave(b.opened(), Purpose.WITHDRAW)
    assert isinstance(change.events[0], LeaveRefused)
    assert change.case.leave is None


def test_leave_is_refused_between_two_openings() -> None:
    closed = replace(b.opened(), status=Status.PLANNED, slot=None)
    assert b.names(planning.ask_leave(closed, Purpose.WITHDRAW)) == ["leave_refused"]


def test_the_amendments_own_revision_thaws_the_case_and_another_does_not() -> None:
    frozen = planning.ask_leave(b.planned(), Purpose.AMEND).case
    selected = b.kept(b.require(frozen, b.revised("late_selection")))
    assert selected.leave is Purpose.AMEND
    amended = b.kept(b.require(selected, b.revised("amendment", revision=3)))
    assert amended.leave is None


def test_a_refused_or_noted_change_thaws_the_case_it_froze() -> None:
    frozen = planning.ask_leave(b.planned(), Purpose.AMEND).case
    assert planning.thaw(frozen, settled=Purpose.WITHDRAW, why=factories.said("other")) is None
    assert (
        b.kept(planning.thaw(frozen, settled=Purpose.AMEND, why=factories.said("noted"))).leave
        is None
    )


@pytest.mark.parametrize("status", ["granted", "lapsed"])
def test_a_settled_recognition_ends_the_waiting_for_it(status: str) -> None:
    awaiting = b.concluded(b.opened(**b.recognition()), b.QUARANTINE).case
    assert awaiting.status is Status.AWAITING_RECOGNITION
    told = Recognition(status=status, recognising_agency="customs")
    assert b.kept(planning.recognise(awaiting, told)).status is Status.OPEN


def test_a_refused_recognition_is_shown_and_the_case_goes_on_awaiting_the_agency() -> None:
    awaiting = b.concluded(b.opened(**b.recognition()), b.QUARANTINE).case
    told = Recognition(
        status="refused", recognising_agency="customs", reason=factories.said("weight")
    )
    refused = b.kept(planning.recognise(awaiting, told))
    assert (refused.status, refused.recognition) == (Status.AWAITING_RECOGNITION, told)


def test_a_requirement_met_before_any_opening_voids_the_case() -> None:
    change = ending.meet(
        b.planned(), Outcome.RELEASED, reason=factories.said("none needed"), now=b.at()
    )
    assert b.names(change) == ["voided"]


def test_a_case_that_ended_takes_nothing_but_signatures_evidence_and_its_cargo_leaving() -> None:
    for ended in (Status.COMPLETED, Status.VOID):
        taken = {act for status, act in MOVES if status is ended}
        assert Act.GATE_OUT in taken <= {Act.GATE_OUT, Act.GATE_OUT_PART, Act.SIGN, Act.ATTACH}
