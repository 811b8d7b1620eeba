"""A Merkle tree over a list that only grows, hashed as RFC 9162 has it (section 2.1).

The hashes of its perfect subtrees are kept, by level and position; every root and every proof is
put together from a few of them. A range `(first, end)` is that of the leaves it spans.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

Place = tuple[int, int]
"""Level (0: leaves) and position of a perfect subtree."""
Range = tuple[int, int]

EMPTY = hashlib.sha256().digest()


def leaf(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def above(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def places(span: Range) -> Iterator[Place]:
    """The perfect subtrees that a range of the tree consists of, from left to right."""
    first, end = span
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def hash_of(span: Range, known: Mapping[Place, bytes]) -> bytes:
    """The hash of a range from those of its perfect subtrees. Raises KeyError if one is missing."""
    found = [known[place] for place in places(span)]
    if not found:
        return EMPTY
    last = found.pop()
    while found:
        last = above(found.pop(), last)
    return last


def grown(
    size: int, leaves: Iterable[bytes], known: Mapping[Place, bytes]
) -> Iterator[tuple[Place, bytes]]:
    """The new perfect subtrees of a tree of `size` leaves after these hashes of leaves were added.

    `known` are those that the tree consists of, by `places((0, size))`.
    """
    right = {level: known[level, position] for level, position in places((0, size))}
    for index, hashed in enumerate(leaves, start=size):
        level, position, below = 0, index, hashed
        yield (level, position), below
        while position & 1:
            below = above(right.pop(level), below)
            level, position = level + 1, position >> 1
            yield (level, position), below
        right[level] = below


def inclusion(index: int, span: Range) -> list[Range]:
    """The ranges whose hashes prove that the leaf `index` is in the range, from the leaf up."""
    first, end = span
    if end - first == 1:
        return []
    middle = first + _split(end - first)
    if index < middle:
        return [*inclusion(index, (first, middle)), (middle, end)]
    return [*inclusion(index, (middle, end)), (first, middle)]


def consistency(before: int, after: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of `after` leaves began with that of `before`."""
    return _consistency(before, (0, after), whole=True) if 0 < before < after else []


def _consistency(before: int, span: Range, *, whole: bool) -> list[Range]:
    first, end = span
    if before == end:
        return [] if whole else [span]
    middle = first + _split(end - first)
    if before <= middle:
        return [*_consistency(before, (first, middle), whole=whole), (middle, end)]
    return [*_consistency(before, (middle, end), whole=False), (first, middle)]


def _split(count: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << ((count - 1).bit_length() - 1)


def included(hashed: bytes, index: int, size: int, path: Sequence[bytes], *, root: bytes) -> bool:
    """Whether a path proves that the leaf is in the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = above(step, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = above(hashed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and hashed == root


def consistent(before: int, after: int, path: Sequence[bytes], *, old: bytes, new: bytes) -> bool:
    """Whether a path proves that the one tree grew from the other (RFC 9162, section 2.1.4.2)."""
    if before == after or before == 0:
        return not path and (before == 0 or old == new)
    steps = list(path) if before & (before - 1) else [old, *path]
    if not steps:
        return False
    at, last = before - 1, after - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = above(step, first), above(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = above(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old and second == new
