"""Each container's way through the yard, step by step."""

from dataclasses import replace

import pytest

from services.inspection.domain import errors, gates, handling
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Seal, Stage
from services.inspection.domain.handling import Box, Handling, Step
from services.inspection.domain.moves import Status
from shared.contracts.values import Container
from shared.errors import Faults
from tests.factories import container_number
from tests.unit.inspection import builders as b

ONE, TWO, OTHER = (container_number(number) for number in (1, 2, 3))
SEALS = (Seal(container=ONE, seal="S1"), Seal(container=TWO, seal="S2"))
BOTH = tuple(Container(number=each, size_type="45G1") for each in (ONE, TWO))


def _inside(case: Case) -> Case:
    return gates.gate_in(case, SEALS, now=b.at(-30)).case


def _opened() -> Case:
    """Both containers are in the yard, and both agencies at the opening."""
    case = b.opened(containers=BOTH)
    closed = _inside(replace(case, status=Status.PLANNED))
    return replace(closed, status=Status.OPEN)


def _done(case: Case, step: Step, *boxes: Box, reason: str | None = None) -> Change:
    return handling.handle(case, Handling(step, boxes or (Box(ONE),), reason))


def _after(case: Case, *steps: tuple[Step, str | None]) -> Case:
    for step, seal in steps:
        case = _done(case, step, Box(ONE, seal)).case
    return case


UNSEALED = ((Step.SEAL_REMOVED, "S1"),)
UNPACKED = (*UNSEALED, (Step.OPENED, None), (Step.UNPACKED, None))
CLOSED = (*UNPACKED, (Step.REPACKED, None), (Step.RESEALED, "N1"))


def _codes(case: Case, step: Step, *boxes: Box) -> list[tuple[str, str]]:
    with pytest.raises(Faults) as refused:
        _done(case, step, *boxes)
    return [(fault.code, fault.pointer) for fault in refused.value.faults]


def test_a_step_records_what_was_done_where_and_who_of_the_agencies_was_there() -> None:
    change = handling.handle(
        _opened(), Handling(Step.SEAL_REMOVED, (Box(ONE, "S1"),), witnesses=("Li Lei 李雷",))
    )
    (note,) = change.notes
    assert (note.kind, note.payload) == (
        "handled",
        {
            "step": "seal_removed",
            "container": ONE,
            "yard": b.YARD,
            "bay": "P1",
            "seal": "S1",
            "opening": 1,
            "present": ["customs", "quarantine"],
            "witnesses": ["Li Lei 李雷"],
        },
    )
    assert change.case.handled[ONE].stage is Stage.UNSEALED
    assert change.case.handled[TWO].stage is Stage.SEALED


def test_another_seal_than_it_came_in_with_is_recorded_beside_it() -> None:
    (note,) = _done(_opened(), Step.SEAL_REMOVED, Box(ONE, "S9")).notes
    assert (note.payload["seal"], note.payload["expected_seal"]) == ("S9", "S1")


def test_every_container_that_cannot_take_the_step_is_named_at_once() -> None:
    boxes = (Box(ONE), Box(OTHER), Box(TWO, "N2"), Box(TWO))
    assert _codes(_opened(), Step.UNPACKED, *boxes) == [
        ("container_unknown", "/containers/1/container"),
        ("container_twice", "/containers/3/container"),
        ("step_not_allowed", "/containers/0"),
        ("step_not_allowed", "/containers/2"),
        ("seal_number_unfit", "/containers/2/seal"),
        ("step_not_allowed", "/containers/3"),
    ]


@pytest.mark.parametrize("step", [Step.SEAL_REMOVED, Step.OPENED, Step.UNPACKED])
def test_nothing_is_unsealed_or_unpacked_without_an_opening(step: Step) -> None:
    closed = _inside(b.planned(containers=BOTH))
    with pytest.raises(errors.ContainerNotOpen):
        _done(closed, step, Box(ONE, "S1"))
    assert _done(closed, Step.MOVED_TO_BAY).case.handled == closed.handled


def test_what_did_not_come_in_or_has_left_is_not_handled() -> None:
    with pytest.raises(errors.NotInside):
        _done(b.opened(containers=BOTH), Step.MOVED_TO_BAY)
    case = _opened()
    assert case.gate is not None
    left = replace(case, gate=case.gate.model_copy(update={"left": (ONE,)}))
    assert _codes(left, Step.MOVED_TO_BAY) == [("container_unknown", "/containers/0/container")]


def test_nothing_is_unpacked_twice_without_a_recorded_reason() -> None:
    repacked = _after(_opened(), *UNPACKED, (Step.REPACKED, None))
    assert _codes(repacked, Step.UNPACKED) == [("unpacked_before", "/reason")]
    again = _done(repacked, Step.UNPACKED, reason="a box was missed 漏查一箱")
    assert again.notes[0].payload["reason"] == "a box was missed 漏查一箱"
    assert again.case.handled[ONE].unpackings == 2


def test_that_it_was_unpacked_is_known_when_it_comes_in_again() -> None:
    case = replace(_after(_opened(), *CLOSED), status=Status.PLANNED)
    out = gates.gate_out(case, (Seal(container=ONE, seal="N1"), SEALS[1]), now=b.at()).case
    back = gates.gate_in(out, (Seal(container=ONE, seal="N1"), SEALS[1]), now=b.at(600)).case
    assert (back.handled[ONE].unpackings, back.handled[ONE].stage) == (1, Stage.SEALED)
    reopened = _after(replace(back, status=Status.OPEN), (Step.SEAL_REMOVED, "N1"))
    assert _codes(_after(reopened, (Step.OPENED, None)), Step.UNPACKED) == [
        ("unpacked_before", "/reason")
    ]


def test_a_removed_seal_is_not_used_again_and_a_seal_has_a_number() -> None:
    unpacked = _after(_opened(), *UNPACKED, (Step.REPACKED, None))
    assert _codes(unpacked, Step.RESEALED, Box(ONE, "S1")) == [
        ("seal_reused", "/containers/0/seal")
    ]
    assert _codes(unpacked, Step.RESEALED) == [("seal_number_missing", "/containers/0/seal")]


def test_loose_cargo_has_no_containers_to_handle() -> None:
    inside = gates.gate_in(b.planned(containers=()), (), now=b.at()).case
    assert _codes(inside, Step.MOVED_TO_BAY) == [("loose_cargo", "/containers")]


def test_what_was_unsealed_leaves_only_under_the_seal_it_was_given() -> None:
    unpacked = replace(_after(_opened(), *UNPACKED), status=Status.COMPLETED)
    with pytest.raises(Faults) as refused:
        gates.gate_out(unpacked, SEALS, now=b.at())
    assert [fault.code for fault in refused.value.faults] == ["container_unsealed"]
    closed = _after(unpacked, *CLOSED[len(UNPACKED) :])
    with pytest.raises(Faults) as refused:
        gates.gate_out(closed, SEALS, now=b.at())
    assert [(fault.code, fault.facts) for fault in refused.value.faults] == [
        ("seal_unexpected", {"seal": "N1"})
    ]
    new = (Seal(container=ONE, seal="N1"), SEALS[1])
    assert gates.gate_out(closed, new, now=b.at()).notes[0].kind == "gate_out"
