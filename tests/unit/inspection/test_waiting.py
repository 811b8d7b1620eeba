"""The open container waits for the agency that is missing."""

from datetime import timedelta

import pytest

from services.inspection.domain import errors, inspecting, planning, waiting
from services.inspection.domain.case import Case
from services.inspection.domain.moves import Status
from shared.contracts.case import CaseClosedUp, CaseOpened, CaseWaiting
from shared.contracts.values import Said, Scope
from tests.factories import NOW
from tests.unit.inspection import builders as b


def _waiting_for_quarantine() -> Case:
    return b.concluded(b.opened("customs"), b.CUSTOMS, minutes=50).case


def _closed_up() -> Case:
    return b.kept(waiting.lapse(_waiting_for_quarantine(), now=b.at(230)))


def _again(case: Case) -> Case:
    return b.kept(planning.assign(case, b.slot(NOW + timedelta(hours=24))))


def test_a_concluded_agency_leaves_the_container_waiting_for_the_missing_one() -> None:
    change = b.concluded(b.opened("customs"), b.CUSTOMS, minutes=50)
    _, event = change.events
    assert isinstance(event, CaseWaiting)
    assert (event.waits_for, event.until) == ("quarantine", b.at(50 + 180).yard)
    assert change.case.waiting is not None


def test_nobody_waits_while_an_agency_is_at_work_or_all_have_come() -> None:
    assert b.opened("customs").waiting is None
    assert b.concluded(b.opened(), b.CUSTOMS).case.waiting is None


def test_the_recognition_itself_has_no_deadline() -> None:
    case = b.concluded(b.opened(**b.recognition()), b.QUARANTINE).case
    assert (case.status, case.waiting) == (Status.AWAITING_RECOGNITION, None)


def test_a_refused_recognition_makes_the_open_container_wait_for_the_other_agency() -> None:
    case = b.concluded(b.opened(**b.recognition()), b.QUARANTINE).case
    both = (b.need("customs"), b.need("quarantine"))
    change = b.require(case, b.revised("recognition_refused", needs=both), minutes=52)
    assert b.names(change) == ["waiting"]
    waits = b.kept(change)
    assert waits.status is Status.AWAITING_RECOGNITION
    assert waits.missing == ("customs",)
    joined = b.joined(waits, b.CUSTOMS).case
    assert (joined.status, joined.waiting) == (Status.OPEN, None)
    assert b.concluded(joined, b.CUSTOMS).case.missing == ()


def test_the_wait_ends_when_the_missing_agency_joins() -> None:
    joined = b.joined(_waiting_for_quarantine(), b.QUARANTINE).case
    assert joined.waiting is None
    assert waiting.lapse(joined, now=b.at(10_000)) is None


def test_another_revision_does_not_put_the_deadline_off() -> None:
    case = _waiting_for_quarantine()
    needs = (b.need("customs"), b.need("quarantine", Scope.UNPACK))
    revised = b.kept(b.require(case, b.revised(needs=needs), minutes=100))
    assert revised.waiting == case.waiting


def test_a_deeper_look_by_the_agency_at_the_container_stops_the_wait() -> None:
    needs = (b.need("customs", Scope.SAMPLE), b.need("quarantine"))
    deeper = b.kept(b.require(_waiting_for_quarantine(), b.revised(needs=needs)))
    assert deeper.waiting is None


def test_a_wait_lapses_at_its_deadline_and_not_before() -> None:
    case = _waiting_for_quarantine()
    assert waiting.lapse(case, now=b.at(229.9)) is None
    change = waiting.lapse(case, now=b.at(230))
    closed = b.kept(change)
    assert change is not None
    (event,) = change.events
    assert isinstance(event, CaseClosedUp)
    assert event.missing == ("quarantine",)
    assert (closed.status, closed.slot, closed.opening) == (Status.PLANNED, None, None)


def test_after_the_wait_the_second_opening_has_its_reason_by_itself() -> None:
    case = _again(_closed_up())
    change = inspecting.open_container(
        case, who=b.QUARANTINE, present=("quarantine",), reason=None, now=b.at(24 * 60)
    )
    (event,) = change.events
    assert isinstance(event, CaseOpened)
    assert (event.opening, event.reason) == (2, inspecting.AFTER_THE_WAIT)
    customs = change.case.section("customs")
    assert customs is not None
    assert customs.joined_at is None


def test_a_second_opening_by_who_was_there_needs_a_reason() -> None:
    case = _again(_closed_up())
    with pytest.raises(errors.ReasonMissing):
        inspecting.open_container(
            case, who=b.CUSTOMS, present=("customs",), reason=None, now=b.at(24 * 60)
        )
    change = inspecting.open_container(
        case, who=b.CUSTOMS, present=("customs",), reason="seal broken 封志破损", now=b.at(24 * 60)
    )
    assert change.case.openings[1].reason == Said.as_given("seal broken 封志破损")
    assert change.case.waiting is None


def _suspended_and_gone() -> Case:
    """Customs suspended its verdict at the first opening; quarantine made the second alone."""
    case = b.concluded(b.opened("customs"), b.CUSTOMS, b.SUSPEND, minutes=50).case
    closed = b.kept(waiting.lapse(case, now=b.at(230)))
    return inspecting.open_container(
        _again(closed), who=b.QUARANTINE, present=("quarantine",), reason=None, now=b.at(24 * 60)
    ).case


def test_a_suspended_agency_concludes_from_the_laboratory_at_anothers_opening() -> None:
    change = b.concluded(_suspended_and_gone(), b.CUSTOMS, minutes=24 * 60 + 10)
    assert b.names(change) == ["concluded"]


def test_a_suspended_agency_that_must_look_deeper_has_to_come() -> None:
    needs = (b.need("customs", Scope.SAMPLE), b.need("quarantine"))
    deeper = b.kept(b.require(_suspended_and_gone(), b.revised(needs=needs)))
    with pytest.raises(errors.NotAtContainer):
        b.concluded(deeper, b.CUSTOMS, minutes=24 * 60 + 10)


def test_a_wait_lapses_after_its_opening_though_the_yards_clock_was_set_back() -> None:
    case = b.concluded(b.opened("customs"), b.CUSTOMS, minutes=-400).case
    change = waiting.lapse(case, now=b.at(-220))
    closed = b.kept(change)
    assert change is not None
    assert [event.closed_at for event in change.events if isinstance(event, CaseClosedUp)] == [
        closed.openings[0].closed_at
    ]
    assert closed.openings[0].closed_at == closed.openings[0].opened_at
