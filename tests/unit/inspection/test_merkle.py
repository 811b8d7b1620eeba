"""The tree and its proofs, against RFC 9162's own definition and published test vectors."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain import merkle
from services.inspection.domain.archive import Tree
from services.inspection.domain.merkle import Place

LEAVES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243")] + [
    bytes.fromhex("5051525354555657"),
    bytes.fromhex("606162636465666768696a6b6c6d6e6f"),
]
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
"""Of the vectors that Certificate Transparency's implementations share."""


def _by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = _by_definition(leaves[:k]), _by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def _data(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def _nodes(count: int) -> dict[Place, bytes]:
    return dict(merkle.grown(0, [merkle.leaf(each) for each in _data(count)], {}))


def _path(ranges: Sequence[merkle.Range], nodes: dict[Place, bytes]) -> list[bytes]:
    return [merkle.hash_of(each, nodes) for each in ranges]


def test_the_root_is_that_of_the_published_vectors() -> None:
    nodes = dict(merkle.grown(0, [merkle.leaf(each) for each in LEAVES], {}))
    assert merkle.hash_of((0, 8), nodes).hex() == ROOT_OF_8
    assert merkle.hash_of((0, 0), {}) == hashlib.sha256().digest()


@pytest.mark.parametrize("count", [*range(20), 33, 64, 65])
def test_every_root_is_that_of_the_definition(count: int) -> None:
    tree = Tree()
    for each in _data(count):
        tree.add(merkle.leaf(each))
    assert tree.root == _by_definition(_data(count)) == merkle.hash_of((0, count), _nodes(count))


@given(st.integers(0, 70), st.integers(1, 70))
def test_a_tree_that_grows_in_two_turns_is_the_tree_that_grows_in_one(one: int, two: int) -> None:
    hashed = [merkle.leaf(each) for each in _data(one + two)]
    first = dict(merkle.grown(0, hashed[:one], {}))
    second = dict(merkle.grown(one, hashed[one:], first))
    assert {**first, **second} == _nodes(one + two)
    assert not first.keys() & second.keys()


@given(st.integers(1, 80), st.data())
def test_inclusion_is_proved_of_every_leaf_and_of_no_other(size: int, data: st.DataObject) -> None:
    nodes, index = _nodes(size), data.draw(st.integers(0, size - 1))
    root = merkle.hash_of((0, size), nodes)
    path = _path(merkle.inclusion(index, (0, size)), nodes)
    mine = merkle.leaf(str(index).encode())
    assert merkle.included(mine, index, size, path, root=root)
    assert not merkle.included(merkle.leaf(b"another"), index, size, path, root=root)
    assert not merkle.included(mine, index, size, [*path, mine], root=root)
    assert not merkle.included(mine, size, size, path, root=root)
    if path:
        assert not merkle.included(mine, index, size, path[:-1], root=root)
        at = data.draw(st.integers(0, len(path) - 1))
        spoilt = [*path[:at], merkle.leaf(path[at]), *path[at + 1 :]]
        assert not merkle.included(mine, index, size, spoilt, root=root)


@given(st.integers(1, 80), st.integers(0, 40), st.data())
def test_consistency_is_proved_of_what_grew_and_of_nothing_else(
    before: int, more: int, data: st.DataObject
) -> None:
    after = before + more
    nodes = _nodes(after)
    old, new = (merkle.hash_of((0, size), nodes) for size in (before, after))
    path = _path(merkle.consistency(before, after), nodes)
    assert merkle.consistent(before, after, path, old=old, new=new)
    other = merkle.leaf(old)
    assert not merkle.consistent(before, after, path, old=other, new=new)
    assert not merkle.consistent(before, after, path, old=old, new=other)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        spoilt = [*path[:at], other, *path[at + 1 :]]
        assert not merkle.consistent(before, after, spoilt, old=old, new=new)
        assert not merkle.consistent(before, after, path[:-1], old=old, new=new)
