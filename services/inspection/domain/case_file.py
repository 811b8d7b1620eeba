"""The file of one case: its records and files, and the proof that they are as they were signed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.inspection.domain import archive, checkpoints, evidence, merkle, records, signing
from services.inspection.domain.checkpoints import Leaf
from services.inspection.domain.records import Head, KeptBack, Record
from shared.errors import Refused

RECORDS, PROOF, KEYS, EVIDENCE = "records.jsonl", "proof.json", "keys.jsonl", "evidence/"
SIGNED_OFF = "signed_off"


@dataclass(frozen=True)
class Proof:
    """That the case's leaf is under a checkpoint, told as a signed note."""

    leaf: Leaf
    path: tuple[bytes, ...]
    note: str


def verify(
    chain: Sequence[Record | KeptBack],
    proof: Proof | None,
    *,
    files: Mapping[str, str],
    keys: Mapping[str, Sequence[str]],
) -> list[str]:
    """What is broken of a case's file. `files` are its files of evidence by their names, with the
    SHA-256 that each has; `keys` the agencies' public keys. What is kept back of another agency's
    investigations is in the chain, and its content is nobody's to check.
    """
    if not chain:
        return ["there are no records"]
    case_id, head = chain[0].case_id, Head(chain[-1].seq, chain[-1].hash)
    named = {
        str(each.payload.get("sha256")): f"case {case_id} record {each.seq}"
        for each in chain
        if isinstance(each, Record) and each.kind == evidence.KIND
    }
    return [
        *records.broken(chain, case_id=case_id, head=head),
        *_signatures(chain),
        *archive.of_files(named, files),
        *(_proved(chain, proof, case_id, keys) if proof else ()),
    ]


def _signatures(chain: Sequence[Record | KeptBack]) -> Iterator[str]:
    """Every sign-off is by the key that it names, of a record that is here."""
    hashes = {each.seq: each.hash for each in chain}
    for each in chain:
        if isinstance(each, KeptBack) or each.kind != SIGNED_OFF:
            continue
        told = {name: str(value) for name, value in each.payload.items()}
        end = Head(int(told.get("seq", 0)), told.get("hash", ""))
        statement = signing.statement(each.case_id, end, who=each.actor)
        try:
            signing.verify(told.get("public_key", ""), told.get("signature", ""), statement)
        except Refused:
            yield f"record {each.seq}: the signature is wrong"
        if hashes.get(end.seq) != end.hash:
            yield f"record {each.seq}: what is signed is another record"


def _proved(
    chain: Sequence[Record | KeptBack],
    proof: Proof,
    case_id: UUID,
    keys: Mapping[str, Sequence[str]],
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
