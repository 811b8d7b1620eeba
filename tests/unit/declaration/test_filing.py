"""The steps of a filing: states, counts, events, receipts."""

import itertools

import pytest

from services.declaration.domain import filing as filings
from services.declaration.domain import moves, numbers, reactions, receipts
from services.declaration.domain.moves import CHANGING, ENDED, MOVES, Act, NotInThisState, Status
from services.declaration.domain.receipts import Kind, Note
from shared.contracts import filing as events
from shared.contracts.values import Mode, Outcome, Purpose, Said
from tests.factories import NOW
from tests.unit.declaration import made
from tests.unit.declaration.made import LATER, RECEIPT, Told, accepted, amending, withdrawing

TOLD = Told()
REASONED = [kind for kind, text in receipts.TEXTS.items() if "{reason}" in text.en]


def test_acceptance_counts_one_event_one_content_one_receipt() -> None:
    step = filings.accept(made.content(), filing_id=made.FILING, receipt_number=RECEIPT, now=NOW)
    assert (step.filing.version, step.filing.filing_version, step.filing.receipts) == (1, 1, 1)
    (event,) = step.events
    assert isinstance(event, events.FilingAccepted)
    assert event.consignment == step.filing.content.consignment()
    assert [note.kind for note in step.notes] == [Kind.ACCEPTED]


def test_no_step_leads_out_of_an_ended_filing() -> None:
    assert not [move for move in MOVES if move[0] in ENDED]


def test_every_state_can_be_reached_and_every_open_one_can_end() -> None:
    assert set(MOVES.values()) == set(Status)
    for status in set(Status) - ENDED:
        assert moves.allows(status, Act.RELEASE)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED}))
def test_only_an_accepted_filing_can_be_asked_to_change(status: Status) -> None:
    for act in (Act.ASK_AMENDMENT, Act.ASK_WITHDRAWAL):
        with pytest.raises(NotInThisState):
            moves.after(status, act)


def test_an_amendment_takes_effect_with_its_own_version_alone() -> None:
    asked = amending()
    assert asked.status is Status.AMENDING
    assert asked.filing_version == 1
    assert reactions.noted(asked, TOLD.noted(version=3), now=LATER) is None
    step = reactions.noted(asked, TOLD.noted(version=2), now=LATER)
    assert step is not None
    assert (step.filing.status, step.filing.filing_version) == (Status.ACCEPTED, 2)
    assert step.filing.content.packages == 41
    assert step.filing.pending is None
    assert [event.name for event in step.events] == ["amended"]


def test_a_revision_by_amendment_amends_and_tells_of_the_selection() -> None:
    step = reactions.revised(amending(), TOLD.revised(version=2, mode=Mode.NONE), now=LATER)
    assert step is not None
    assert [note.kind for note in step.notes] == [Kind.NO_INSPECTION, Kind.AMENDED]
    assert step.filing.receipts == amending().receipts + 2
    assert step.filing.requirement == filings.Requirement(Mode.NONE, 2)


@pytest.mark.parametrize("cause", ["escalation", "late_selection", "recognition_refused"])
def test_a_revision_for_another_cause_amends_nothing(cause: str) -> None:
    step = reactions.revised(amending(), TOLD.revised(version=2, cause=cause), now=LATER)
    assert step is not None
    assert step.filing.status is Status.AMENDING
    assert step.events == ()


def test_a_refused_change_leaves_the_filing_as_it_was() -> None:
    step = reactions.change_refused(amending(), TOLD.change_refused(Purpose.AMEND), now=LATER)
    assert step is not None
    assert step.filing.status is Status.ACCEPTED
    assert step.filing.content == accepted().content
    assert (step.filing.filing_version, step.filing.pending) == (1, None)


def test_the_refusal_of_another_change_is_too_late() -> None:
    refused = TOLD.change_refused(Purpose.AMEND)
    assert reactions.change_refused(withdrawing(), refused, now=LATER) is None
    assert reactions.change_refused(accepted(), refused, now=LATER) is None


def test_a_voided_requirement_withdraws_only_what_asked_for_it() -> None:
    step = reactions.voided(withdrawing(), TOLD.voided(), now=LATER)
    assert step is not None
    assert step.filing.status is Status.WITHDRAWN
    assert step.filing.reason == Said.as_given("sold elsewhere")
    assert reactions.voided(accepted(), TOLD.voided(), now=LATER) is None


def test_a_requirement_met_for_another_version_ends_nothing() -> None:
    assert reactions.met(accepted(), TOLD.met(version=2), now=LATER) is None


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_refuses_the_change_that_came_too_late(outcome: Outcome) -> None:
    for asked in (amending(), withdrawing()):
        step = reactions.met(asked, TOLD.met(outcome), now=LATER)
        assert step is not None
        assert [event.name for event in step.events] == ["change_refused", outcome.value]
        assert step.filing.version == asked.version + 2
        assert step.filing.pending is None
        assert step.filing.status.value == outcome.value


