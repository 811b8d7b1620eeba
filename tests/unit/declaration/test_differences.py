"""What differs between two contents: what is told of it, and that it is all and nothing more."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.declaration.domain import differences
from services.declaration.domain.content import Content
from services.declaration.domain.differences import NAMED_BY, Difference
from services.declaration.forms import FilingIn
from tests import factories
from tests.unit.declaration import full
from tests.unit.declaration.made import content

Body = dict[str, Any]
FULL = FilingIn.model_validate_json(json.dumps(full.full())).content()
NUMBERS = [factories.container_number(serial) for serial in range(1, 5)]

words = st.text(alphabet="abc中", min_size=1, max_size=3)
codes = st.sampled_from(["1", "2", "3"])
lines = st.builds(
    lambda number, name, kg, vehicles: factories.line(
        number, name=name, net_kg=kg, vehicles=vehicles
    ),
    st.integers(1, 4),
    words,
    st.sampled_from(["1", "1.0", "2"]),
    st.lists(st.fixed_dictionaries({"vin": codes, "licence": words}), max_size=3),
)
containers = st.builds(
    lambda number, kind: {"number": number, "size_type": kind, "lines": [1]},
    st.sampled_from(NUMBERS),
    st.sampled_from(["45G1", "22G1"]),
)
charges = st.fixed_dictionaries(
    {"basis": codes, "amount": st.sampled_from(["1", "1.00", "2"])}, optional={"currency": words}
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "packages": st.integers(1, 3),
        "transport_name": st.none() | words,
        "remarks": words,
        "freight": charges,
        "lines": st.lists(lines, min_size=1, max_size=4),
        "containers": st.lists(containers, max_size=4),
        "attachments": st.lists(
            st.fixed_dictionaries({"type": codes, "number": words}), max_size=3
        ),
        "certificates": st.lists(
            st.fixed_dictionaries(
                {"code": codes, "originals": st.integers(0, 2), "copies": st.integers(0, 2)}
            ),
            max_size=3,
        ),
        "promises": st.lists(codes, max_size=3),
    },
)
contents = st.builds(
    lambda base, changed: Content.model_validate(base.model_dump(mode="json") | changed),
    st.sampled_from([content(), FULL]),
    changes,
)


def pattern(path: tuple[Any, ...]) -> str:
    return "".join("/*" if isinstance(step, tuple) else f"/{step}" for step in path)


def named(entry: Mapping[str, Any], fields: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry[field] for field in fields)


def changeable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: changeable(each) for name, each in value.items()}
    return [changeable(each) for each in value] if isinstance(value, tuple | list) else value


def applied(before: Content, found: tuple[Difference, ...]) -> Body:
    """The content with the differences put in."""
    document: Body = changeable(before.model_dump())
    for each in found:
        *way, last = each.path
        node: Any = document
        for depth, step in enumerate(way):
            if isinstance(step, tuple):
                fields = NAMED_BY[pattern(each.path[:depth])]
                node = next(entry for entry in node if named(entry, fields) == step)
            else:
                node = node.setdefault(step, []) if node.get(step) is None else node[step]
        put(node, last, each)
    return document


def put(node: Any, last: Any, each: Difference) -> None:
    after = None if each.after is None else changeable(each.after.value)
    if isinstance(last, tuple):
        fields = NAMED_BY[pattern(each.path[:-1])]
        node[:] = [entry for entry in node if named(entry, fields) != last]
        if after is not None:
            node.append(after)
    elif after is None:
        node.pop(last, None)
    else:
        node[last] = after


def in_order(document: Any, at: str = "") -> Any:
    """The document with the entries of each list that are named in the order of their names."""
    if isinstance(document, Mapping):
        return {name: in_order(each, f"{at}/{name}") for name, each in document.items()}
    if not isinstance(document, list):
        return document
    entries = [in_order(each, f"{at}/*") for each in document]
    if at in NAMED_BY and len({named(each, NAMED_BY[at]) for each in entries}) == len(entries):
        entries.sort(key=lambda each: [str(one) for one in named(each, NAMED_BY[at])])
    return entries


def alike(document: Body) -> Content:
    return Content.model_validate(in_order(document))


many = settings(max_examples=60, deadline=None)


@many
@given(contents, contents)
def test_what_differs_put_into_the_one_gives_the_other(one: Content, other: Content) -> None:
    found = differences.between(one, other)
    assert alike(applied(one, found)) == alike(changeable(other.model_dump()))


@many
@given(contents, contents)
def test_nothing_differs_exactly_between_contents_that_say_the_same(
    one: Content, other: Content
) -> None:
    same = alike(changeable(one.model_dump())) == alike(changeable(other.model_dump()))
    assert (differences.between(one, other) == ()) is same
    assert differences.between(one, one) == ()


@many
@given(contents, contents)
def test_each_place_has_the_value_that_is_told_of_it(one: Content, other: Content) -> None:
    for each in differences.between(one, other):
        for told, spot in ((one, each.before), (other, each.after)):
            if spot is not None:
                node: Any = told.model_dump()
                for step in spot.pointer.split("/")[1:]:
                    node = node[int(step)] if isinstance(node, tuple) else node[step]
                assert node == spot.value


def test_lines_are_matched_by_their_number_and_containers_by_theirs() -> None:
    before = content()
    after = content(
        lines=[factories.line(2, name="oranges", hs_code="0805100000", unit="KGM")],
        containers=[
            factories.container(2, lines=[2]),
            factories.container(1, size_type="22G1"),
        ],
    )
    told = {each.path: each for each in differences.between(before, after)}
    gone = told["lines", (1,)]
    assert (gone.before and gone.before.pointer, gone.after) == ("/lines/0", None)
    name = told["lines", (2,), "name"]
    assert name.before
    assert name.after
    assert (name.before.pointer, name.after.pointer) == ("/lines/1/name", "/lines/0/name")
    size = told["containers", (factories.container_number(1),), "size_type"]
    assert size.before
    assert size.after
    assert (size.before.value, size.after.value) == ("45G1", "22G1")
    assert (size.before.pointer, size.after.pointer) == (
        "/containers/0/size_type",
        "/containers/1/size_type",
    )
    assert {path[:2] for path in told if path[0] == "containers"} == {
        ("containers", (factories.container_number(1),))
    }


def test_how_a_number_is_written_is_no_difference() -> None:
    one = content(net_kg="2000", gross_kg="2150.10")
    other = content(net_kg="2000.00", gross_kg="2150.2")
    (found,) = differences.between(one, other)
    assert found.before
    assert found.after
    assert (found.path, found.before.value) == (("gross_kg",), Decimal("2150.10"))


@pytest.mark.parametrize("place", NAMED_BY)
def test_what_names_an_entry_is_declared_of_each(place: str) -> None:
    node: Any = FULL.model_dump()
    for step in place.split("/")[1:]:
        node = node[0] if step == "*" else node[step]
    assert all(node[0][field] is not None for field in NAMED_BY[place])
