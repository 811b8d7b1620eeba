"""An officer says for which containers a verdict stands."""

from dataclasses import replace
from typing import Any

import pytest

from services.inspection.domain import ending, errors, inspecting
from services.inspection.domain.case import Case
from services.inspection.domain.containers import ContainerDecided
from services.inspection.domain.moves import Status
from services.inspection.domain.verdicts import Found, Report
from shared.contracts.case import SectionConcluded, SectionPartlyConcluded
from shared.contracts.values import Container, Finding, Outcome, Scope, Verdict
from shared.errors import Faults
from tests import factories
from tests.factories import container_number
from tests.unit.inspection import builders as b

ONE, TWO, OTHER = (container_number(number) for number in (1, 2, 3))
TWO_BOXES: dict[str, Any] = {
    "containers": (
        Container(number=ONE, size_type="45G1", lines=(1,)),
        Container(number=TWO, size_type="45G1", lines=(1, 2)),
    )
}


def on(*containers: str, of: Report = b.CONFORM, **changes: Any) -> Report:
    """A report of these containers."""
    return replace(of, containers=containers, **changes)


def found(number: int) -> Found:
    """A declared line as it was declared."""
    line = b.line(number)
    return Found(line.number, line.name, line.quantity, line.unit, line.net_kg)


def decided(case: Case, *containers: str, outcome: Outcome = Outcome.RELEASED) -> Case:
    """The case after these containers were decided."""
    reason = factories.said("all concluded")
    return b.kept(ending.meet_part(case, outcome, containers=containers, reason=reason))


def _opened(**changes: Any) -> Case:
    return b.opened(**TWO_BOXES, **changes)


def test_a_verdict_on_one_container_leaves_the_other_to_conclude_on() -> None:
    change = b.concluded(_opened(), b.CUSTOMS, on(ONE))
    (event,) = change.events
    assert isinstance(event, SectionPartlyConcluded)
    assert (event.containers, event.conclusion) == ((ONE,), 1)
    customs = change.case.section("customs")
    assert customs is not None
    assert not change.case.concluded(customs)
    rest, _ = b.concluded(change.case, b.CUSTOMS, b.NONCONFORM).events
    assert isinstance(rest, SectionPartlyConcluded)
    assert (rest.containers, rest.conclusion) == ((TWO,), 2)


@pytest.mark.parametrize("report", [b.CONFORM, on(TWO, ONE)])
def test_a_verdict_on_all_is_told_as_ever(report: Report) -> None:
    (event,) = b.concluded(_opened(), b.CUSTOMS, report).events
    assert type(event) is SectionConcluded


def test_each_container_is_concluded_on_once() -> None:
    case = b.concluded(_opened(), b.CUSTOMS, on(ONE)).case
    for report in (on(ONE), on(TWO, ONE)):
        with pytest.raises(errors.SectionConcluded) as refused:
            b.concluded(case, b.CUSTOMS, report)
        assert refused.value.facts["containers"] == [ONE]
    done = b.concluded(case, b.CUSTOMS).case
    with pytest.raises(errors.SectionConcluded):
        b.concluded(done, b.CUSTOMS)


@pytest.mark.parametrize("outcome", [Outcome.RELEASED, Outcome.REFUSED_ENTRY])
def test_a_verdict_on_a_decided_container_is_refused(outcome: Outcome) -> None:
    case = decided(_opened(), ONE, outcome=outcome)
    with pytest.raises(ContainerDecided) as refused:
        b.concluded(case, b.CUSTOMS, on(ONE, of=b.NONCONFORM))
    assert refused.value.facts["containers"] == {ONE: outcome.value}
    with pytest.raises(ContainerDecided):
        inspecting.find(
            case, b.FOUND_PEST.model_copy(update={"container": ONE}), who=b.CUSTOMS, now=b.at()
        )


def test_what_is_held_is_concluded_on_again_and_the_other_is_not() -> None:
    case = b.concluded(_opened(**b.single()), b.CUSTOMS, on(ONE, of=b.SUSPEND)).case
    (event,) = b.concluded(case, b.CUSTOMS).events
    assert isinstance(event, SectionPartlyConcluded)
    assert event.containers == (TWO,)
    deeper = b.revised(**TWO_BOXES, **b.single(scope=Scope.SAMPLE))
    (event,) = b.concluded(b.kept(b.require(case, deeper)), b.CUSTOMS).events
    assert isinstance(event, SectionPartlyConcluded)
    assert event.containers == (TWO,)
    case = decided(b.concluded(case, b.CUSTOMS).case, TWO)
    held = b.kept(ending.meet(case, Outcome.HELD, reason=factories.said("x"), now=b.at(60)))
    assert held.status is Status.AWAITING_LABORATORY
    (event,) = b.concluded(held, b.CUSTOMS, minutes=600).events
    assert isinstance(event, SectionPartlyConcluded)
    assert (event.containers, event.verdict) == ((ONE,), Verdict.CONFORM)


