"""A section's report agrees with itself and with the declaration."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.inspection.domain import errors, verdicts
from services.inspection.domain.facts import Required
from services.inspection.domain.verdicts import Found, Report
from shared.contracts.values import Disposal, Finding, Verdict
from shared.errors import Faults
from shared.reference import codes
from tests.unit.inspection import builders as b

REQUIRED = Required.by(b.determined())
COVERED = tuple(each.number for each in REQUIRED.containers)


def _found(number: int) -> Found:
    return Found(number, "kiwifruit 猕猴桃", Decimal("120.50"), "KGM", Decimal("120.4"))


def _codes(report: Report, *noted: Finding) -> list[tuple[str, str]]:
    try:
        verdicts.check(report, noted=noted, required=REQUIRED, covered=COVERED)
    except Faults as refused:
        return [(fault.code, fault.pointer) for fault in refused.faults]
    return []


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("disposal", list(Disposal))
def test_each_verdict_takes_its_disposals_alone(verdict: Verdict, disposal: Disposal) -> None:
    findings = () if verdict is Verdict.CONFORM else (b.FOUND_PEST,)
    fits = disposal in verdicts.DISPOSALS[verdict]
    codes = _codes(Report(verdict, disposal, findings))
    assert codes == ([] if fits else [("disposal_unfit", "/disposal")])


def test_a_nonconforming_section_is_never_released_and_a_conforming_one_always() -> None:
    assert Disposal.RELEASE not in verdicts.DISPOSALS[Verdict.NONCONFORM]
    assert verdicts.DISPOSALS[Verdict.CONFORM] == {Disposal.RELEASE}


def test_a_bad_verdict_needs_a_finding_and_takes_one_noted_before() -> None:
    report = Report(Verdict.NONCONFORM, Disposal.DESTROY)
    assert _codes(report) == [("finding_missing", "/findings")]
    assert _codes(report, b.FOUND_PEST) == []


def test_a_suspended_verdict_says_why_by_a_ground_or_a_finding() -> None:
    report = Report(Verdict.SUSPEND, Disposal.DETAIN)
    assert _codes(report) == [("ground_missing", "/ground")]
    assert _codes(report, b.FOUND_PEST) == []
    assert _codes(b.SUSPEND) == []


def test_what_is_to_be_treated_is_not_refused_entry() -> None:
    treated = {each for each in Verdict if Disposal.TREAT in verdicts.DISPOSALS[each]}
    assert treated == {Verdict.MINOR, Verdict.SUSPEND}


def test_a_section_with_findings_does_not_conform() -> None:
    assert _codes(b.CONFORM, b.FOUND_PEST) == [("finding_unfit", "/verdict")]


def test_found_lines_are_declared_ones_and_each_is_found_once() -> None:
    report = Report(
        Verdict.CONFORM,
        Disposal.DETAIN,
        found=(_found(1), _found(9), _found(1)),
    )
    assert _codes(report) == [
        ("disposal_unfit", "/disposal"),
        ("line_not_declared", "/found/1/number"),
        ("line_found_twice", "/found/2/number"),
    ]


def test_a_found_line_has_the_code_that_the_officer_states() -> None:
    stated = replace(_found(2), hs_code="08104000")
    report = Report(Verdict.CONFORM, Disposal.RELEASE, found=(stated,))
    _, (line,) = verdicts.check(report, noted=(), required=REQUIRED, covered=COVERED)
    assert (line.number, line.hs_code) == (2, "08104000")


def test_a_found_line_keeps_its_exact_figures_and_gets_the_declared_code() -> None:
    report = Report(Verdict.CONFORM, Disposal.RELEASE, found=(_found(2),))
    _, (line,) = verdicts.check(report, noted=(), required=REQUIRED, covered=COVERED)
    assert (line.number, line.hs_code) == (2, "0810500000")
    assert (str(line.quantity), str(line.net_kg)) == ("120.50", "120.4")


def test_a_verdict_has_the_name_of_the_reference_wherever_it_is_told() -> None:
    names = {code: codes.name_of("verdicts", code)[1] for code in Verdict}
    assert f"结论为{names[Verdict.SUSPEND]}" in errors.SectionConcluded.mend_zh
    assert f"作出{names[Verdict.CONFORM]}结论" in errors.FindingUnfit.zh


@pytest.mark.parametrize(("gross", "faults"), [("240.8", []), ("240.7", ["found_net_above_gross"])])
def test_what_was_found_weighs_no_more_net_than_gross(gross: str, faults: list[str]) -> None:
    found = (_found(1), _found(2))
    report = Report(Verdict.CONFORM, Disposal.RELEASE, found=found, gross_kg=Decimal(gross))
    assert [code for code, _ in _codes(report)] == faults
