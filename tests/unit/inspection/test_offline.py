"""A device's steps: each by itself, though answers in a row are taken together."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain import offline, records, results, steps
from services.inspection.domain.case import Case, Change
from services.inspection.domain.checklists import Item, Subject
from services.inspection.domain.offline import Sent, Settled
from services.inspection.domain.results import Outcome, Result
from services.inspection.domain.steps import Joined, Opened, Taker, What
from shared.contracts.values import Said
from tests.factories import NOW
from tests.unit.inspection import builders as b

MARKS = Item(
    agency="customs", code="marks", subject=Subject.MARKS, said=Said(en="marks", zh="唛头")
)


def _answer(number: int, item: str = "marks", **facts: object) -> Result:
    return Result(UUID(int=number), item, Outcome.CONFORM, **facts)  # type: ignore[arg-type]


def _sent(number: int, what: What, minutes: int = 0) -> Sent[What]:
    at = NOW + timedelta(minutes=minutes)
    return Sent(UUID(int=number), b.CASE, at, f"digest {number}", what)


def _settled(case: Case, sent: Sequence[Sent[What]], *, together: bool = True) -> Settled:
    book = results.Book.of([MARKS], ())
    taker = Taker(b.CUSTOMS, b.at(), b.WAIT, None, {case.id: book})
    return offline.apply(
        case,
        sent,
        step=taker.take,
        together=steps.together if together else lambda *_: False,
        device="tablet-1",
        skew_seconds=7,
    )


def test_each_answer_is_a_record_with_its_own_evidence() -> None:
    case = b.opened()
    settled = _settled(case, [_sent(number, _answer(number), number) for number in (1, 2, 3)])
    assert list(settled.applied.values()) == [case.head.seq + each for each in (1, 2, 3)]
    assert [each.payload["device"] for each in settled.change.notes] == [
        {
            "name": "tablet-1",
            "at": records.stamp(NOW + timedelta(minutes=number)),
            "skew_seconds": 7,
            "digest": f"digest {number}",
        }
        for number in (1, 2, 3)
    ]


def test_one_wrong_answer_is_refused_and_holds_up_none_of_its_neighbours() -> None:
    settled = _settled(
        b.opened(), [_sent(1, _answer(1)), _sent(2, _answer(2, "karaoke")), _sent(3, _answer(3))]
    )
    assert [each.int for each in settled.applied] == [1, 3]
    (why,) = settled.refused.values()
    assert [each.code for each in getattr(why, "faults", ())] == ["item_not_asked"]


def test_answers_that_are_one_step_are_looked_at_once() -> None:
    taken: list[int] = []

    def counted(case: Case, whats: Sequence[What]) -> Change:
        taken.append(len(whats))
        return Change(case, notes=tuple(records.Note("result", {}) for _ in whats))

    sent = [_sent(number, _answer(number), number) for number in range(1, 6)]
    sent[2] = _sent(3, Joined(), 3)
    offline.apply(
        b.opened(), sent, step=counted, together=steps.together, device="t", skew_seconds=0
    )
    assert taken == [2, 1, 2]


_ANSWERS = st.tuples(
    st.sampled_from(["marks", "karaoke"]),
    st.lists(st.integers(1, 9).map(lambda number: UUID(int=number)), max_size=2).map(tuple),
)
_STEPS: st.SearchStrategy[Any] = _ANSWERS | st.sampled_from([Opened(), Joined()])


@given(
    st.lists(st.tuples(_STEPS, st.integers(0, 3)), max_size=8),
    st.sampled_from([b.opened(), b.planned()]),
)
def test_what_is_taken_together_becomes_what_it_becomes_one_by_one(
    taken: list[tuple[Any, int]], case: Case
) -> None:
    sent = [
        _sent(n, _answer(n, what[0], replaces=what[1]) if isinstance(what, tuple) else what, at)
        for n, (what, at) in enumerate(taken, start=1)
    ]
    one, other = _settled(case, sent), _settled(case, sent, together=False)
    assert (one.change, one.applied) == (other.change, other.applied)
    assert _said(one) == _said(other)


def _said(settled: Settled) -> dict[UUID, str]:
    return {name: str(why) for name, why in settled.refused.items()}
