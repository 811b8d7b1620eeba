"""A case on paper: the same for the same records, and nothing in it is markup."""

import pytest

from services.inspection import case_paper
from services.inspection.domain import attendance, evidence, inspecting, records, treating
from services.inspection.domain.attendance import Passing
from services.inspection.domain.case import Case
from services.inspection.domain.evidence import About, Piece, Sort
from services.inspection.domain.records import Record
from services.inspection.settings import Settings
from shared import paper
from shared.contracts.values import Finding
from tests.unit.inspection import builders as b

HOSTILE = '#panic("x") $ #image("/etc/passwd") *a* ] } \\ "'


def _case(text: str = "live insects 活虫") -> tuple[Case, list[Record]]:
    """A case with a finding, a photo and a conclusion."""
    case = b.opened()
    piece = Piece(b.FILING, "image/png", "a" * 64, 9, "b" * 64, About(Sort.PHOTO, note=text))
    found = inspecting.find(case, Finding(code="pest", text=text), who=b.CUSTOMS, now=b.at())
    added = evidence.attach(found.case, piece, who=b.CUSTOMS, kept=0, most=9)
    concluded = b.concluded(added.case, b.CUSTOMS, b.NONCONFORM)
    notes = [*found.notes, *added.notes, *concluded.notes]
    chain = records.append(case.head, notes, case_id=case.id, actor=b.CUSTOMS, now=b.at())
    return concluded.case, list(chain)


def _pdf(case: Case, chain: list[Record]) -> bytes:
    return case_paper.pdf(case, chain, zone=Settings().zone)


def test_the_same_records_make_the_same_document_and_others_another() -> None:
    case, chain = _case()
    made = _pdf(case, chain)
    assert made.startswith(b"%PDF-")
    assert made == _pdf(case, chain)
    assert made != _pdf(case, chain[:-1])
    assert made != _pdf(*_case("dead insects 死虫"))


def test_what_was_recorded_is_never_markup() -> None:
    assert _pdf(*_case(HOSTILE)).startswith(b"%PDF-")


def test_a_case_of_which_nothing_is_known_is_a_document_too() -> None:
    assert _pdf(b.new(), []).startswith(b"%PDF-")


def test_it_tells_conclusions_evidence_records_and_the_hash_of_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    def watched(_: bytes, case: object) -> bytes:
        told.append(repr(case))
        return b""

    monkeypatch.setattr(paper, "code", told.append)
    monkeypatch.setattr(paper, "pdf", watched)
    case, chain = _case()
    _pdf(case, chain)
    named, content = told
    assert named == f"urn:onestop:case:{case.id}:{chain[-1].seq}:{chain[-1].hash}"
    assert all(each.hash[:16] in content for each in chain)
    case_paper.pdf(case, chain, hidden={chain[0].seq}, zone=Settings().zone)
    place = [str(chain[0].seq), "—", "—", "—", chain[0].hash[:16]]
    assert repr(place) in told[-1]
    assert repr(place) not in content
    for said in ("不合格 nonconform", "照片 photo", "a" * 16, "活虫", "Verdict", "结论"):
        assert said in content


def test_it_tells_which_officers_were_there_and_what_was_treated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    def watched(_: bytes, case: object) -> bytes:
        told.append(repr(case))
        return b""

    passing = Passing(("o.li",), b.at().yard)
    case = attendance.come(b.opened(**b.single()), passing, who=b.CUSTOMS, now=b.at().yard).case
    case = attendance.leave(case, passing, who=b.CUSTOMS, now=b.at(40).yard).case
    case = b.concluded(case, b.CUSTOMS, b.TREAT).case
    result = treating.Result(1, done=False, text="soil is left 仍有土壤", certificate="C-7")
    case = treating.tell(case, result, who=b.CUSTOMS, now=b.at(600)).case
    assert _pdf(case, []).startswith(b"%PDF-")
    monkeypatch.setattr(paper, "pdf", watched)
    _pdf(case, [])
    for said in ("o.li", "本人签退 signed_out", "清洗、清扫 cleaning", "未成功 failed", "C-7"):
        assert said in told[0]
