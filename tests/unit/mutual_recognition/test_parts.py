"""A consignment's parts: which are compared together, what was found in them, why they end."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.domain import changes, parts, settle
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.domain.settle import Conclusion, Settled, Step
from shared.contracts.filing import Consignment
from shared.contracts.requirement import RequirementPartlyMet
from shared.contracts.values import Disposal, Line, Outcome, Said, Scope, Verdict
from tests import factories
from tests.unit.mutual_recognition import builders

A, B, C = (factories.container_number(serial) for serial in (1, 2, 3))
WHY = Said(en="fine", zh="合格")
COMPARE, WAIT = Settled(Step.COMPARE), Settled(Step.WAIT)
HELD = Settled(Step.MEET, Outcome.HELD, WHY)
REFUSED = Settled(Step.MEET, Outcome.REFUSED_ENTRY, WHY)


def _cargo(*loads: list[int], lines: int = 3) -> Consignment:
    return builders.consignment(
        lines=[factories.line(number) for number in range(1, lines + 1)],
        containers=[
            factories.container(serial, lines=some) for serial, some in enumerate(loads, 1)
        ],
    )


def _said(*containers: str, found: tuple[Line, ...] = (), number: int = 1) -> Conclusion:
    return Conclusion(
        agency="quarantine",
        number=number,
        revision=1,
        scope=Scope.UNPACK,
        verdict=Verdict.CONFORM,
        disposal=Disposal.RELEASE,
        found=found,
        officer="officer",
        concluded_at=datetime(2026, 3, 2, tzinfo=UTC),
        containers=containers,
    )


def _line(number: int, quantity: str = "500", name: str = "pine") -> Line:
    return Line(
        number=number,
        hs_code="4407110000",
        name=name,
        quantity=Decimal(quantity),
        unit="H87",
        net_kg=Decimal(1000),
    )


def _found(cargo: Consignment, some: tuple[str, ...], said: list[Conclusion]) -> tuple[Line, ...]:
    return parts.found(cargo, some, said, on=builders.DAY)


def test_loose_cargo_is_one_part() -> None:
    assert parts.of(_cargo()) == (parts.LOOSE,)
    assert parts.groups(_cargo()) == (frozenset({parts.LOOSE}),)


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        (([1], [2], [3]), [{A}, {B}, {C}]),
        (([1], [1, 2], [3]), [{A, B}, {C}]),
        (([1], [2, 3], [1, 2]), [{A, B, C}]),
        (([1], [2], []), [{A, B, C}]),
        (([1], [2], [2]), [{A, B, C}]),
    ],
)
def test_what_shares_goods_or_does_not_say_what_it_holds_is_one_group(
    loads: tuple[list[int], ...], expected: list[set[str]]
) -> None:
    found = parts.groups(_cargo(*loads))
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


@builders.ANY_MACHINE
@given(st.lists(st.lists(st.integers(1, 4), max_size=3, unique=True), max_size=5))
def test_each_container_is_in_one_group_and_no_line_in_two(loads: list[list[int]]) -> None:
    cargo = _cargo(*loads, lines=4)
    groups = parts.groups(cargo)
    assert sorted(part for group in groups for part in group) == sorted(parts.of(cargo))
    told = [line.number for group in groups for line in parts.lines(cargo, group)]
    assert sorted(told) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("other", "ready"),
    [(COMPARE, (A, B)), (REFUSED, (A,)), (HELD, ()), (WAIT, ())],
)
def test_goods_are_compared_when_nothing_is_to_come_of_them(
    other: Settled, ready: tuple[str, ...]
) -> None:
    cargo = _cargo([1], [1, 2], [3])
    stands = {A: COMPARE, B: other, C: WAIT}
    assert parts.comparable(cargo, stands, decided=()) == ready
    assert parts.comparable(cargo, {A: COMPARE, C: WAIT}, decided=(B,)) == (A,)


def test_what_was_found_of_a_line_in_two_containers_is_summed_up() -> None:
    cargo = _cargo([1], [1, 2], [3])
    said = [
        _said(A, found=(_line(1, "200"),)),
        _said(B, found=(_line(1, "300"), _line(2)), number=2),
    ]
    found = _found(cargo, (A, B), said)
    assert [(each.number, str(each.quantity), str(each.net_kg)) for each in found] == [
        (1, "500", "2000"),
        (2, "500", "1000"),
    ]


def test_a_line_that_two_containers_count_in_other_units_is_summed_up_as_well() -> None:
    tonnes = _line(1, "0.3").model_copy(update={"unit": "TNE"})
    kilograms = _line(1, "200", "ＰＩＮＥ").model_copy(update={"unit": "KGM"})
    said = [_said(A, found=(kilograms,)), _said(B, found=(tonnes, _line(2)), number=2)]
    first, _ = _found(_cargo([1], [1, 2], [3]), (A, B), said)
    assert (first.quantity, first.unit, first.net_kg) == (Decimal(500), "KGM", Decimal(2000))


def test_a_line_in_two_containers_is_called_as_in_the_first_of_them() -> None:
    for serial in range(1, 21):
        boxes = [factories.container(number) for number in (serial, serial + 50)]
        cargo = builders.consignment(lines=[factories.line(1)], containers=boxes)
        declared = factories.line(1)["name"]
        said = [
            _said(box["number"], found=(_line(1, name=name),), number=number)
            for number, (box, name) in enumerate(
                zip(boxes, (declared, declared.upper()), strict=True), start=1
            )
        ]
        (found,) = _found(cargo, tuple(box["number"] for box in boxes), said)
        assert found.name == declared


def test_only_the_last_conclusion_on_a_container_counts() -> None:
    said = [_said(A, found=(_line(1, "1"),)), _said(A, found=(_line(1, "2"),), number=2)]
    (found,) = _found(_cargo([1], [2], [3]), (A,), said)
    assert found.quantity == 2


def test_what_is_called_differently_or_named_twice_is_not_summed_up() -> None:
    cargo = _cargo([1], [1], [2, 3])
    differing = [_said(A, found=(_line(1),)), _said(B, found=(_line(1, name="oak"),), number=2)]
    assert len(_found(cargo, (A, B), differing)) == 2
    twice = [_said(found=(_line(1), _line(1)))]
    assert len(_found(cargo, (A, B), twice)) == 2


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (("sawn pine", "松木板材"), 1),
        (("松木板材", "pine wood sawn lengthwise"), 1),
        (("sawn pine", "pine"), 2),
    ],
)
def test_what_is_called_by_two_names_is_summed_up_if_each_is_as_declared(
    names: tuple[str, str], lines: int
) -> None:
    wood = factories.line(1, hs_code="4407110000", name="sawn pine 松木板材")
    boxes = [factories.container(serial) for serial in (1, 2)]
    cargo = builders.consignment(lines=[wood], containers=boxes)
    one, other = (_line(1, name=name) for name in names)
    said = [_said(A, found=(one,)), _said(B, found=(other,), number=2)]
    assert len(_found(cargo, (A, B), said)) == lines


@pytest.mark.parametrize(("hs_code", "lines"), [("4403110000", 2), ("4407110090", 2)])
def test_what_is_classified_differently_as_far_as_both_tell_is_not_summed_up(
    hs_code: str, lines: int
) -> None:
    other = _line(1).model_copy(update={"hs_code": hs_code})
    said = [_said(A, found=(_line(1),)), _said(B, found=(other,), number=2)]
    assert len(_found(_cargo([1], [1], [2, 3]), (A, B), said)) == lines


def test_lines_of_other_containers_are_left_out_unless_the_conclusion_is_not_about_those() -> None:
    cargo = _cargo([1], [2], [3])
    lines = (_line(1), _line(2))
    assert [each.number for each in _found(cargo, (A,), [_said(A, B, found=lines)])] == [1]
    assert [each.number for each in _found(cargo, (A,), [_said(A, found=lines)])] == [1, 2]


def test_a_reason_names_the_containers_unless_it_is_the_same_for_all() -> None:
    bad = Said(en="bad", zh="不合格")
    assert parts.reason({A: WHY, B: WHY}, of_all=True) == WHY
    assert parts.reason({A: WHY, B: WHY}, of_all=False).zh == f"{A}、{B}：合格"
    assert parts.reason({A: WHY, B: bad}, of_all=True).en == f"{A}: fine; {B}: bad"


def _three() -> Requirement:
    fresh, _ = changes.determine(
        filing_id=builders.FILING,
        filing_version=1,
        consignment=_cargo([1], [2], [3]),
        determination=builders.joint(),
        decision_id=builders.FILING,
    )
    return fresh


def test_a_container_is_decided_once_and_a_held_one_is_still_to_be() -> None:
    held, (event,) = changes.meet_part(_three(), outcome=Outcome.HELD, said={A: WHY})
    assert isinstance(event, RequirementPartlyMet)
    assert (held.decided, held.undecided) == ((), (A, B, C))
    released, _ = changes.meet_part(held, outcome=Outcome.RELEASED, said={A: WHY})
    assert (released.decided, released.undecided, released.version) == ((A,), (B, C), 3)
    for outcome in Outcome:
        with pytest.raises(ValueError, match="decided once"):
            changes.meet_part(released, outcome=outcome, said={A: WHY})


def test_loose_cargo_is_not_met_in_part() -> None:
    loose, _ = changes.determine(
        filing_id=builders.FILING,
        filing_version=1,
        consignment=_cargo(),
        determination=builders.joint(),
        decision_id=builders.FILING,
    )
    with pytest.raises(ValueError, match="decided once"):
        changes.meet_part(loose, outcome=Outcome.RELEASED, said={parts.LOOSE: WHY})


def test_each_container_is_judged_by_what_covers_it() -> None:
    said = [_said(A), _said(A, B).model_copy(update={"agency": "customs"})]
    stands = parts.judged((A, B), builders.joint(), said)
    assert (stands[A].outcome, stands[B].step) == (Outcome.RELEASED, Step.WAIT)
    assert settle.told(said).en == "quarantine: conforms; customs: conforms"
