"""One case looked at: its chain, then its officers' signatures and the rows that follow from it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from services.inspection.domain import marking, records, sign_offs, signing
from services.inspection.domain.records import Actor, Head, Link, Moment, Record
from services.inspection.domain.replacing import made
from services.inspection.domain.retelling import story as stories
from services.inspection.domain.retelling import telling
from services.inspection.domain.retelling.story import Untold
from services.inspection.domain.sign_offs import Officers
from services.inspection.verifying import musts
from services.inspection.verifying.comparing import Comparing
from services.inspection.verifying.lists import FOLLOWS
from services.inspection.verifying.reading import Stored
from shared.contracts import derived
from shared.prepared import Row

_actor = lru_cache(maxsize=1024)(Actor)
_COMPARING = {name: Comparing(table) for name, table in FOLLOWS.items()}


def look(case_id: UUID, stored: Stored, officers: Officers) -> Iterator[tuple[str, str]]:
    """What is broken of a case, each with what it is about.

    Of a chain that does not hold nothing is told further.
    """
    found = list(_chain(case_id, stored))
    yield from (("chains", each) for each in found)
    if found:
        return
    told = list(_told(stored.records))
    hashes = {row[1]: row[10] for row in stored.records}
    for each in told:
        if each.kind == signing.SIGNED_OFF:
            for wrong in sign_offs.broken(each, hashes, officers):
                yield "signatures", f"case {case_id} {wrong}"
    yield from (("state", f"case {case_id}: {each}") for each in _state(case_id, stored, told))


def _chain(case_id: UUID, stored: Stored) -> list[str]:
    cases = stored.rows["cases"]
    if not cases:
        return [f"case {case_id}: there is no such case, and something is kept of it"]
    head = Head(seq=cases[0]["head_seq"], hash=cases[0]["head_hash"])
    return records.broken_links(_links(stored.records), case_id=case_id, head=head)


def _links(its: Sequence[tuple[Any, ...]]) -> Iterator[Link]:
    case = str(its[0][0]) if its else ""
    for _, seq, kind, subject, role, agency, wall, yard, text, before, hashed in its:
        who, when = (subject, role, agency), (wall, yard)
        made = records.digest_of(case, seq, kind, who, when, text, before)
        yield seq, before, hashed, made == hashed


def _told(its: Sequence[tuple[Any, ...]]) -> Iterator[Record]:
    """The records that tell something; with the silent ones only where some are marked."""
    kinds = {row[2] for row in its}
    passed = frozenset[str]() if kinds & marking.MARKS else telling.SILENT
    for case_id, seq, kind, subject, role, agency, wall, yard, text, before, hashed in its:
        if kind not in passed:
            yield made(
                Record,
                case_id=case_id,
                seq=seq,
                kind=kind,
                actor=_actor(subject, role, agency),
                times=made(Moment, wall=wall, yard=yard),
                payload=from_json(text),
                prev_hash=before,
                hash=hashed,
            )


def _state(case_id: UUID, stored: Stored, told: Sequence[Record]) -> Iterator[str]:
    (row,) = stored.rows["cases"]
    yield from _of_ids(row)
    story = stories.begun(
        case_id,
        filing_id=row["filing_id"],
        requirement_id=row["requirement_id"],
        created_at=row["created_at"],
    )
    try:
        telling.retell(story, told)
    except Untold as wrong:
        yield f"cannot be told by its records: {wrong}"
        return
    ended = replace(story.case, head=Head(row["head_seq"], row["head_hash"]))
    measured = bool(stored.rows["measured_inspections"])
    must = musts.rows_of(replace(story, case=ended), measured=measured)
    for name, comparing in _COMPARING.items():
        yield from comparing.differences(stored.rows[name], must[name])


def _of_ids(row: Row) -> Iterator[str]:
    """A case's id is computed from its requirement's, and that from the filing's."""
    filing, requirement, case = row["filing_id"], row["requirement_id"], row["id"]
    if derived.requirement_id(filing) != requirement:
        yield f"cases({case}).filing_id: is {filing}, which is not its requirement's"
    if derived.case_id(requirement) != case:
        yield f"cases({case}).requirement_id: is {requirement}, which is another case's"
