"""When a requirement is met, and how it ends."""

from datetime import UTC, datetime

import pytest

from services.mutual_recognition.domain import settle
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.settle import Conclusion, Step
from shared.contracts.values import Disposal, Mode, Outcome, Said, Scope, Verdict
from tests.unit.mutual_recognition import builders

CONFORM, MINOR = Verdict.CONFORM, Verdict.MINOR
NONCONFORM, SUSPEND = Verdict.NONCONFORM, Verdict.SUSPEND
RECOGNITION = Determination(
    mode=Mode.RECOGNITION,
    primary_agency="quarantine",
    needs=(builders.need("quarantine"),),
    recognising=builders.need("customs"),
)


def _said(
    agency: str,
    verdict: Verdict = CONFORM,
    *,
    number: int = 1,
    scope: Scope = Scope.UNPACK,
    disposal: Disposal = Disposal.RELEASE,
) -> Conclusion:
    return Conclusion(
        agency=agency,
        number=number,
        revision=1,
        scope=scope,
        verdict=verdict,
        disposal=disposal,
        officer="officer",
        concluded_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("customs", "quarantine", "outcome"),
    [
        (CONFORM, CONFORM, Outcome.RELEASED),
        (MINOR, CONFORM, Outcome.RELEASED),
        (NONCONFORM, CONFORM, Outcome.REFUSED_ENTRY),
        (CONFORM, NONCONFORM, Outcome.REFUSED_ENTRY),
        (SUSPEND, NONCONFORM, Outcome.REFUSED_ENTRY),
        (SUSPEND, CONFORM, Outcome.HELD),
        (SUSPEND, SUSPEND, Outcome.HELD),
    ],
)
def test_the_worst_verdict_decides(customs: Verdict, quarantine: Verdict, outcome: Outcome) -> None:
    said = [_said("customs", customs), _said("quarantine", quarantine)]
    settled = settle.settle(builders.joint(), said)
    assert (settled.step, settled.outcome) == (Step.MEET, outcome)


def test_the_reason_names_agencies_and_verdicts_in_each_language() -> None:
    said = [_said("customs", SUSPEND), _said("quarantine", NONCONFORM)]
    assert settle.settle(builders.joint(), said).reason == Said(
        en="quarantine: does not conform; customs: suspended", zh="检验检疫：不合格；海关：待定"
    )


def test_a_release_by_recognition_names_who_recognised() -> None:
    assert settle.told([_said("quarantine", MINOR)], recognised_by="customs") == Said(
        en="quarantine: minor findings; customs: recognised",
        zh="检验检疫：轻微不符；海关：监管互认",
    )


@pytest.mark.parametrize(
    "said",
    [
        [],
        [_said("customs")],
        [_said("customs", NONCONFORM)],
        [_said("customs"), _said("quarantine", scope=Scope.SCAN)],
    ],
)
def test_it_waits_until_every_agency_has_looked_deep_enough(said: list[Conclusion]) -> None:
    assert settle.settle(builders.joint(), said).step is Step.WAIT


def test_an_agency_that_looked_deeper_than_it_must_has_done_its_part() -> None:
    said = [_said("customs", scope=Scope.SAMPLE), _said("quarantine")]
    assert settle.settle(builders.joint(), said).step is Step.MEET


def test_the_last_conclusion_of_an_agency_counts() -> None:
    said = [_said("quarantine"), _said("customs", number=2), _said("customs", SUSPEND)]
    assert settle.settle(builders.joint(), said).outcome is Outcome.RELEASED


@pytest.mark.parametrize(
    ("verdict", "step", "outcome"),
    [
        (CONFORM, Step.COMPARE, None),
        (MINOR, Step.DECLINE, None),
        (NONCONFORM, Step.MEET, Outcome.REFUSED_ENTRY),
        (SUSPEND, Step.MEET, Outcome.HELD),
    ],
)
def test_a_release_by_recognition_needs_the_comparison_and_a_bad_verdict_none(
    verdict: Verdict, step: Step, outcome: Outcome | None
) -> None:
    settled = settle.settle(RECOGNITION, [_said("quarantine", verdict)])
    assert (settled.step, settled.outcome) == (step, outcome)


@pytest.mark.parametrize("determination", [builders.joint(), RECOGNITION])
def test_a_treatment_holds_in_any_mode(determination: Determination) -> None:
    treat = [
        _said("quarantine", MINOR, disposal=Disposal.TREAT),
        _said("customs", MINOR),
    ]
    settled = settle.settle(determination, treat)
    assert (settled.outcome, settled.reason) == (Outcome.HELD, settle.TREATMENT)


def test_what_was_treated_is_not_recognised_afterwards() -> None:
    said = [
        _said("quarantine", MINOR, disposal=Disposal.TREAT),
        _said("quarantine", number=2),
    ]
    assert settle.settle(RECOGNITION, said).step is Step.DECLINE
