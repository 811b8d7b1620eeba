"""What officers may do at the container."""

from dataclasses import replace

import pytest

from services.inspection.domain import ending, errors, inspecting, planning
from services.inspection.domain.case import Case, Change
from services.inspection.domain.inspecting import Escalation
from services.inspection.domain.moves import Status
from services.inspection.domain.records import Actor
from shared.contracts.case import CaseOpened, SectionConcluded
from shared.contracts.values import Disposal, Mode, Outcome, Purpose, Scope, Verdict
from shared.errors import Faults
from tests import factories
from tests.unit.inspection import builders as b

AGENCIES = ("customs", "quarantine")


def _open(
    case: Case,
    *present: str,
    who: Actor = b.CUSTOMS,
    reason: str | None = None,
    minutes: float = 0,
) -> Change:
    return inspecting.open_container(
        case, who=who, present=present, reason=reason, now=b.at(minutes)
    )


@pytest.mark.parametrize("present", [(), ("customs",)])
def test_opening_records_the_agency_that_opens_and_no_other(present: tuple[str, ...]) -> None:
    change = _open(b.planned(), *present)
    (event,) = change.events
    assert isinstance(event, CaseOpened)
    assert (event.opening, event.present) == (1, ("customs",))
    assert change.case.status is Status.OPEN
    assert [section.joined_at for section in change.case.sections] == [b.at().yard, None]


def test_the_container_may_be_opened_fifteen_yard_minutes_early_and_not_earlier() -> None:
    assert _open(b.planned(), minutes=-15).case.opening
    with pytest.raises(errors.TooEarly):
        _open(b.planned(), minutes=-15.01)


def test_a_case_without_slot_or_requirement_is_not_opened() -> None:
    with pytest.raises(errors.CaseNotReady) as refused:
        _open(b.without_slot(b.planned()))
    assert refused.value.facts == {"gaps": ("slot",)}
    with pytest.raises(errors.CaseNotReady):
        _open(b.kept(planning.assign(b.new(), b.slot())))


def test_a_case_frozen_by_a_given_leave_is_not_opened() -> None:
    frozen = planning.ask_leave(b.planned(), Purpose.WITHDRAW).case
    assert inspecting.may_open_from(frozen) is None
    with pytest.raises(errors.CaseFrozen):
        _open(frozen)


def test_an_open_container_is_not_opened_again() -> None:
    with pytest.raises(errors.CaseMoveNotAllowed):
        _open(b.opened())


def test_only_an_officer_of_a_needed_agency_opens() -> None:
    case = b.planned(**b.single("quarantine"))
    with pytest.raises(errors.AgencyNotNeeded):
        _open(case)
    with pytest.raises(errors.AgencyNotNeeded):
        _open(b.planned(**b.recognition()))


def test_nobody_records_another_agency_as_present() -> None:
    with pytest.raises(Faults) as refused:
        _open(b.planned(), "customs", "quarantine", "police")
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [
        ("others_join_themselves", "/present/1"),
        ("others_join_themselves", "/present/2"),
    ]


def test_a_second_agency_joins_the_open_container_once() -> None:
    case = b.opened("customs")
    change = b.joined(case, b.QUARANTINE)
    assert b.names(change) == ["joined"]
    assert change.case.opening is not None
    assert change.case.opening.present == ("customs", "quarantine")
    with pytest.raises(errors.AlreadyJoined):
        b.joined(change.case, b.QUARANTINE)


def test_nobody_joins_a_closed_container_or_one_that_does_not_need_them() -> None:
    with pytest.raises(errors.CaseMoveNotAllowed):
        b.joined(b.planned(), b.QUARANTINE)
    with pytest.raises(errors.AgencyNotNeeded):
        b.joined(b.opened(**b.single()), b.QUARANTINE)


def test_a_revision_lets_the_late_second_agency_join_the_open_container() -> None:
    case = b.opened(**b.single())
    revised = b.kept(b.require(case, b.revised()))
    assert b.joined(revised, b.QUARANTINE).case.missing == ()


def test_an_officer_concludes_the_own_section_with_what_was_noted_before() -> None:
    noted = inspecting.find(b.opened(), b.FOUND_PEST, who=b.QUARANTINE, now=b.at()).case
    report = replace(b.NONCONFORM, findings=())
    change = b.concluded(noted, b.QUARANTINE, report)
    (event,) = change.events
    assert isinstance(event, SectionConcluded)
    assert (event.agency, event.conclusion, event.scope) == ("quarantine", 1, Scope.SAMPLE)
    assert event.findings == (b.FOUND_PEST,)
    customs = change.case.section("customs")
    assert customs is not None
    assert customs.conclusion is None


def test_a_section_is_concluded_once() -> None:
    case = b.concluded(b.opened(), b.CUSTOMS).case
    with pytest.raises(errors.SectionConcluded):
        b.concluded(case, b.CUSTOMS)
    with pytest.raises(errors.SectionConcluded):
        inspecting.find(case, b.FOUND_PEST, who=b.CUSTOMS, now=b.at())


