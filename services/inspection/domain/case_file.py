"""The file of one case: its records and files, and the proof that they are as they were signed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.inspection.domain import (
    archive,
    checkpoints,
    evidence,
    merkle,
    records,
    sign_offs,
    signing,
)
from services.inspection.domain.checkpoints import Leaf
from services.inspection.domain.records import Head, Record

RECORDS, PROOF, KEYS, EVIDENCE = "records.jsonl", "proof.json", "keys.jsonl", "evidence/"


@dataclass(frozen=True)
class Place:
    """What the file has of a record that is kept from its reader: where it stands, and its hash."""

    case_id: UUID
    seq: int
    prev_hash: str
    hash: str


Entry = Record | Place


@dataclass(frozen=True)
class Proof:
    """That the case's leaf is under a checkpoint, told as a signed note."""

    leaf: Leaf
    path: tuple[bytes, ...]
    note: str


def verify(
    chain: Sequence[Entry],
    proof: Proof | None,
    *,
    files: Mapping[str, str],
    keys: Mapping[str, Sequence[str]],
) -> list[str]:
    """What is broken of a case's file. `files` are its files of evidence by their names, with the
    SHA-256 that each has; `keys` the agencies' public keys.
    """
    if not chain:
        return ["there are no records"]
    case_id = chain[0].case_id
    told = [each for each in chain if isinstance(each, Record)]
    named = {
        str(each.payload.get("sha256")): f"case {case_id} record {each.seq}"
        for each in told
        if each.kind == evidence.KIND
    }
    return [
        *_chained(chain, case_id),
        *_signatures(told, {each.seq: each.hash for each in chain}),
        *archive.of_files(named, files),
        *(_proved(chain, proof, case_id, keys) if proof else ()),
    ]


def _chained(chain: Sequence[Entry], case_id: UUID) -> Iterator[str]:
    """Every record continues the one before, those that are told have their hashes.

    One that is not told cannot be another: the next one's hash covers its.
    """
    last = records.START
    for each in chain:
        if (each.case_id, each.seq, each.prev_hash) != (case_id, last.seq + 1, last.hash):
            yield f"record {each.seq}: does not continue the chain"
        if isinstance(each, Record) and not records.holds(each):
            yield f"record {each.seq}: its content does not have its hash"
        last = Head(each.seq, each.hash)


def _signatures(chain: Sequence[Record], hashes: Mapping[int, str]) -> Iterator[str]:
    """Every sign-off is by the key that it names, of a record that is here."""
    for each in chain:
        if each.kind == signing.SIGNED_OFF:
            yield from sign_offs.broken(each, hashes, None)


def _proved(
    chain: Sequence[Entry], proof: Proof, case_id: UUID, keys: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The checkpoint is signed by every agency, and the chain had come to its leaf."""
    try:
        checkpoint, signed = checkpoints.read_note(proof.note, keys)
    except ValueError as wrong:
        yield f"the checkpoint: {wrong}"
        return
    yield from (f"the checkpoint: not signed by {each}" for each in sorted(set(keys) - signed))
    leaf = proof.leaf
    here = {(each.case_id, each.seq): each.hash for each in chain}
    if leaf.case_id != case_id or here.get((case_id, leaf.seq)) != leaf.hash:
        yield f"record {leaf.seq}: its hash is not that of the tree's leaf"
    size, root = checkpoint.size, checkpoint.root
    if not merkle.included(leaf.hashed, leaf.index, size, proof.path, root=root):
        yield "the leaf is not under the checkpoint"
