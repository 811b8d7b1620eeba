"""Whether cases, their tree and its checkpoints agree: from an archive, without any database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from services.inspection.domain import checkpoints, evidence, merkle, records, sign_offs
from services.inspection.domain.checkpoints import Checkpoint, Leaf
from services.inspection.domain.merkle import Place
from services.inspection.domain.records import Head, Record
from services.inspection.domain.sign_offs import Officers


class Tree:
    """A tree that grows leaf by leaf, of which only the perfect subtrees at its edge are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: dict[Place, bytes] = {}

    def add(self, hashed: bytes) -> None:
        """Another leaf."""
        new = dict(merkle.grown(self.size, [hashed], self._edge))
        self.size += 1
        known = {**self._edge, **new}
        self._edge = {place: known[place] for place in merkle.places((0, self.size))}

    @property
    def root(self) -> bytes:
        """Its root now."""
        return merkle.hash_of((0, self.size), self._edge)


def verify(
    *,
    chains: Iterable[Record],
    leaves: Iterable[Leaf],
    notes: Sequence[str],
    files: Mapping[str, str],
    keys: Mapping[str, Sequence[str]],
    officers: Officers | None,
) -> list[str]:
    """What is broken. `chains` are all records by case and number, `leaves` all by their index,
    `notes` the signed checkpoints by their number, `files` the names of all files of evidence with
    the SHA-256 that each has, `keys` the agencies' public keys, `officers` those of officers, if
    they are known.
    """
    broken: list[str] = []
    told: list[Checkpoint] = []
    for place, text in enumerate(notes, start=1):
        try:
            checkpoint, signed = checkpoints.read_note(text, keys)
        except ValueError as wrong:
            broken.append(f"checkpoint {place}: {wrong}")
            continue
        missing = sorted(set(keys) - signed)
        broken += [f"checkpoint {place}: not signed by {agency}" for agency in missing]
        told.append(checkpoint)
    by_head: dict[tuple[UUID, int], str] = {}
    broken += _of_tree(leaves, told, by_head)
    named: dict[str, str] = {}
    broken += _of_chains(_naming(chains, named), by_head, officers)
    broken += sign_offs.of_keys(officers or {})
    broken += of_files(named, files)
    return broken


def _naming(chains: Iterable[Record], named: dict[str, str]) -> Iterator[Record]:
    """The records as they are; `named` is filled with the files that they name, and which does."""
    for record in chains:
        if record.kind == evidence.KIND:
            of = f"case {record.case_id} record {record.seq}"
            named.setdefault(str(record.payload.get("sha256")), of)
        yield record


def of_files(named: Mapping[str, str], files: Mapping[str, str]) -> Iterator[str]:
    """Every file that a record names is there as it was, and no other."""
    for name, of in named.items():
        if name not in files:
            yield f"{of}: its file is missing"
    for name, actual in files.items():
        if name not in named:
            yield f"file {name}: no record tells of it"
        elif name != actual:
            yield f"{named[name]}: its file is not as it was recorded"


def _of_tree(
    leaves: Iterable[Leaf], told: Sequence[Checkpoint], by_head: dict[tuple[UUID, int], str]
) -> Iterator[str]:
    """Every checkpoint is that of the leaves; `by_head` is filled with the heads they tell of."""
    tree = Tree()
    for leaf in leaves:
        yield from _at(tree, told)
        if leaf.index != tree.size:
            yield f"leaf {leaf.index}: it stands in the place of leaf {tree.size}"
        tree.add(leaf.hashed)
        by_head[leaf.case_id, leaf.seq] = leaf.hash
    yield from _at(tree, told)
    for number, checkpoint in enumerate(told, start=1):
        if checkpoint.number != number:
            yield f"checkpoint {checkpoint.number}: it stands in the place of number {number}"
        if checkpoint.size > tree.size:
            yield f"checkpoint {checkpoint.number}: leaves of it are missing"
    if tree.size > max((each.size for each in told), default=0):
        yield "there are leaves that no checkpoint covers"


def _at(tree: Tree, told: Sequence[Checkpoint]) -> Iterator[str]:
    for checkpoint in told:
        if checkpoint.size == tree.size and checkpoint.root != tree.root:
            yield f"checkpoint {checkpoint.number}: its root is not that of its leaves"


def _of_chains(
    chains: Iterable[Record],
    by_head: Mapping[tuple[UUID, int], str],
    officers: Officers | None,
) -> Iterator[str]:
    """Every case is here once, its chain holds, and ends where the tree last tells of it; whoever
    signed it did.
    """
    left = dict(by_head)
    seen: set[UUID] = set()
    for case_id, chain in groupby(chains, key=lambda record: record.case_id):
        its = list(chain)
        head = Head(seq=its[-1].seq, hash=its[-1].hash)
        if case_id in seen:
            yield f"case {case_id}: it is here twice"
        if (case_id, head.seq) not in by_head:
            yield f"case {case_id}: the tree does not tell of its last record"
        seen.add(case_id)
        yield from records.broken(its, case_id=case_id, head=head)
        yield from sign_offs.of_case(its, officers)
        for record in its:
            told = left.pop((case_id, record.seq), None)
            if told is not None and told != record.hash:
                yield f"case {case_id} record {record.seq}: its hash is not that of the tree's leaf"
    for case_id, seq in left:
        yield f"case {case_id} record {seq}: the tree tells of it, and it is not here"