def test_a_section_takes_no_more_findings_than_one_event_can_carry() -> None:
    case = b.opened()
    for _ in range(inspecting.MOST_NOTED):
        case = inspecting.find(case, b.FOUND_PEST, who=b.CUSTOMS, now=b.at()).case
    with pytest.raises(errors.TooManyFindings):
        inspecting.find(case, b.FOUND_PEST, who=b.CUSTOMS, now=b.at())
    assert inspecting.find(case, b.FOUND_PEST, who=b.QUARANTINE, now=b.at()).case


def test_what_was_concluded_stays_whatever_is_required_later() -> None:
    case = b.concluded(b.opened(), b.CUSTOMS).case
    fewer = b.kept(b.require(case, b.revised(**b.single("quarantine"))))
    customs = fewer.section("customs")
    assert customs is not None
    assert (customs.needed, fewer.missing) == (True, ())


def test_a_suspended_section_is_concluded_anew_while_the_laboratory_is_awaited() -> None:
    case = b.concluded(b.opened(**b.single()), b.CUSTOMS, b.SUSPEND).case
    held = b.kept(
        ending.meet(case, Outcome.HELD, reason=factories.said("laboratory"), now=b.at(60))
    )
    assert held.status is Status.AWAITING_LABORATORY
    change = b.concluded(held, b.CUSTOMS, minutes=600)
    (event,) = change.events
    assert isinstance(event, SectionConcluded)
    assert (event.conclusion, event.verdict) == (2, Verdict.CONFORM)
    assert change.case.status is Status.AWAITING_LABORATORY
    with pytest.raises(errors.SectionConcluded):
        b.concluded(change.case, b.CUSTOMS, minutes=700)


def test_a_deeper_scope_needs_a_new_conclusion() -> None:
    case = b.concluded(b.opened(), b.CUSTOMS).case
    needs = (b.need("customs", Scope.SAMPLE), b.need("quarantine", Scope.SAMPLE))
    deeper = b.kept(b.require(case, b.revised(needs=needs)))
    (event,) = b.concluded(deeper, b.CUSTOMS).events
    assert isinstance(event, SectionConcluded)
    assert (event.conclusion, event.scope, event.revision) == (2, Scope.SAMPLE, 2)


def test_an_agency_concludes_only_where_it_is_needed_and_present() -> None:
    with pytest.raises(errors.AgencyNotNeeded):
        b.concluded(b.opened(**b.single()), b.QUARANTINE)
    with pytest.raises(errors.NotAtContainer):
        b.concluded(b.opened("customs"), b.QUARANTINE)
    with pytest.raises(errors.CaseMoveNotAllowed):
        b.concluded(b.planned(), b.CUSTOMS)


def test_the_primarys_conclusion_awaits_the_recognition() -> None:
    change = b.concluded(b.opened(**b.recognition()), b.QUARANTINE)
    assert change.case.status is Status.AWAITING_RECOGNITION
    assert b.names(change) == ["concluded"]


def test_a_joint_conclusion_leaves_the_case_open() -> None:
    assert b.concluded(b.opened(), b.CUSTOMS).case.status is Status.OPEN


@pytest.mark.parametrize(
    ("agency", "scope"), [("customs", Scope.SAMPLE), ("quarantine", Scope.SCAN)]
)
def test_an_officer_asks_for_a_deeper_look_or_for_the_other_agency(
    agency: str, scope: Scope
) -> None:
    case = b.opened(**b.single())
    asked = Escalation(agency, scope, "smell 异味")
    change = inspecting.escalate(case, asked, who=b.CUSTOMS, agencies=AGENCIES)
    assert b.names(change) == ["escalation_requested"]
    assert change.case.status is Status.OPEN
    assert change.case.required == case.required


@pytest.mark.parametrize(
    ("agency", "scope"),
    [("customs", Scope.UNPACK), ("customs", Scope.SCAN), ("quarantine", Scope.SAMPLE)],
)
def test_an_escalation_that_asks_for_nothing_new_of_ones_own_is_refused(
    agency: str, scope: Scope
) -> None:
    asked = Escalation(agency, scope, "smell 异味")
    with pytest.raises(errors.EscalationIdle):
        inspecting.escalate(b.opened(), asked, who=b.CUSTOMS, agencies=AGENCIES)


def test_an_unknown_agency_is_not_called_in() -> None:
    asked = Escalation("police", Scope.SCAN, "smell 异味")
    with pytest.raises(errors.AgencyUnknown):
        inspecting.escalate(b.opened(), asked, who=b.CUSTOMS, agencies=AGENCIES)


def test_a_met_requirement_completes_the_case_and_closes_the_container() -> None:
    case = b.concluded(b.opened(**b.single()), b.CUSTOMS, b.NONCONFORM).case
    change = ending.meet(case, Outcome.REFUSED_ENTRY, reason=factories.said("pest"), now=b.at(70))
    done = b.kept(change)
    assert b.names(change) == ["completed"]
    assert done.status is Status.COMPLETED
    assert done.openings[0].closed_at == b.at(70).yard
    assert done.counts is not None
    assert (done.counts.moves, done.counts.findings) == (1, 1)


def test_a_mode_without_recognition_never_awaits_one() -> None:
    case = b.opened(**b.single())
    assert case.required is not None
    assert case.required.mode is Mode.SINGLE
    report = replace(b.CONFORM, disposal=Disposal.RELEASE)
    assert b.concluded(case, b.CUSTOMS, report).case.status is Status.OPEN
