"""Each fault names the item that it is about, with its number."""

import pytest

from services.declaration import dictionary
from services.declaration.domain.checks import naming
from shared.errors import Fault
from tests.factories import NOW, container, filing, line
from tests.unit.declaration.full import first
from tests.unit.declaration.test_checks_across import faults_of

TODAY = dictionary.at(NOW.date())

PLACES = {
    "/packages": ("packages", 50),
    "/lines/3/hs_code": ("hs_code", 58),
    "/lines/0/statutory/quantity": ("statutory", 64),
    "/lines/12/dangerous": ("un_number", 90),
    "/containers/1/lines/0": ("container_lines", 96),
    "/containers/1": ("container_number", 94),
    "/broker": ("declarant", 28),
    "/broker/uscc": ("declarant", 28),
    "/freight/colour": ("freight", 47),
    "/port_authority": ("port_authority", 22),
    "/reference": ("reference", None),
    "/slot_wish/latest": ("slot_latest", None),
}


@pytest.mark.parametrize(("pointer", "expected"), PLACES.items(), ids=PLACES)
def test_a_place_belongs_to_an_item(pointer: str, expected: tuple[str, int | None]) -> None:
    item = naming.item_at(pointer, TODAY)
    assert item is not None
    assert (item.id, item.number) == expected


@pytest.mark.parametrize("pointer", ["", "/lines", "/lines/0", "/colour", "/lines/0/colour"])
def test_a_place_of_many_items_or_none_belongs_to_none(pointer: str) -> None:
    assert naming.item_at(pointer, TODAY) is None


def test_every_field_of_the_day_belongs_to_its_item() -> None:
    for item in TODAY.merged:
        for field in item.fields:
            assert naming.item_at(first(field.pointer), TODAY) == item


def test_faults_tell_the_item_and_its_number_beside_their_own_facts() -> None:
    body = filing(packages=0, lines=[line(1, hs_code="x"), line(2)], containers=[container()])
    told = {fault.pointer: fault.facts for fault in faults_of(body)}
    assert told["/packages"] == {"item": "packages", "item_number": 50}
    assert told["/lines/0/hs_code"]["item_number"] == 58
    assert told["/lines/1/number"] == {"item": "line_number", "item_number": 56, "line": 2}


def test_a_fault_about_no_item_is_left_as_it_is() -> None:
    fault = Fault(code="x", pointer="/lines", en="x", zh="x")
    assert naming.named([fault], TODAY) == (fault,)
