"""The sandbox's officer takes people's steps, by their rules, for marked cases alone."""

from datetime import timedelta

from services.inspection.domain import planning, sandbox
from services.inspection.domain.case import Case
from services.inspection.domain.moves import Status
from shared.contracts.values import Purpose, Sandbox, Verdict
from tests.unit.inspection import builders
from tests.unit.inspection.builders import at


def _all_steps(case: Case, *, minutes: float = 0) -> tuple[Case, list[str]]:
    """The case after all steps that can be taken by then, and what they told."""
    told: list[str] = []
    while (acted := sandbox.act(case, now=at(minutes), wait=builders.WAIT)) is not None:
        who, change = acted
        assert (who.subject, who.role) == ("sandbox", "service")
        case = change.case
        told += builders.names(change)
    return case, told


def test_it_opens_joins_and_concludes_as_declared_for_both_agencies() -> None:
    case, told = _all_steps(builders.planned(sandbox=Sandbox.JOINT))
    assert told == ["opened", "joined", "concluded", "concluded"]
    conclusion = case.sections[0].conclusion
    assert conclusion is not None
    assert (conclusion.verdict, conclusion.officer) == (Verdict.CONFORM, "sandbox")
    assert conclusion.found == builders.planned().required.lines  # type: ignore[union-attr]


def test_it_leaves_the_other_agency_to_recognise() -> None:
    case, told = _all_steps(builders.planned(sandbox=Sandbox.RECOGNISED, **builders.recognition()))
    assert told == ["opened", "concluded"]
    assert case.status is Status.AWAITING_RECOGNITION


def test_it_suspends_once_where_held_is_asked_for() -> None:
    case, told = _all_steps(builders.planned(sandbox=Sandbox.HELD, **builders.single()))
    assert told == ["opened", "concluded"]
    assert [each.verdict for each in case.sections[0].conclusions] == [Verdict.SUSPEND]


def test_it_finds_what_does_not_conform_where_refused_is_asked_for() -> None:
    case, _ = _all_steps(builders.planned(sandbox=Sandbox.REFUSED, **builders.single()))
    assert [each.verdict for each in case.sections[0].conclusions] == [Verdict.NONCONFORM]


def test_it_consents_to_an_amendment_and_concludes_only_once_that_is_there() -> None:
    asked = builders.kept(planning.ask_leave(builders.opened(sandbox=Sandbox.JOINT), Purpose.AMEND))
    case, told = _all_steps(asked)
    assert told == ["leave_given"]
    amended = builders.kept(
        builders.require(case, builders.revised("amendment", sandbox=Sandbox.JOINT))
    )
    assert _all_steps(amended)[1] == ["concluded", "concluded"]


def test_it_does_not_come_before_people_may() -> None:
    early = -timedelta(minutes=16).total_seconds() / 60
    assert _all_steps(builders.planned(sandbox=Sandbox.JOINT), minutes=early)[1] == []


def test_it_leaves_real_cargo_alone() -> None:
    assert sandbox.act(builders.planned(), now=at(), wait=builders.WAIT) is None
    assert sandbox.act(builders.opened(), now=at(), wait=builders.WAIT) is None
