"""The chain of records: exact hashes, and every change of a record is seen."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain import records
from services.inspection.domain.records import Actor, Json, Moment, Note, Record
from tests.unit.inspection import builders as b

WALL = datetime(2026, 3, 2, 1, 2, 3, 40, tzinfo=UTC)
YARD = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = Moment(wall=WALL, yard=YARD)
MINE = UUID(int=1)
KEYS = st.text(st.characters(max_codepoint=127))
OTHER_CASE = UUID(int=99)

JCS_OF_FIRST = (
    '{"actor":{"agency":"quarantine","role":"officer","subject":"o.quarantine"},'
    '"case_id":"00000000-0000-0000-0000-000000000001","kind":"concluded",'
    '"payload":{"found":[{"name":"猕猴桃","net_kg":"120.50","number":1}],"reason":null},'
    '"prev_hash":"0000000000000000000000000000000000000000000000000000000000000000",'
    '"seq":1,"times":{"wall":"2026-03-02T01:02:03.000040Z","yard":"2026-03-02T09:00:00.000000Z"}}'
)
FIRST = "3c9b77b262b3728ffa743ae8fd29aaa23690f30928b40fe4a4de2656638ae75d"
SECOND = "d83428d0e7b66f1605680621b13fc657b5fef37ea84f6bedeeb66341d21db7ab"


def _chain(*notes: Note) -> tuple[Record, ...]:
    return records.append(records.START, notes, case_id=MINE, actor=b.QUARANTINE, now=NOW)


def _vectors() -> tuple[Record, ...]:
    found: Json = [{"number": 1, "name": "猕猴桃", "net_kg": "120.50"}]
    return _chain(
        Note("concluded", {"reason": None, "found": found}),
        Note("completed", {}),
    )


def test_a_records_hash_is_sha256_over_its_canonical_json() -> None:
    first, second = _vectors()
    assert first.hash == hashlib.sha256(JCS_OF_FIRST.encode()).hexdigest() == FIRST
    assert (second.prev_hash, second.hash) == (FIRST, SECOND)


def test_the_order_of_keys_and_the_offset_of_times_do_not_change_a_hash() -> None:
    first, _ = _vectors()
    turned = replace(first, payload=dict(reversed(list(first.payload.items()))))
    local = timezone(timedelta(hours=8))
    moved = replace(first, times=Moment(WALL.astimezone(local), YARD.astimezone(local)))
    assert records.digest(turned) == records.digest(moved) == first.hash


@pytest.mark.parametrize("value", [0.1, 1.0, 2**53, -(2**53), [{"deep": 0.5}]])
def test_what_has_no_exact_canonical_form_is_not_recorded(value: Json) -> None:
    with pytest.raises(ValueError, match="no exact canonical form"):
        _chain(Note("finding", {"value": value}))


_JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
_NOTE = st.builds(
    Note,
    kind=st.sampled_from(["opened", "finding", "concluded"]),
    payload=st.dictionaries(KEYS, _JSON, max_size=3),
)
_NOTES = st.lists(_NOTE, min_size=1, max_size=6)


def _broken(chain: list[Record], head: records.Head) -> list[str]:
    return records.broken(chain, case_id=MINE, head=head)


def _head(chain: list[Record]) -> records.Head:
    return records.Head(seq=chain[-1].seq, hash=chain[-1].hash)


@given(_NOTES)
def test_an_untouched_chain_holds(notes: list[Note]) -> None:
    chain = list(_chain(*notes))
    assert _broken(chain, _head(chain)) == []
    assert [record.seq for record in chain] == list(range(1, len(notes) + 1))


_EDITS = {
    "case_id": lambda r: replace(r, case_id=OTHER_CASE),
    "seq": lambda r: replace(r, seq=r.seq + 1),
    "kind": lambda r: replace(r, kind=r.kind + "_"),
    "actor": lambda r: replace(r, actor=replace(r.actor, subject="somebody")),
    "role": lambda r: replace(r, actor=replace(r.actor, role="supervisor")),
    "agency": lambda r: replace(r, actor=replace(r.actor, agency=None)),
    "wall": lambda r: replace(r, times=Moment(WALL + timedelta(microseconds=1), YARD)),
    "yard": lambda r: replace(r, times=Moment(WALL, YARD - timedelta(microseconds=1))),
    "payload": lambda r: replace(r, payload={**r.payload, "added": None}),
    "prev_hash": lambda r: replace(r, prev_hash="f" * 64),
    "hash": lambda r: replace(r, hash="f" * 64),
}


@given(_NOTES, st.sampled_from(sorted(_EDITS)), st.data())
def test_any_edit_of_any_record_is_seen(notes: list[Note], edit: str, data: st.DataObject) -> None:
    chain = list(_chain(*notes))
    head = _head(chain)
    index = data.draw(st.integers(0, len(chain) - 1))
    chain[index] = _EDITS[edit](chain[index])
    assert _broken(chain, head)


@given(_NOTES, st.data())
def test_an_edit_hashed_again_is_seen_by_the_record_after_it_or_the_head(
    notes: list[Note], data: st.DataObject
) -> None:
    chain = list(_chain(*notes))
    head = _head(chain)
    index = data.draw(st.integers(0, len(chain) - 1))
    forged = replace(chain[index], kind="forged")
    chain[index] = replace(forged, hash=records.digest(forged))
    assert _broken(chain, head)


@given(_NOTES, st.data())
def test_a_record_dropped_doubled_or_moved_is_seen(notes: list[Note], data: st.DataObject) -> None:
    chain = list(_chain(*notes))
    head = _head(chain)
    index = data.draw(st.integers(0, len(chain) - 1))
    assert _broken(chain[:index] + chain[index + 1 :], head)
    assert _broken([*chain, chain[index]], head)
    if len(chain) > 1:
        assert _broken([*chain[1:], chain[0]], head)


def _forged(edited: Record) -> list[str]:
    """What is found of a chain of one edited record, if it and the head are hashed anew."""
    edited = replace(edited, hash=records.digest(edited))
    return _broken([edited], records.Head(seq=edited.seq, hash=edited.hash))


def test_another_cases_chain_and_one_that_begins_later_are_seen_though_hashed_anew() -> None:
    first, _ = _vectors()
    assert "belongs to case" in _forged(replace(first, case_id=OTHER_CASE))[0]
    assert "does not follow record 0" in _forged(replace(first, seq=2))[0]
    assert "does not continue the chain" in _forged(replace(first, prev_hash="f" * 64))[0]


def test_a_case_without_records_holds_only_while_its_head_says_so() -> None:
    assert _broken([], records.START) == []
    assert _broken([], records.Head(seq=1, hash="f" * 64)) != []


def test_a_broken_chain_says_which_record_and_why() -> None:
    first, second = _vectors()
    head = records.Head(seq=2, hash=second.hash)
    edited = replace(second, actor=Actor("somebody", "officer"))
    assert _broken([first, edited], head) == [
        f"case {MINE} record 2: its content does not have its hash"
    ]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(PLAIN)
def test_the_fast_form_is_the_very_form_of_rfc_8785(value: Json) -> None:
    assert records.canonical({"value": value}).encode() == rfc8785.dumps({"value": value})


def test_keys_that_could_be_sorted_in_another_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not ASCII"):
        _chain(Note(kind="odd", payload={"\U00010000": 1, "\ufffd": 2}))
