"""What the broker is told of holds and exchanges."""

from services.declaration.domain import reactions, receipts
from services.declaration.domain.receipts import Kind
from shared.contracts import published
from shared.contracts.booking import (
    BookingExchangeEnded,
    BookingExchangeOffered,
    BookingExpired,
    BookingHeld,
)
from shared.contracts.values import Said, utc
from tests.unit.declaration.made import LATER, accepted

WHY = Said(en="the yard has changed: storm", zh="查验场安排变更：台风")


def test_a_slot_that_the_line_offers_is_told_and_one_that_the_broker_held_is_not() -> None:
    held = BookingHeld.model_validate(published.sample(BookingHeld).data)
    step = reactions.held(accepted(), held.model_copy(update={"offered": True}), now=LATER)
    assert step is not None
    (note,) = step.notes
    assert note.kind is Kind.SLOT_OFFERED
    assert utc(held.held_until) in receipts.text(note).en
    chosen = held.model_copy(update={"offered": False})
    assert reactions.held(accepted(), chosen, now=LATER) is None


def test_a_hold_that_is_another_or_none_any_more_is_told_with_its_reason() -> None:
    held = BookingHeld.model_validate(published.sample(BookingHeld).data)
    expired = BookingExpired.model_validate(published.sample(BookingExpired).data)
    moved = reactions.held(accepted(), held.model_copy(update={"reason": WHY}), now=LATER)
    back = reactions.expired(accepted(), expired.model_copy(update={"reason": WHY}), now=LATER)
    assert moved is not None
    assert back is not None
    notes = [*moved.notes, *back.notes]
    assert [note.kind for note in notes] == [Kind.HOLD_MOVED, Kind.HOLD_TAKEN_BACK]
    assert all("storm" in receipts.text(note).en for note in notes)
    assert all("台风" in receipts.text(note).zh for note in notes)
    assert held.slot.bay in receipts.text(notes[0]).en
    ran_out = expired.model_copy(update={"reason": None})
    assert reactions.expired(accepted(), ran_out, now=LATER) is None


def test_what_can_be_exchanged_is_told_and_when_that_is_over() -> None:
    """Told is what the booking would get, not what it has."""
    offered = BookingExchangeOffered.model_validate(published.sample(BookingExchangeOffered).data)
    ended = BookingExchangeEnded.model_validate(published.sample(BookingExchangeEnded).data)
    told = reactions.exchange_offered(accepted(), offered, now=LATER)
    over = reactions.exchange_ended(accepted(), ended, now=LATER)
    assert told is not None
    assert over is not None
    en, zh = receipts.text(told.notes[0]).en, receipts.text(told.notes[0]).zh
    for each in (str(offered.exchange_id), offered.instead.bay, utc(offered.instead.starts)):
        assert each in en
        assert each in zh
    assert offered.slot.bay not in en
    assert ended.reason.en in receipts.text(over.notes[0]).en
    assert ended.reason.zh in receipts.text(over.notes[0]).zh


def test_who_gave_up_the_slot_that_it_offered_is_not_told_that_it_stays() -> None:
    ended = BookingExchangeEnded.model_validate(published.sample(BookingExchangeEnded).data)
    gone = ended.model_copy(update={"own": True, "slot": None})
    over = reactions.exchange_ended(accepted(), gone, now=LATER)
    assert over is not None
    text = receipts.text(over.notes[0])
    assert "stays" not in text.en
    assert "时段不变" not in text.zh
