"""A requirement's moves: one table, events counted without a gap."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.mutual_recognition.domain import changes, recognition, refusals, requirement
from services.mutual_recognition.domain.determination import Determination, Terms
from services.mutual_recognition.domain.requirement import MOVES, Act, Pending, Status
from shared.contracts import requirement as contract
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element, Mode, Outcome, Purpose
from shared.errors import Conflict
from tests import factories
from tests.unit.mutual_recognition import builders

WITHDRAW = Pending(purpose=Purpose.WITHDRAW, filing_version=1)
TERMS = Terms(elements=(Element.NAME,), tolerances={})


def test_nothing_to_inspect_is_met_at_once() -> None:
    met, events = builders.requirement(Determination(mode=Mode.NONE))
    assert (met.status, met.outcome, met.version) == (Status.MET, Outcome.RELEASED, 2)
    assert [type(event) for event in events] == [
        contract.RequirementDetermined,
        contract.RequirementMet,
    ]


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("status", Status)
def test_what_is_not_in_the_table_is_refused(status: Status, act: Act) -> None:
    fresh, _ = builders.requirement()
    current = replace(fresh, status=status, outcome=Outcome.HELD)
    if (status, act) in MOVES:
        assert requirement.moved(current, act) is MOVES[status, act]
    else:
        with pytest.raises(Conflict):
            requirement.moved(current, act)


@pytest.mark.parametrize("act", [Act.REOPEN, Act.MEET_AGAIN])
def test_what_is_met_for_good_is_never_opened_again(act: Act) -> None:
    fresh, _ = builders.requirement()
    released, _ = changes.meet(fresh, outcome=Outcome.RELEASED, reason=factories.said("done"))
    with pytest.raises(refusals.AlreadyMet):
        requirement.moved(released, act)


def test_what_is_held_can_be_met_again() -> None:
    fresh, _ = builders.requirement()
    held, _ = changes.meet(fresh, outcome=Outcome.HELD, reason=factories.said("laboratory"))
    released, events = changes.meet(held, outcome=Outcome.RELEASED, reason=factories.said("fine"))
    assert (released.status, released.outcome) == (Status.MET, Outcome.RELEASED)
    assert released.version == held.version + len(events)


def test_a_revision_counts_on_and_carries_the_cause() -> None:
    fresh, _ = builders.requirement()
    after, (event,) = changes.revise(
        fresh,
        builders.joint(),
        cause="escalation",
        reason=factories.said("look"),
        decision_id=UUID(int=8),
    )
    assert (after.revision, after.version, after.status) == (2, 2, Status.REVISED)
    assert isinstance(event, contract.RequirementRevised)
    assert (event.cause, event.revision, event.mode) == ("escalation", 2, Mode.JOINT)


def test_an_amendment_to_nothing_is_met_in_the_same_breath() -> None:
    fresh, _ = builders.requirement()
    amended = Pending(
        purpose=Purpose.AMEND, filing_version=2, consignment=builders.consignment(reference="R2")
    )
    waiting, _ = changes.ask_leave(fresh, amended)
    after, events = changes.revise(
        waiting,
        Determination(mode=Mode.NONE),
        cause="amendment",
        reason=factories.said("amended"),
        decision_id=UUID(int=8),
        pending=amended,
    )
    assert [event.name for event in events] == ["revised", "met"]
    assert (after.filing_version, after.version, after.pending) == (2, 4, None)
    assert after.consignment.reference == "R2"


def test_a_withdrawal_voids_and_what_is_void_takes_nothing_more() -> None:
    fresh, _ = builders.requirement()
    waiting, _ = changes.ask_leave(fresh, WITHDRAW)
    void, _ = changes.void(waiting, reason=factories.said("withdrawn"))
    assert (void.status, void.pending) == (Status.VOID, None)
    with pytest.raises(refusals.RequirementVoid):
        changes.meet(void, outcome=Outcome.RELEASED, reason=factories.said("late"))


def test_a_refused_change_leaves_all_else_as_it_was() -> None:
    fresh, _ = builders.requirement()
    waiting, _ = changes.ask_leave(fresh, WITHDRAW)
    after, _ = changes.refuse_change(
        waiting, purpose=Purpose.WITHDRAW, reason=factories.said("opened")
    )
    assert after == replace(fresh, version=3)


def _expected() -> recognition.Recognition:
    return recognition.expect(
        None, filing_id=builders.FILING, primary="quarantine", secondary="customs", terms=TERMS
    )[0]


def _verdict(*, agrees: bool) -> ElementVerdict:
    return ElementVerdict(
        element=Element.NAME, line=1, declared="pine", found="pine", agrees=agrees
    )


def _granted(current: recognition.Recognition, *verdicts: ElementVerdict) -> recognition.Changed:
    return recognition.grant(current, verdicts=verdicts, conclusions=(1,))


def test_only_agreeing_verdicts_grant_a_recognition() -> None:
    granted, events = _granted(_expected(), _verdict(agrees=True))
    assert (granted.status, granted.version) == (recognition.Status.GRANTED, 1 + len(events))
    for verdicts in ((), (_verdict(agrees=True), _verdict(agrees=False))):
        with pytest.raises(ValueError, match="agreeing"):
            _granted(_expected(), *verdicts)


def test_a_recognition_that_ended_is_not_granted_any_more() -> None:
    lapsed, _ = recognition.lapse(_expected(), reason=factories.said("revised"))
    with pytest.raises(ValueError, match="lapsed"):
        _granted(lapsed, _verdict(agrees=True))
    again, _ = recognition.expect(
        lapsed, filing_id=builders.FILING, primary="quarantine", secondary="customs", terms=TERMS
    )
    assert (again.status, again.version) == (recognition.Status.EXPECTED, 3)
