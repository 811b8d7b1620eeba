"""When the first agency's result must have come, and what follows if it did not."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.table import Then
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.domain.recognition import RESULT_WITHIN_HOURS, Status
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import answering, matter, overdue
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.filing import AmendmentRequested, Consignment, FilingAccepted
from shared.contracts.values import Disposal, Mode, Purpose, Scope, Verdict
from tests import factories
from tests.unit.mutual_recognition import builders

ENDS = factories.NOW + timedelta(hours=3)
DUE = ENDS + timedelta(hours=RESULT_WITHIN_HOURS)
TICKET = Ticket("test", "bl/1")


def _matter(cargo: Consignment | None = None, *, hours: int | None = None) -> Matter:
    """Wood of a trusted company; `hours` is what the row says of the result."""
    consignment = cargo or builders.wood()
    case = builders.trusted(consignment)
    if hours is not None:
        case = replace(case, tables={**case.tables, kinds.RECOGNITION: _within(hours)})
    accepted = FilingAccepted(
        filing_id=builders.FILING, filing_version=1, receipt_number="R1", consignment=consignment
    )
    ids = factories.counted_ids()
    return matter.begin(accepted, case, ticket=TICKET, agencies=builders.AGENCIES, ids=ids).matter


def _within(hours: int) -> Version:
    founding = builders.founding()[kinds.RECOGNITION]
    rows = tuple(
        row.model_copy(update={"then": row.then.model_copy(update={"result_within_hours": hours})})
        if row.then.eligible
        else row
        for row in founding.table.rows
    )
    return replace(founding, table=founding.table.model_copy(update={"rows": rows}))


def _due(current: Matter) -> datetime | None:
    assert current.recognition is not None
    return current.recognition.due


def _lapse(current: Matter, now: datetime) -> Change | None:
    return overdue.lapse(
        current, now=now, agencies=builders.AGENCIES, ids=factories.counted_ids(100)
    )


def _said(verdict: Verdict, *containers: str) -> Conclusion:
    return Conclusion(
        agency="quarantine",
        number=1,
        revision=1,
        scope=Scope.UNPACK,
        verdict=verdict,
        disposal=Disposal.RELEASE,
        officer="an officer",
        concluded_at=ENDS,
        containers=containers,
    )


def test_nothing_is_due_before_the_inspection_is_planned() -> None:
    fresh = _matter()
    assert _due(fresh) is None
    assert _lapse(fresh, DUE + timedelta(days=99)) is None


def test_a_result_is_due_a_day_after_the_end_of_the_slot_or_when_the_row_says() -> None:
    assert _due(overdue.planned(_matter(), ENDS)) == DUE
    assert _due(overdue.planned(_matter(hours=6), ENDS)) == ENDS + timedelta(hours=6)


def test_another_slot_sets_another_time() -> None:
    earlier = ENDS - timedelta(hours=2)
    moved = overdue.planned(overdue.planned(_matter(), ENDS), earlier)
    assert _due(moved) == DUE - timedelta(hours=2)


def test_an_opening_after_the_slot_puts_the_time_off_and_an_earlier_one_does_not() -> None:
    planned = overdue.planned(_matter(), ENDS)
    assert _due(overdue.opened(planned, ENDS - timedelta(hours=1))) == DUE
    late = overdue.opened(planned, ENDS + timedelta(hours=5))
    assert _due(late) == DUE + timedelta(hours=5)


def test_without_a_result_both_agencies_inspect_from_that_moment_on() -> None:
    planned = overdue.planned(_matter(), ENDS)
    assert _lapse(planned, DUE - timedelta(microseconds=1)) is None
    lapsed = _lapse(planned, DUE)
    assert lapsed is not None
    assert lapsed.cause == "recognition_lapsed"
    after = lapsed.matter
    assert after.recognition is not None
    assert (after.recognition.status, after.recognition.due) == (Status.LAPSED, None)
    assert after.requirement.determination.mode is Mode.JOINT
    assert [need.agency for need in after.requirement.determination.needs] == [
        "quarantine",
        "customs",
    ]
    assert [event.name for event in lapsed.events] == ["lapsed", "revised"]
    assert _lapse(after, DUE) is None


def test_a_result_that_has_come_is_not_overdue_however_long_it_is_held() -> None:
    planned = overdue.planned(_matter(), ENDS)
    held = replace(planned, conclusions=(_said(Verdict.SUSPEND),))
    looked = _lapse(held, DUE)
    assert looked is not None
    assert (looked.events, looked.cause) == ((), None)
    assert looked.matter.recognition is not None
    assert (looked.matter.recognition.status, _due(looked.matter)) == (Status.EXPECTED, None)


def test_a_result_on_some_of_the_containers_is_not_the_whole() -> None:
    boxes = [factories.container(serial) for serial in (1, 2)]
    cargo = builders.wood().model_copy(
        update={"containers": builders.consignment(containers=boxes).containers}
    )
    planned = overdue.planned(_matter(cargo), ENDS)
    first = cargo.containers[0].number
    partly = replace(planned, conclusions=(_said(Verdict.SUSPEND, first),))
    lapsed = _lapse(partly, DUE)
    assert lapsed is not None
    assert lapsed.matter.requirement.determination.mode is Mode.JOINT


def test_an_amendment_brings_back_no_recognition_that_lapsed() -> None:
    lapsed = _lapse(overdue.planned(_matter(), ENDS), DUE)
    assert lapsed is not None
    amended = _amended(lapsed.matter, builders.wood(quantity="400"))
    assert amended.requirement.determination.mode is Mode.JOINT


def test_what_an_amendment_makes_eligible_keeps_the_slot_that_was_planned() -> None:
    dutiable = overdue.planned(_matter(builders.wood(duty_percent="5")), ENDS)
    assert dutiable.recognition is None
    amended = _amended(dutiable, builders.wood())
    assert amended.requirement.determination.mode is Mode.RECOGNITION
    assert _due(amended) == DUE


def _amended(current: Matter, cargo: Consignment) -> Matter:
    asked = AmendmentRequested(filing_id=builders.FILING, filing_version=2, consignment=cargo)
    waiting = answering.request(current, asked).matter
    pending = answering.waiting(waiting, Purpose.AMEND)
    assert pending is not None
    return answering.amend(
        waiting,
        pending,
        builders.trusted(cargo),
        ticket=TICKET,
        agencies=builders.AGENCIES,
        ids=factories.counted_ids(200),
        now=factories.NOW,
    ).matter


@pytest.mark.parametrize("name", kinds.every(builders.AGENCIES))
def test_only_a_row_that_recognises_says_how_long_a_result_is_waited_for(name: str) -> None:
    sound = next(row.then for row in builders.founding()[name].table.rows)
    waits = sound.model_copy(update={"result_within_hours": 6})
    assert not list(kinds.misfits(name, sound, agencies=builders.AGENCIES))
    assert list(kinds.misfits(name, waits, agencies=builders.AGENCIES))


def test_a_row_that_recognises_may_say_how_long() -> None:
    row = builders.founding()[kinds.RECOGNITION].table.rows[-2]
    waits: Then = row.then.model_copy(update={"result_within_hours": 6})
    assert not list(kinds.misfits(kinds.RECOGNITION, waits, agencies=builders.AGENCIES))
    assert waits.terms.result_within_hours == 6


def test_terms_from_before_there_was_a_time_are_stored_as_they_were() -> None:
    row = builders.founding()[kinds.RECOGNITION].table.rows[-2]
    assert "result_within_hours" not in row.then.terms.model_dump(mode="json")
