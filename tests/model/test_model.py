"""Whatever order events come in, and however often: the services' own decisions hold together.

`python -m tests.model --examples 3000 --seed 7` is the long form.
"""

import pytest

from services.mutual_recognition.domain import crosscheck, settle
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.domain.settle import Conclusion, Settled
from services.mutual_recognition.rules import settling
from tests.model import bus, yard_rows
from tests.model.bus import Place
from tests.model.run import run

TOWNS = 100


def test_every_town_keeps_its_invariants_and_brings_every_filing_to_one_end() -> None:
    run(examples=TOWNS, seed=1)


def test_the_model_objects_to_an_inbox_that_takes_events_over_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def careless(seen: int, version: int) -> Place:
        return Place.OLD if version <= seen else Place.NEXT

    monkeypatch.setattr(bus, "place", careless)
    with pytest.raises(AssertionError):
        run(examples=TOWNS, seed=1, shrink=False)


def test_the_model_objects_to_a_release_on_the_first_conclusion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = settle.settle

    def hasty(determination: Determination, conclusions: tuple[Conclusion, ...]) -> Settled:
        heard = settle.latest_of(conclusions)
        needs = tuple(each for each in determination.needs if each.agency in heard)
        some = determination.model_copy(update={"needs": needs or determination.needs})
        return right(some, conclusions)

    monkeypatch.setattr(settle, "settle", hasty)
    with pytest.raises(AssertionError, match="released without"):
        run(examples=TOWNS, seed=1, shrink=False)


def _covers_everything(conclusion: Conclusion, part: str) -> bool:
    return bool(conclusion) and bool(part)


@pytest.mark.parametrize(
    ("of", "name", "wrong", "objection"),
    [
        (Conclusion, "covers", _covers_everything, "is released (without|against)"),
        (settling, "LAST_WORD", settling.LAST_WORD[::-1], "of .* is released"),
        (crosscheck, "agree", lambda _: True, "is recognised with"),
    ],
)
def test_the_model_objects_to_a_wrong_decision_on_a_container(
    monkeypatch: pytest.MonkeyPatch, of: object, name: str, wrong: object, objection: str
) -> None:
    monkeypatch.setattr(of, name, wrong)
    with pytest.raises(AssertionError, match=objection):
        run(examples=TOWNS, seed=1, shrink=False)


def test_the_model_objects_to_a_release_that_is_told_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Requirement, "decided", ())
    monkeypatch.setattr(settling, "_is_told", lambda *_: False)
    with pytest.raises(AssertionError, match="was decided 2 times"):
        run(examples=TOWNS, seed=1, shrink=False)


def test_the_rows_in_memory_take_the_arguments_of_what_they_stand_for() -> None:
    assert yard_rows.strangers() == []
