"""An archive holds as it was written, and no change of it stays unseen."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cli import archive_lines, archiving
from services.inspection.api import record_views
from services.inspection.domain import records, sign_offs
from services.inspection.domain.records import Note
from tests import forging
from tests.forging import Files
from tests.pens import Pen
from tests.unit.inspection import builders as b

CHANGES = 200


@pytest.fixture(scope="module")
def files() -> Files:
    """An archive of five cases."""
    return forging.archived()


def _pins(files: Files) -> dict[str, tuple[str, ...]]:
    return dict(archive_lines.keys_of(files["keys.jsonl"]))


def test_an_archive_holds_as_it_was_written(files: Files) -> None:
    assert forging.broken(files) == []
    assert forging.broken(files, pinned=_pins(files)) == []


def test_each_of_many_random_changes_is_seen() -> None:
    assert forging.unseen(changes=CHANGES, seed=11) == []


def test_a_whole_history_that_another_key_signed_does_not_pass_for_ours(files: Files) -> None:
    foreign = {
        agency: (forging.public_of(Ed25519PrivateKey.generate()),) for agency in _pins(files)
    }
    assert forging.broken(files, pinned=foreign)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": "o.other"}, "somebody else's"),
        ({"agency": "quarantine"}, "not proved to be"),
        ({"public_key": Pen("o.customs", "customs").public}, "another key is registered"),
        ({"id": str(UUID(int=7))}, "is not registered"),
        ({"revoked_at": "2026-02-01T00:00:00+00:00"}, "did not count then"),
        ({"registered_at": "2026-05-01T00:00:00+00:00"}, "did not count then"),
    ],
)
def test_what_an_officer_signed_is_held_against_the_registered_key(
    files: Files, changes: dict[str, str], said: str
) -> None:
    told = forging.broken({**files, archiving.OFFICERS: forging.officers(**changes)})
    assert any(said in each for each in told)


def test_an_archive_of_before_has_no_officers_keys(files: Files) -> None:
    before = {name: content for name, content in files.items() if name != archiving.OFFICERS}
    assert forging.broken(before) == []


def test_a_signature_of_something_else_is_seen(files: Files) -> None:
    other = Pen(forging.PEN.officer, forging.PEN.agency).sign(b"something else")
    chain = [archive_lines.record_of(each) for each in _lines(files["records.jsonl"])]
    end = max((each for each in chain if each.case_id == chain[0].case_id), key=lambda it: it.seq)
    forged = replace(end, payload={**end.payload, "signature": other})
    told = list(sign_offs.of_case([*chain[: end.seq - 1], forged], None))
    assert told == [f"case {end.case_id} record {end.seq}: the signature is wrong"]


def test_a_record_that_was_hashed_anew_is_seen_by_the_tree(files: Files) -> None:
    chain = [archive_lines.record_of(each) for each in _lines(files["records.jsonl"])]
    first = [each for each in chain if each.case_id == chain[0].case_id]
    notes = [Note(each.kind, {**each.payload, "text": "forged"}) for each in first]
    forged = records.append(
        records.START, notes, case_id=first[0].case_id, actor=b.CUSTOMS, now=b.at(1)
    )
    told = [*forged, *(each for each in chain if each.case_id != first[0].case_id)]
    spoilt = b"".join(
        archive_lines.line(record_views.record_out(each).model_dump(mode="json")) for each in told
    )
    assert forging.broken({**files, "records.jsonl": spoilt}) == [
        f"case {first[0].case_id} record 5: what is signed is another record",
        f"case {first[0].case_id} record 5: its hash is not that of the tree's leaf",
    ]


def _lines(content: bytes) -> list[dict[str, object]]:
    return list(archive_lines.lines_of(content, dict))


def test_a_zip_that_is_none_or_has_other_files_is_told(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    assert not archiving.verify(path, pinned={})["archive_ok"]
    path.write_bytes(b"PK no zip")
    assert not archiving.verify(path, pinned={})["archive_ok"]
    for left_out in (None, *files):
        with ZipFile(path, "w") as zipped:
            for name, content in files.items():
                if name != left_out:
                    zipped.writestr(name, content)
        told = archiving.verify(path, pinned={})
        assert told["archive_ok"] == (left_out in (None, archiving.OFFICERS))
        assert told.get("officers_known", True) == (left_out != archiving.OFFICERS)
