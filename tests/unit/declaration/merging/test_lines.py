"""Which lines and containers of the two forms are the same goods, and what becomes of them."""

from decimal import Decimal

import pytest

from services.declaration.merging.desk import Answer
from services.declaration.merging.rules import Form
from tests.unit.declaration.merging.pairs import (
    GOODS,
    Document,
    both,
    customs_line,
    entry,
    inspection_line,
    lined,
    merged,
)


def test_one_customs_line_of_several_inspection_lines_becomes_as_many() -> None:
    found = merged(*both())
    (group,) = found.groups
    assert (group.customs, group.lines, group.way) == ((1,), (1, 2), "code_in_parts")
    assert set(group.inspection) == {1, 2}
    lines = found.filing["lines"]
    assert [(line["quantity"], line["unit"]) for line in lines] == [
        ("6000", "KGM"),
        ("12000", "KGM"),
    ]
    assert {line["specification"] for line in lines} == {"冷冻|去骨|20千克/箱"}
    assert [line["value"] for line in lines] == ["27000.00", "54000.00"]
    assert entry(found, "/lines/0/quantity").rule.code == "parts_add_up"


def test_several_customs_lines_of_one_inspection_line_share_what_it_alone_says() -> None:
    ones = [customs_line(n, GOODS[0], Decimal(q)) for n, q in ((1, 100), (2, 300))]
    twin = inspection_line(
        1, GOODS[0], Decimal(400), net_weight={"weight": "10", "unit": "千克"}, value="200.00"
    )
    found = merged(*lined(ones, [twin]))
    assert found.conflicts == []
    assert [line["net_kg"] for line in found.filing["lines"]] == ["2.50", "7.50"]
    assert entry(found, "/lines/0/net_kg").rule.code == "divided"
    assert {tuple(line["batches"]) for line in found.filing["lines"]} == {("B1",)}


def test_parts_that_do_not_add_up_are_a_conflict() -> None:
    customs, inspection = both()
    inspection["lines"][0]["value"] = "54000.01"
    found = merged(customs, inspection)
    assert [each.place for each in found.conflicts] == ["/lines/0/value"]
    taken = merged(customs, inspection, Answer("/lines/0/value", take=Form.CUSTOMS))
    assert [line["value"] for line in taken.filing["lines"]] == ["27000.00", "54000.00"]
    taken = merged(customs, inspection, Answer("/lines/0/value", take=Form.INSPECTION))
    assert [line["value"] for line in taken.filing["lines"]] == ["27000.00", "54000.01"]


@pytest.mark.parametrize(
    ("change", "way", "conflict"),
    [
        ({}, "code_name_quantity_containers", None),
        ({"goods_name": "牛腩"}, "code_quantity", "/lines/0/name"),
        ({"hs_code": "0202200090101"}, "name_quantity", "/lines/0/hs_code"),
        ({"quantity": {"quantity": "6", "unit": "千克"}}, "code_name", "/lines/0/quantity"),
        ({"origin": "554"}, "code_name_quantity_containers", "/lines/0/origin"),
    ],
)
def test_lines_are_matched_by_what_they_say(
    change: Document, way: str, conflict: str | None
) -> None:
    goods = (*GOODS[0][:3], "035", "千克")
    ones = [customs_line(1, goods, Decimal(5)), customs_line(2, GOODS[1], Decimal(7))]
    twins = [inspection_line(1, GOODS[1], Decimal(7)), inspection_line(2, goods, Decimal(5))]
    twins[1] |= change
    found = merged(*lined(ones, twins))
    assert [(g.customs, g.inspection) for g in found.groups] == [((1,), (2,)), ((2,), (1,))]
    assert found.groups[0].way == way
    assert [each.place for each in found.conflicts] == ([conflict] if conflict else [])


def test_goods_that_need_no_inspection_are_declared_as_customs_has_them() -> None:
    ones = [customs_line(1, GOODS[3], Decimal(5)), customs_line(2, GOODS[0], Decimal(7))]
    found = merged(*lined(ones, [inspection_line(1, GOODS[0], Decimal(7))]))
    assert found.conflicts == []
    assert found.groups[0].way == "customs_only"


@pytest.mark.parametrize(("take", "lines"), [(Form.INSPECTION, 2), (Form.CUSTOMS, 1)])
def test_goods_that_customs_does_not_know_are_asked(take: Form, lines: int) -> None:
    pair = lined(
        [customs_line(1, GOODS[0], Decimal(7))],
        [inspection_line(1, GOODS[2], Decimal(3)), inspection_line(2, GOODS[0], Decimal(7))],
    )
    place = "/inspection/lines/1"
    assert [each.place for each in merged(*pair).conflicts] == [place]
    found = merged(*pair, Answer(place, take=take))
    assert found.conflicts == []
    assert len(found.filing["lines"]) == lines


def test_a_container_that_customs_does_not_know_is_asked() -> None:
    customs, inspection = both()
    inspection["containers"].append({"container_number": "OSTU0000026", "container_lines": [1]})
    inspection["container_size_type"] = "2×40尺高冷藏箱"
    place = "/inspection/containers/OSTU0000026"
    assert [each.place for each in merged(customs, inspection).conflicts] == [place]
    kept = merged(customs, inspection, Answer(place, take=Form.INSPECTION))
    assert [box["size_type"] for box in kept.filing["containers"]] == ["45R1", "45R1"]
    left = merged(customs, inspection, Answer(place, take=Form.CUSTOMS))
    assert [box["number"] for box in left.filing["containers"]] == ["OSTU0000010"]


def test_which_container_holds_which_part_is_told_by_the_form_that_knows() -> None:
    customs, inspection = both()
    second = customs["containers"][0] | {"container_number": "OSTU0000026"}
    customs["containers"].append(second)
    inspection["container_size_type"] = "2×40尺高冷藏箱"
    inspection["containers"] = [
        {"container_number": "OSTU0000010", "container_lines": [1]},
        {"container_number": "OSTU0000026", "container_lines": [2]},
    ]
    found = merged(customs, inspection)
    assert found.conflicts == []
    lines, boxes = found.filing["lines"], found.filing["containers"]
    quantities = [lines[box["lines"][0] - 1]["quantity"] for box in boxes]
    assert quantities == ["12000", "6000"]
    assert entry(found, "/containers/0/lines").rule.code == "inspection_is_finer"
