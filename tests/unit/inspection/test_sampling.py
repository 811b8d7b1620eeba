"""Samples, their way from holder to holder, and what a laboratory says days later."""

from dataclasses import replace

import pytest

from services.inspection.domain import errors, sampling, verdicts
from services.inspection.domain.case import Case, Section
from services.inspection.domain.moves import Status
from services.inspection.domain.sampling import Draw
from shared.contracts.values import Container, Disposal, Scope, Verdict
from shared.errors import Faults
from tests.factories import container_number
from tests.unit.inspection import builders as b

ONE, TWO, OTHER = (container_number(number) for number in (1, 2, 3))
BOTH = tuple(Container(number=each, size_type="45G1") for each in (ONE, TWO))
KIWI = Draw("2 kg kiwifruit 猕猴桃", seal="Q-77", laboratory="CNTAO-L1", container=ONE)
MINE = b.QUARANTINE


def _case() -> Case:
    return b.opened(containers=BOTH)


def _drawn(asked: Draw = KIWI, case: Case | None = None) -> Case:
    return sampling.draw(case or _case(), asked, who=MINE, now=b.at(20)).case


def _judged(case: Case, *, conforms: bool, number: int = 1) -> Case:
    return sampling.judge(
        case, number, conforms=conforms, report="R-1", text="as said", who=MINE, now=b.at(5_000)
    ).case


def _section(case: Case) -> Section:
    section = case.section("quarantine")
    assert section is not None
    return section


def test_a_sample_is_held_by_its_officer_and_goes_from_holder_to_holder() -> None:
    case = _drawn()
    for to in ("courier 快递员", "CNTAO-L1"):
        change = sampling.hand_over(case, 1, to=to, seal_intact=True, who=MINE, now=b.at(30))
        case = change.case
    (sample,) = _section(case).samples
    assert [(each.giver, each.to) for each in sample.handovers] == [
        ("o.quarantine", "courier 快递员"),
        ("courier 快递员", "CNTAO-L1"),
    ]
    assert sample.holder == "CNTAO-L1"
    assert [(note.kind, note.payload["giver"]) for note in change.notes] == [
        ("sample_handed_over", "courier 快递员")
    ]


def test_samples_are_drawn_only_where_the_requirement_goes_that_deep() -> None:
    with pytest.raises(sampling.SamplingNotRequired):
        sampling.draw(_case(), KIWI, who=b.CUSTOMS, now=b.at(20))
    deep = b.opened(**b.single("customs", Scope.SAMPLE))
    assert sampling.draw(deep, KIWI, who=b.CUSTOMS, now=b.at(20)).case.section("customs")


def test_a_sample_is_of_what_was_declared() -> None:
    wrong = Draw("x", seal="Q-78", laboratory="L", container=OTHER, line=9)
    with pytest.raises(Faults) as refused:
        _drawn(wrong)
    assert [each.code for each in refused.value.faults] == [
        "container_unknown",
        "line_not_declared",
    ]


def test_a_result_comes_once_and_for_a_sample_that_there_is() -> None:
    judged = _judged(_drawn(), conforms=True)
    with pytest.raises(sampling.SampleJudged):
        _judged(judged, conforms=False)
    with pytest.raises(sampling.SampleJudged):
        sampling.hand_over(judged, 1, to="L2", seal_intact=True, who=MINE, now=b.at())
    with pytest.raises(sampling.SampleUnknown):
        _judged(judged, conforms=True, number=2)
    ended = replace(_drawn(), status=Status.COMPLETED)
    with pytest.raises(errors.CaseMoveNotAllowed):
        _judged(ended, conforms=True)


def test_what_a_sample_stands_for_waits_for_its_result_and_the_rest_does_not() -> None:
    case = _drawn()
    only = verdicts.Report(Verdict.CONFORM, Disposal.RELEASE, containers=(TWO,))
    assert b.concluded(case, MINE, only).case
    with pytest.raises(sampling.LaboratoryAwaited) as awaited:
        b.concluded(case, MINE)
    assert awaited.value.facts == {"samples": [1]}
    assert b.concluded(case, MINE, b.SUSPEND).case
    assert b.concluded(_judged(case, conforms=True), MINE).case


def test_what_a_laboratory_found_wanting_does_not_conform() -> None:
    case = _judged(_drawn(), conforms=False)
    with pytest.raises(sampling.LaboratoryFound):
        b.concluded(case, MINE)
    assert b.concluded(case, MINE, b.NONCONFORM).case


def test_a_sample_of_all_the_cargo_holds_up_all_of_it() -> None:
    case = _drawn(Draw("soil 土壤", seal="Q-79", laboratory="L"))
    only = verdicts.Report(Verdict.CONFORM, Disposal.RELEASE, containers=(TWO,))
    with pytest.raises(sampling.LaboratoryAwaited):
        b.concluded(case, MINE, only)


def test_a_section_has_no_more_samples_than_its_row_can_carry() -> None:
    case = _case()
    for _ in range(sampling.MOST):
        case = _drawn(case=case)
    with pytest.raises(sampling.TooManySamples):
        _drawn(case=case)
