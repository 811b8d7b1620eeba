"""An amendment after the opening: asked of the officers, answered by one of them."""

from dataclasses import replace

import pytest

from services.inspection.domain import consent, errors, planning
from services.inspection.domain.case import Case, Change, Consent
from services.inspection.domain.moves import Status
from services.inspection.domain.records import Actor
from shared.contracts.case import LeaveRefused
from shared.contracts.values import Mode, Purpose, Said
from tests import factories
from tests.unit.inspection import builders as b


def asked() -> Case:
    """A case of which an amendment waits for consent."""
    return planning.ask_leave(b.opened(), Purpose.AMEND).case


def answered(case: Case, *, consents: bool, reason: str | None = None) -> Change:
    return consent.answer(case, consents=consents, reason=reason, who=b.CUSTOMS)


def test_officers_are_asked_after_the_opening_and_the_inspection_goes_on() -> None:
    change = planning.ask_leave(b.opened(), Purpose.AMEND)
    assert (b.names(change), change.notes[0].kind) == ([], "consent_asked")
    assert (change.case.consent, change.case.status) == (Consent.ASKED, Status.OPEN)
    closed = replace(b.opened(), status=Status.PLANNED, slot=None)
    assert planning.ask_leave(closed, Purpose.AMEND).case.consent is Consent.ASKED


def test_nobody_is_asked_once_an_agency_has_concluded() -> None:
    case = b.concluded(b.opened(), b.CUSTOMS).case
    refused = planning.ask_leave(case, Purpose.AMEND)
    assert (b.names(refused), refused.case.consent) == (["leave_refused"], None)


def test_an_officer_consents_and_the_amendment_is_let_through() -> None:
    change = answered(asked(), consents=True, reason="a slip of the pen")
    assert b.names(change) == ["leave_given"]
    assert change.case.consent is Consent.GIVEN
    assert change.notes[0].payload == {"reason": "a slip of the pen"}


def test_an_officer_refuses_with_a_reason_that_the_broker_is_told() -> None:
    with pytest.raises(errors.RefusalWithoutReason):
        answered(asked(), consents=False)
    change = answered(asked(), consents=False, reason="it is being weighed")
    (refused,) = change.events
    assert isinstance(refused, LeaveRefused)
    assert refused.reason == Said.as_given("it is being weighed")
    assert change.case.consent is None


def test_only_an_agency_that_inspects_answers_and_only_what_was_asked() -> None:
    stranger = Actor("o.health", "officer", "health")
    with pytest.raises(errors.AgencyNotNeeded):
        consent.answer(asked(), consents=True, reason=None, who=stranger)
    for case in (b.opened(), answered(asked(), consents=True).case):
        with pytest.raises(errors.ConsentNotAsked):
            answered(case, consents=True)
    with pytest.raises(errors.CaseMoveNotAllowed):
        answered(replace(asked(), status=Status.COMPLETED), consents=True)


def test_after_a_conclusion_nobody_consents_any_more() -> None:
    change = b.concluded(asked(), b.CUSTOMS)
    assert b.names(change) == ["concluded"]
    assert [note.kind for note in change.notes] == ["concluded", "consent_lapsed"]
    assert change.case.consent is None


def test_nothing_is_concluded_between_the_consent_and_the_amendment() -> None:
    given = answered(asked(), consents=True).case
    with pytest.raises(errors.AmendmentAwaited):
        b.concluded(given, b.CUSTOMS)
    other = b.kept(b.require(given, b.revised("late_selection")))
    assert other.consent is Consent.GIVEN
    amended = b.kept(b.require(other, b.revised("amendment", revision=3, mode=Mode.JOINT)))
    assert amended.consent is None
    assert b.names(b.concluded(amended, b.CUSTOMS)) == ["concluded"]


def test_what_settles_the_amendment_otherwise_ends_the_waiting() -> None:
    why = factories.said("noted")
    assert b.kept(planning.thaw(asked(), settled=Purpose.AMEND, why=why)).consent is None
    assert planning.thaw(asked(), settled=Purpose.WITHDRAW, why=why) is None
