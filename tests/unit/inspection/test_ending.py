"""How a case ends, and what waits for another conclusion of the same agency."""

import pytest

from services.inspection.domain import ending, errors, treating, verdicts
from services.inspection.domain.moves import Status
from shared.contracts.case import CaseCompleted
from shared.contracts.values import Disposal, Outcome, Verdict
from tests import factories
from tests.unit.inspection import builders as b

RELEASE = verdicts.Report(Verdict.MINOR, Disposal.RELEASE, (b.FOUND_PEST,))


def test_a_container_closes_after_it_was_opened_though_the_yards_clock_was_set_back() -> None:
    case = b.concluded(b.opened(**b.single()), b.CUSTOMS).case
    change = ending.meet(case, Outcome.RELEASED, reason=factories.said("done"), now=b.at(-90))
    done = b.kept(change)
    assert change is not None
    (event,) = change.events
    assert isinstance(event, CaseCompleted)
    assert event.completed_at == done.openings[0].closed_at == done.openings[0].opened_at


def test_a_section_with_a_treatment_is_concluded_anew_when_it_was_made() -> None:
    case = b.concluded(b.opened(**b.single()), b.CUSTOMS, b.TREAT).case
    held = b.kept(ending.meet(case, Outcome.HELD, reason=factories.said("treat"), now=b.at(60)))
    assert held.status is Status.AWAITING_LABORATORY
    done = treating.Result(1, done=True, text="clean 已清洗")
    held = treating.tell(held, done, who=b.CUSTOMS, now=b.at(500)).case
    assert "concluded" in b.names(b.concluded(held, b.CUSTOMS, RELEASE, minutes=600))


def test_a_section_with_minor_findings_alone_is_concluded_once() -> None:
    case = b.concluded(b.opened(**b.single()), b.CUSTOMS, RELEASE).case
    with pytest.raises(errors.SectionConcluded):
        b.concluded(case, b.CUSTOMS, RELEASE)
