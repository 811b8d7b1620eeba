"""The consignment's way through the yard's gate."""

from dataclasses import replace

import pytest

from services.inspection.domain import ending, errors, gates
from services.inspection.domain.case import Case
from services.inspection.domain.containers import ContainerUndecided
from services.inspection.domain.facts import Decided, Seal
from services.inspection.domain.moves import Status
from shared.contracts.values import Container, Outcome
from shared.errors import Faults
from tests import factories
from tests.factories import container_number
from tests.unit.inspection import builders as b

ONE, TWO, OTHER = (container_number(number) for number in (1, 2, 3))
SEALS = (Seal(container=ONE, seal="S1"), Seal(container=TWO, seal="S2"))


def _case() -> Case:
    containers = tuple(Container(number=each, size_type="45G1") for each in (ONE, TWO))
    return b.planned(containers=containers)


def test_every_container_comes_in_with_its_seal() -> None:
    change = gates.gate_in(_case(), SEALS, now=b.at(-60))
    assert change.case.gate is not None
    assert (change.case.gate.yard, change.case.gate.inside) == (b.YARD, True)
    assert change.events == ()
    assert change.notes[0].kind == "gate_in"


def test_all_faults_of_the_seals_are_told_at_once() -> None:
    seals = (SEALS[0], Seal(container=OTHER, seal="S3"), SEALS[0])
    with pytest.raises(Faults) as refused:
        gates.gate_in(_case(), seals, now=b.at())
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [
        ("container_unknown", "/seals/1/container"),
        ("container_twice", "/seals/2/container"),
        ("seal_missing", "/seals"),
    ]


def test_loose_cargo_comes_in_without_seals() -> None:
    assert gates.gate_in(b.planned(containers=()), (), now=b.at()).case.gate


def test_what_is_inside_does_not_come_in_and_what_is_outside_does_not_leave() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    with pytest.raises(errors.AlreadyInside):
        gates.gate_in(inside, SEALS, now=b.at())
    with pytest.raises(errors.NotInside):
        gates.gate_out(_case(), SEALS, now=b.at())


def test_an_open_container_does_not_leave() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    with pytest.raises(errors.CaseMoveNotAllowed):
        gates.gate_out(replace(inside, status=Status.OPEN), SEALS, now=b.at())


def test_cargo_leaves_after_its_case_ended_and_after_its_slot_moved_elsewhere() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    void = b.kept(ending.meet(inside, Outcome.RELEASED, reason=factories.said("none"), now=b.at()))
    assert void.yards == {b.YARD}
    out = gates.gate_out(void, SEALS, now=b.at(5)).case
    assert (out.yards, out.status) == (frozenset(), Status.VOID)
    with pytest.raises(errors.NotInside):
        gates.gate_out(out, SEALS, now=b.at(6))
    moved = replace(inside, slot=b.slot(yard="CNTAO-Y2"))
    assert moved.yards == {b.YARD, "CNTAO-Y2"}


def test_a_case_that_is_not_ready_takes_nothing_in() -> None:
    with pytest.raises(errors.CaseNotReady):
        gates.gate_in(b.without_slot(_case()), SEALS, now=b.at())


def _decided(case: Case, *containers: str) -> Case:
    ended = Decided(outcome=Outcome.RELEASED, openings=1)
    return replace(case, decided=dict.fromkeys(containers, ended))


@pytest.mark.parametrize("status", [Status.OPEN, Status.PLANNED, Status.AWAITING_LABORATORY])
def test_a_released_container_leaves_before_the_others(status: Status) -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    case = _decided(replace(inside, status=status), ONE)
    change = gates.gate_out(case, SEALS[:1], now=b.at(5))
    assert change.notes[0].kind == "gate_out_part"
    gate = change.case.gate
    assert gate is not None
    assert (gate.inside, gate.left, gate.seals) == (True, (ONE,), SEALS[1:])
    done = replace(change.case, status=Status.COMPLETED)
    gone = gates.gate_out(done, SEALS[1:], now=b.at(9)).case.gate
    assert gone is not None
    assert (gone.inside, gone.left) == (False, (ONE,))


def test_a_container_that_is_to_be_decided_does_not_leave_alone() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    with pytest.raises(ContainerUndecided) as undecided:
        gates.gate_out(_decided(inside, ONE), SEALS[1:], now=b.at())
    assert undecided.value.facts["containers"] == [TWO]
    with pytest.raises(Faults) as refused:
        gates.gate_out(inside, SEALS[1:], now=b.at())
    assert [fault.code for fault in refused.value.faults] == ["seal_missing"]
    with pytest.raises(errors.CaseMoveNotAllowed):
        gates.gate_out(_decided(replace(inside, status=Status.OPEN), ONE), SEALS, now=b.at())


def test_a_container_leaves_once() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    case = gates.gate_out(_decided(inside, ONE), SEALS[:1], now=b.at()).case
    with pytest.raises(Faults) as refused:
        gates.gate_out(case, SEALS[:1], now=b.at())
    assert [fault.code for fault in refused.value.faults] == ["container_unknown", "seal_missing"]


def test_after_the_end_containers_leave_one_by_one() -> None:
    inside = gates.gate_in(_case(), SEALS, now=b.at()).case
    done = replace(inside, status=Status.COMPLETED)
    first = gates.gate_out(done, SEALS[1:], now=b.at()).case
    assert first.gate is not None
    assert first.gate.inside
    last = gates.gate_out(first, SEALS[:1], now=b.at()).case
    with pytest.raises(errors.NotInside):
        gates.gate_out(last, SEALS[:1], now=b.at())


def test_what_was_decided_does_not_come_in_again() -> None:
    case = _decided(_case(), ONE)
    with pytest.raises(Faults):
        gates.gate_in(case, SEALS, now=b.at())
    gate = gates.gate_in(case, SEALS[1:], now=b.at()).case.gate
    assert gate is not None
    assert (gate.seals, gate.left) == (SEALS[1:], (ONE,))