def test_all_faults_of_the_containers_are_told_at_once() -> None:
    findings = tuple(
        Finding(code="pest", text="live insects 活虫", container=each) for each in (TWO, OTHER)
    )
    report = on(ONE, OTHER, ONE, of=b.NONCONFORM, findings=findings, found=(found(1), found(2)))
    with pytest.raises(Faults) as refused:
        b.concluded(_opened(), b.CUSTOMS, report)
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [
        ("in_other_container", "/found/1/number"),
        ("container_unknown", "/containers/1"),
        ("container_twice", "/containers/2"),
        ("in_other_container", "/findings/0/container"),
    ]


def test_loose_cargo_is_concluded_on_as_a_whole() -> None:
    case = b.opened(containers=())
    with pytest.raises(Faults) as refused:
        b.concluded(case, b.CUSTOMS, on(ONE))
    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer) == ("loose_cargo", "/containers")
    (event,) = b.concluded(case, b.CUSTOMS).events
    assert type(event) is SectionConcluded


def test_a_finding_of_one_container_does_not_stop_the_other() -> None:
    pest = b.FOUND_PEST.model_copy(update={"container": TWO})
    noted = inspecting.find(_opened(), pest, who=b.CUSTOMS, now=b.at()).case
    change = b.concluded(noted, b.CUSTOMS, on(ONE))
    customs = change.case.section("customs")
    assert customs is not None
    assert customs.findings == (pest,)
    (event,) = b.concluded(change.case, b.CUSTOMS, replace(b.NONCONFORM, findings=())).events
    assert isinstance(event, SectionPartlyConcluded)
    assert event.findings == (pest,)


def test_nothing_is_found_in_a_container_that_ones_own_agency_has_concluded_on() -> None:
    case = b.concluded(_opened(), b.CUSTOMS, on(ONE)).case
    pest = b.FOUND_PEST.model_copy(update={"container": ONE})
    with pytest.raises(errors.SectionConcluded) as refused:
        inspecting.find(case, pest, who=b.CUSTOMS, now=b.at())
    assert refused.value.facts["containers"] == [ONE]
    assert (
        inspecting.find(case, pest, who=b.QUARANTINE, now=b.at()).notes[0].payload["container"]
        == ONE
    )


def test_away_from_the_containers_only_a_suspended_one_is_written_of() -> None:
    case = b.concluded(_opened(), b.CUSTOMS, on(ONE, of=b.SUSPEND)).case
    (first,) = case.openings
    away = case.with_opening(replace(first, present=("quarantine",)))
    one, two = (b.FOUND_PEST.model_copy(update={"container": each}) for each in (ONE, TWO))
    assert inspecting.find(away, one, who=b.CUSTOMS, now=b.at()).notes[0].kind == "finding"
    with pytest.raises(errors.NotAtContainer):
        inspecting.find(away, two, who=b.CUSTOMS, now=b.at())
    with pytest.raises(errors.NotAtContainer):
        b.concluded(away, b.CUSTOMS, on(ONE, TWO))


def test_a_finding_in_a_container_of_another_consignment_is_refused() -> None:
    with pytest.raises(Faults):
        inspecting.find(
            _opened(),
            b.FOUND_PEST.model_copy(update={"container": OTHER}),
            who=b.CUSTOMS,
            now=b.at(),
        )


def test_the_open_container_waits_for_the_other_agency_only_once_all_is_concluded() -> None:
    alone = b.opened("customs", **TWO_BOXES)
    first = b.concluded(alone, b.CUSTOMS, on(ONE))
    assert first.case.waiting is None
    last = b.concluded(first.case, b.CUSTOMS)
    assert last.case.waiting is not None


def test_the_primary_agency_awaits_the_recognition_once_it_has_concluded_on_all() -> None:
    case = b.concluded(_opened(**b.recognition()), b.QUARANTINE, on(ONE)).case
    assert case.status is Status.OPEN
    case = decided(case, ONE)
    assert b.concluded(case, b.QUARANTINE).case.status is Status.AWAITING_RECOGNITION


def test_a_deeper_look_is_at_what_was_not_decided() -> None:
    case = b.concluded(_opened(), b.CUSTOMS, on(ONE)).case
    case = decided(b.concluded(case, b.QUARANTINE, on(ONE)).case, ONE)
    deep = (b.need("customs", Scope.SAMPLE), b.need("quarantine", Scope.SAMPLE))
    case = b.kept(b.require(case, b.revised(**TWO_BOXES, needs=deep)))
    (event,) = b.concluded(case, b.CUSTOMS).events
    assert isinstance(event, SectionPartlyConcluded)
    assert (event.containers, event.scope) == ((TWO,), Scope.SAMPLE)


def test_a_case_keeps_what_was_decided_and_goes_on() -> None:
    case = decided(_opened(), ONE)
    assert (case.status, case.parts) == (Status.OPEN, (TWO,))
    assert decided(case, ONE, outcome=Outcome.REFUSED_ENTRY).decided == case.decided
    assert decided(_opened(), ONE, outcome=Outcome.HELD).parts == (ONE, TWO)
    done = replace(case, status=Status.COMPLETED)
    reason = factories.said("late")
    assert ending.meet_part(done, Outcome.RELEASED, containers=(TWO,), reason=reason) is None
