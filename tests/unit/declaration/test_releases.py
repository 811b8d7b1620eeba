"""What receipts tell of releases: what went, when, by which version, on whose word."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from services.declaration.domain.content import Content
from services.declaration.domain.receipts import Kind
from services.declaration.domain.releases import How, Receipt, Release, releases
from tests.factories import NOW, container, container_number
from tests.unit.declaration.made import content

ONE, TWO, THREE = (container_number(number) for number in (1, 2, 3))
Said = tuple[Kind, Mapping[str, Any]]
FIRST = {1: content()}
"""Two containers."""
LOOSE = {1: content(containers=[], package_type="00")}


def told(*said: Said, contents: Mapping[int, Content]) -> list[Release]:
    """The releases of a filing whose receipts came an hour after the other."""
    receipts = [
        Receipt(kind, facts, NOW + timedelta(hours=n)) for n, (kind, facts) in enumerate(said)
    ]
    return list(releases(receipts, contents))


def gone(*containers: str) -> Said:
    return Kind.PARTLY_RELEASED, {"containers": list(containers)}


def selected(mode: str, *agencies: str) -> Said:
    return Kind.INSPECTION_SELECTED, {"mode": mode, "agencies": list(agencies), "revision": 1}


RELEASED: Said = (Kind.RELEASED, {})
REFUSED: Said = (Kind.REFUSED_ENTRY, {})


def test_a_release_of_all_names_all_containers_and_its_moment() -> None:
    (found,) = told((Kind.ACCEPTED, {}), RELEASED, contents=FIRST)
    assert (found.number, found.containers, found.whole) == (1, (ONE, TWO), True)
    assert found.at == NOW + timedelta(hours=1)


def test_each_release_names_what_it_let_go_and_the_last_the_rest() -> None:
    first, last = told(gone(TWO), RELEASED, contents=FIRST)
    assert (first.containers, first.whole) == ((TWO,), False)
    assert (last.number, last.containers, last.whole) == (2, (ONE,), True)


@pytest.mark.parametrize(
    "kind", [Kind.HELD, Kind.PARTLY_HELD, Kind.REFUSED_ENTRY, Kind.WITHDRAWN, Kind.ACCEPTED]
)
def test_nothing_else_releases_anything(kind: Kind) -> None:
    assert told((kind, {"containers": [ONE]}), contents=FIRST) == []


def test_what_was_refused_entry_is_on_no_notice() -> None:
    refused = (Kind.PARTLY_REFUSED_ENTRY, {"containers": [ONE]})
    (found,) = told(refused, gone(ONE, TWO), REFUSED, contents=FIRST)
    assert found.containers == (TWO,)


def test_a_release_that_lets_nothing_more_go_is_none() -> None:
    assert len(told(gone(ONE), gone(ONE, TWO), RELEASED, contents=FIRST)) == 2


def test_loose_cargo_is_released_as_a_whole() -> None:
    (found,) = told(RELEASED, contents=LOOSE)
    assert (found.containers, found.whole) == ((), True)


def test_a_release_is_of_the_version_in_force() -> None:
    amended = content(containers=[container(3)])
    (found,) = told((Kind.AMENDED, {"filing_version": 2}), RELEASED, contents={**FIRST, 2: amended})
    assert (found.known.filing_version, found.containers) == (2, (THREE,))


def test_the_yard_is_that_of_the_slot_that_was_not_given_up() -> None:
    slot: Said = (Kind.SLOT_CONFIRMED, {"yard": "CNTAO-Y1"})
    moved: Said = (Kind.SLOT_RESCHEDULED, {"yard": "CNTAO-Y2"})
    given_up: Said = (Kind.SLOT_CANCELLED, {})
    yards = [
        told(*said, RELEASED, contents=FIRST)[0].known.yard
        for said in ([], [slot], [slot, moved], [slot, given_up])
    ]
    assert yards == [None, "CNTAO-Y1", "CNTAO-Y2", None]


@pytest.mark.parametrize(
    ("said", "customs", "quarantine"),
    [
        ((Kind.NO_INSPECTION, {"mode": "none"}), How.NOT_SELECTED, How.NOT_SELECTED),
        (selected("single", "customs"), How.INSPECTED, How.NOT_SELECTED),
        (selected("joint", "customs", "quarantine"), *[How.INSPECTED_JOINTLY] * 2),
        (selected("recognition", "quarantine"), How.RECOGNISED, How.INSPECTED),
    ],
)
def test_each_agency_s_consent_rests_on_what_was_selected(
    said: Said, customs: How, quarantine: How
) -> None:
    (found,) = told(said, RELEASED, contents=FIRST)
    assert (found.known.how("customs"), found.known.how("quarantine")) == (customs, quarantine)


def test_what_is_selected_later_does_not_change_an_earlier_release() -> None:
    first, last = told(
        selected("recognition", "quarantine"),
        gone(ONE),
        selected("joint", "customs", "quarantine"),
        RELEASED,
        contents=FIRST,
    )
    assert first.known.how("customs") is How.RECOGNISED
    assert last.known.how("customs") is How.INSPECTED_JOINTLY
