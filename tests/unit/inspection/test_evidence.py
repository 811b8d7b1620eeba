"""Who adds evidence to a case, until when, and how much."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.inspection.domain import errors, evidence, records
from services.inspection.domain.case import Case
from services.inspection.domain.evidence import About, Piece, Sort
from services.inspection.domain.facts import Device
from services.inspection.domain.moves import Status
from services.inspection.domain.records import Actor, Record
from shared.errors import Faults
from tests.factories import NOW, container_number
from tests.unit.inspection import builders as b

DEVICE = Device(name="tablet 1", at=NOW, skew_seconds=7200, digest="b" * 64)
ABOUT = About(Sort.PHOTO, container_number(1), 2, "broken seal 封志破损", device=DEVICE)
PIECE = Piece(UUID(int=9), "image/jpeg", "a" * 64, 100, "b" * 64, ABOUT)
SOMEBODY = Actor("o.other", "officer", "maritime")


def _attach(
    case: Case, piece: Piece = PIECE, *, who: Actor = b.CUSTOMS, kept: int = 0, most: int = 100
) -> Record:
    change = evidence.attach(case, piece, who=who, kept=kept, most=most)
    assert change.case == case
    assert change.events == ()
    (record,) = records.append(case.head, change.notes, case_id=case.id, actor=who, now=b.at())
    return record


def test_a_piece_is_read_from_its_record_as_it_was_added() -> None:
    record = _attach(b.opened())
    assert (record.kind, record.payload["sha256"]) == ("evidence", "a" * 64)
    assert evidence.piece_of(record) == PIECE
    bare = replace(PIECE, about=About(Sort.SCAN, positions=True))
    assert evidence.piece_of(_attach(b.opened(), bare)) == bare


def test_evidence_begins_with_the_first_opening() -> None:
    with pytest.raises(errors.ContainerNotOpen):
        _attach(b.planned())


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.VOID])
def test_a_photo_may_come_after_the_opening_in_every_state_of_a_case(status: Status) -> None:
    _attach(replace(b.opened(), status=status))


def test_a_void_case_takes_no_evidence() -> None:
    with pytest.raises(errors.CaseMoveNotAllowed):
        _attach(replace(b.opened(), status=Status.VOID))


def test_agencies_that_inspect_add_evidence_and_no_others() -> None:
    _attach(b.opened(), who=b.QUARANTINE)
    with pytest.raises(errors.AgencyNotNeeded):
        _attach(b.opened(), who=SOMEBODY)


def test_what_a_file_is_about_is_part_of_the_consignment() -> None:
    wrong = replace(PIECE, about=replace(ABOUT, container="OTHER", line=9))
    with pytest.raises(Faults) as refused:
        _attach(b.opened(), wrong)
    told = {each.pointer: each.code for each in refused.value.faults}
    assert told == {"/container": "container_unknown", "/line": "line_not_declared"}


def test_the_files_of_a_case_have_a_limit() -> None:
    _attach(b.opened(), kept=50, most=150)
    with pytest.raises(evidence.CaseEvidenceFull):
        _attach(b.opened(), kept=51, most=150)
