"""How the containers of a filing stand, one by one."""

from dataclasses import replace

import pytest

from services.declaration.answers import FilingOut
from services.declaration.domain import reactions, receipts
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import ENDED, Status
from services.declaration.domain.receipts import Kind, Note
from shared.contracts.filing import FilingPartlyDecided
from shared.contracts.values import Outcome
from tests.factories import container_number
from tests.unit.declaration.made import LATER, Told, accepted, amending, withdrawing

TOLD = Told()
ONE, TWO = container_number(1), container_number(2)


def states(filing: Filing) -> list[str]:
    """How each container is shown to stand."""
    shown = FilingOut.of(filing).containers
    assert [each.number for each in shown] == [ONE, TWO]
    return [each.state.value for each in shown]


def partly(filing: Filing, *containers: str, outcome: Outcome = Outcome.RELEASED) -> Filing:
    """The filing after this was told of some containers."""
    event = TOLD.partly_met(*containers, outcome=outcome)
    step = reactions.partly_met(filing, event, now=LATER)
    assert step is not None
    assert [each.name for each in step.events] == ["partly_decided"]
    assert [note.kind.value for note in step.notes] == [f"partly_{outcome}"]
    assert step.filing.version == filing.version + 1
    return step.filing


def met(filing: Filing, outcome: Outcome, *containers: str) -> Filing:
    """The filing after its requirement was met."""
    step = reactions.met(filing, TOLD.met(outcome, *containers), now=LATER)
    assert step is not None
    return step.filing


def test_containers_wait_until_they_are_opened() -> None:
    assert states(accepted()) == ["waiting", "waiting"]
    step = reactions.opened(accepted(), TOLD.opened(), now=LATER)
    assert step is not None
    assert states(step.filing) == ["under_inspection", "under_inspection"]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_state_of_one_container_is_told_of_it_alone(outcome: Outcome) -> None:
    filing = partly(accepted(), TWO, outcome=outcome)
    assert states(filing) == ["waiting", outcome.value]
    assert filing.status is Status.ACCEPTED
    assert states(met(filing, Outcome.RELEASED))[0] == "released"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_of_all_is_that_of_each(outcome: Outcome) -> None:
    assert states(met(accepted(), outcome)) == [outcome.value] * 2


def test_a_filing_of_which_some_is_refused_entry_says_what_was_released() -> None:
    filing = met(partly(accepted(), ONE), Outcome.REFUSED_ENTRY, TWO)
    assert (filing.status, states(filing)) == (
        Status.REFUSED_ENTRY,
        ["released", "refused_entry"],
    )


def test_what_was_held_is_released_with_the_whole() -> None:
    filing = partly(accepted(), ONE, outcome=Outcome.HELD)
    assert states(met(filing, Outcome.RELEASED)) == ["released", "released"]
    held = met(partly(filing, TWO), Outcome.HELD, ONE)
    assert states(held) == ["held", "released"]
    assert states(met(held, Outcome.RELEASED)) == ["released", "released"]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_container_is_decided_once(outcome: Outcome) -> None:
    filing = partly(accepted(), ONE)
    again = TOLD.partly_met(ONE, outcome=outcome)
    assert reactions.partly_met(filing, again, now=LATER) is None
    both = reactions.partly_met(filing, TOLD.partly_met(ONE, TWO, outcome=outcome), now=LATER)
    assert both is not None
    (event,) = both.events
    assert isinstance(event, FilingPartlyDecided)
    assert event.containers == (TWO,)
    assert states(both.filing) == ["released", outcome.value]


def test_a_decision_on_another_version_or_after_the_end_changes_nothing() -> None:
    other = TOLD.partly_met(ONE, version=2)
    assert reactions.partly_met(accepted(), other, now=LATER) is None
    for status in ENDED:
        ended = replace(accepted(), status=status)
        assert reactions.partly_met(ended, TOLD.partly_met(ONE), now=LATER) is None


def test_a_change_that_was_asked_for_waits_for_its_own_answer() -> None:
    for asked in (amending(), withdrawing()):
        filing = partly(asked, ONE)
        assert (filing.status, filing.pending) == (asked.status, asked.pending)


def test_receipts_name_the_containers_in_both_languages() -> None:
    released = receipts.text(Note(Kind.PARTLY_RELEASED, {"containers": [ONE, TWO]}))
    assert released.en == f"Released in part: {ONE} and {TWO}."
    assert released.zh == f"部分放行，集装箱：{ONE}、{TWO}。"
    step = reactions.concluded(accepted(), TOLD.partly_concluded(ONE), now=LATER)
    assert step is not None
    (note,) = step.notes
    assert note.kind is Kind.SECTION_PARTLY_CONCLUDED
    said = receipts.text(note)
    assert said.en == f"Concluded by customs for {ONE}: conforms."
    assert said.zh == f"海关对集装箱{ONE}的查验结论：合格。"