def test_a_held_filing_goes_on_to_its_end_and_an_ended_one_does_not() -> None:
    held = reactions.met(accepted(), TOLD.met(Outcome.HELD), now=LATER)
    assert held is not None
    released = reactions.met(held.filing, TOLD.met(), now=LATER)
    assert released is not None
    assert released.filing.status is Status.RELEASED
    for outcome in Outcome:
        assert reactions.met(released.filing, TOLD.met(outcome), now=LATER) is None


def test_what_is_only_told_changes_neither_state_nor_version() -> None:
    told = [
        reactions.confirmed(accepted(), TOLD.confirmed(), now=LATER),
        reactions.rescheduled(accepted(), TOLD.rescheduled(), now=LATER),
        reactions.cancelled(accepted(), TOLD.cancelled(), now=LATER),
        reactions.missed(accepted(), TOLD.missed(), now=LATER),
        reactions.opened(accepted(), TOLD.opened(), now=LATER),
        reactions.concluded(accepted(), TOLD.concluded(), now=LATER),
        reactions.company_suspended(accepted(), TOLD.company_suspended(), now=LATER),
        reactions.granted(accepted(), TOLD.granted(), now=LATER),
        reactions.recognition_refused(accepted(), TOLD.recognition_refused(), now=LATER),
    ]
    for step in told:
        assert step is not None
        assert step.events == ()
        assert (step.filing.version, step.filing.receipts) == (1, 2)
        assert step.filing.status is Status.ACCEPTED
        said = receipts.text(step.notes[0])
        assert said.en != said.zh
        assert "{" not in said.en + said.zh


def test_a_pending_change_exists_exactly_while_one_is_asked_for() -> None:
    for filing in (accepted(), amending(), withdrawing()):
        assert (filing.pending is not None) == (filing.status in CHANGING)


def test_receipts_name_agencies_and_verdicts_in_both_languages() -> None:
    said = receipts.text(Note(Kind.SECTION_CONCLUDED, {"agency": "customs", "verdict": "conform"}))
    assert (said.en, said.zh) == ("Concluded by customs: conforms.", "海关查验结论：合格。")


def test_what_a_broker_writes_is_never_read_as_a_template() -> None:
    reason = Said.as_given("{agency} {0} %s").model_dump()
    said = receipts.text(Note(Kind.HELD, {"reason": reason}))
    assert said.en == "Held: {agency} {0} %s"


@pytest.mark.parametrize("kind", REASONED)
def test_a_receipt_gives_its_reason_in_its_own_language(kind: Kind) -> None:
    facts = dict.fromkeys(
        (
            "yard",
            "bay",
            "starts",
            "ends",
            "purpose",
            "primary",
            "recognising",
            "agency",
            "question",
            "company",
            "liftable_from",
            "way_back",
            "held_until",
            "exchange",
        ),
        "",
    )
    reason = Said(en="weights differ", zh="重量不符")
    said = receipts.text(Note(kind, facts | {"reason": reason.model_dump()}))
    assert said.en.endswith(": weights differ")
    assert said.zh.endswith("。原因：重量不符")


def test_a_refused_recognition_is_told_without_the_figures() -> None:
    step = reactions.recognition_refused(accepted(), TOLD.recognition_refused(), now=LATER)
    assert step is not None
    assert set(step.notes[0].facts) == {"primary", "recognising"}
    said = receipts.text(step.notes[0])
    assert said.en.endswith("which inspects as well.")
    assert said.zh.endswith("将一并查验。")


def test_a_recognition_that_lapsed_for_want_of_a_result_is_told_before_the_new_selection() -> None:
    revised = TOLD.revised(version=1, cause="recognition_lapsed")
    told = revised.model_copy(update={"primary_agency": "quarantine"})
    step = reactions.revised(accepted(), told, now=LATER)
    assert step is not None
    assert [note.kind for note in step.notes] == [
        Kind.RECOGNITION_LAPSED,
        Kind.INSPECTION_SELECTED,
    ]
    said = receipts.text(step.notes[0])
    assert said.en.startswith("quarantine gave no result within the stated time")
    assert said.zh == "检验检疫未在规定时间内作出查验结论，不再互认。"


def test_a_receipt_number_has_18_digits_and_is_its_own() -> None:
    contents = (made.content(), made.content(direction="export"))
    made_numbers = {
        numbers.receipt_number(content, year=2026, sequence=sequence)
        for content, sequence in itertools.product(contents, (1, 2, 999_999_999))
    }
    assert len(made_numbers) == 6
    assert all(len(number) == 18 and number.isdigit() for number in made_numbers)
    assert "421820261000000001" in made_numbers
