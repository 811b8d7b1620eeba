"""Whether officers' signatures in a case's records are what they should be."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from services.inspection.domain import signing
from services.inspection.domain.records import Actor, Head, Record
from services.inspection.domain.signing import Key
from shared.errors import Refused

GRACE = timedelta(minutes=1)
"""The clocks of two replicas may differ by so much: one registered or revoked, one took it."""
Officers = Mapping[UUID, Key]
"""Every key that was ever registered, by its id."""


def broken(record: Record, hashes: Mapping[int, str], officers: Officers | None) -> Iterator[str]:
    """What is wrong with a signature, `hashes` being those of the case's records by their number.

    Without `officers` it is held against the key that its record names.
    """
    told = {name: str(value) for name, value in record.payload.items()}
    seq = told.get("seq", "")
    end = Head(int(seq) if seq.isdecimal() else 0, told.get("hash", ""))
    name = f"record {record.seq}"
    try:
        statement = signing.statement(record.case_id, end, who=record.actor)
        signing.verify(told.get("public_key", ""), told.get("signature", ""), statement)
    except (Refused, ValueError):
        yield f"{name}: the signature is wrong"
    if hashes.get(end.seq) != end.hash:
        yield f"{name}: what is signed is another record"
    if officers is not None:
        for each in _of_key(record, told, officers):
            yield f"{name}: {each}"


def of_case(its: Iterable[Record], officers: Officers | None) -> Iterator[str]:
    """What is wrong with the signatures among a case's records."""
    known = list(its)
    hashes = {each.seq: each.hash for each in known}
    for each in known:
        if each.kind == signing.SIGNED_OFF:
            yield from (f"case {each.case_id} {wrong}" for wrong in broken(each, hashes, officers))


def _of_key(record: Record, told: Mapping[str, str], officers: Officers) -> Iterator[str]:
    try:
        key = officers[UUID(told.get("key", ""))]
    except (KeyError, ValueError):
        yield "the key that signed is not registered"
        return
    if key.public != told.get("public_key"):
        yield "another key is registered by its id"
    if (key.subject, key.agency) != (record.actor.subject, record.actor.agency):
        yield "the key that signed is somebody else's"
    if not key.counted(record.times.wall, grace=GRACE):
        yield "the key that signed did not count then"


def of_keys(officers: Officers) -> Iterator[str]:
    """Each key that has a proof is its officer's own."""
    for key in officers.values():
        if key.proof is None:
            continue
        who = Actor(key.subject, "officer", key.agency)
        try:
            signing.verify(key.public, key.proof, signing.proof_of_key(key.public, who=who))
        except Refused:
            yield f"key {key.id}: it is not proved to be {key.subject}'s of {key.agency}"
