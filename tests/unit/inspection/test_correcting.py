"""Corrections: what may be corrected by whom, and what the case is like afterwards."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.inspection.domain import correcting, inspecting, sampling
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import SignOff
from services.inspection.domain.records import Actor, Record, append
from shared.errors import Faults
from tests.unit.inspection import builders as b

SECOND = Actor("o.second", "officer", "customs")
TEXT = {"text": "dead insects 死虫"}


def _record(change: Change, who: Actor = b.CUSTOMS, *, at: int = 0) -> Record:
    """The last record of a change, as it is stored."""
    head = replace(b.new().head, seq=at)
    return append(head, change.notes, case_id=b.CASE, actor=who, now=b.at())[-1]


def _found(who: Actor = b.CUSTOMS) -> tuple[Case, Record]:
    change = inspecting.find(b.opened(), b.FOUND_PEST, who=who, now=b.at())
    return change.case, _record(Change(change.case, notes=change.notes[:1]), who)


def _correct(
    case: Case, wrong: Record, facts: Mapping[str, str] = TEXT, who: Actor = b.CUSTOMS
) -> Change:
    return correcting.correct(case, wrong, facts, reason="seen again 复查", who=who)


def test_a_correction_is_a_new_record_that_points_at_the_old_one() -> None:
    case, wrong = _found()
    change = _correct(case, wrong)
    (note,) = change.notes
    assert (note.kind, note.payload) == (
        "corrected",
        {"corrects": 1, "facts": TEXT, "reason": "seen again 复查"},
    )
    section = change.case.section("customs")
    assert section is not None
    assert [(each.code, each.text) for each in section.findings] == [("pest", TEXT["text"])]


def test_after_the_conclusion_nothing_is_corrected_before_a_second_officer_confirms() -> None:
    case, wrong = _found()
    concluded = b.concluded(case, b.CUSTOMS, b.NONCONFORM).case
    proposed = _correct(concluded, wrong)
    assert [note.kind for note in proposed.notes] == ["correction_proposed"]
    assert proposed.case == concluded
    proposal = _record(proposed, at=6)
    with pytest.raises(correcting.SecondPersonNeeded):
        correcting.confirm(concluded, proposal, wrong, settled=(), who=b.CUSTOMS)
    with pytest.raises(correcting.RecordOfOthers):
        correcting.confirm(concluded, proposal, wrong, settled=(), who=b.QUARANTINE)
    (note,) = correcting.confirm(concluded, proposal, wrong, settled=(), who=SECOND).notes
    assert (note.kind, note.payload["corrects"], note.payload["proposal"]) == ("corrected", 1, 7)
    with pytest.raises(correcting.CorrectionSettled):
        correcting.confirm(concluded, proposal, wrong, settled={7}, who=SECOND)
    with pytest.raises(correcting.CorrectionSettled):
        correcting.confirm(concluded, wrong, wrong, settled=(), who=SECOND)


def test_a_confirmed_correction_voids_the_signatures_of_before() -> None:
    case, wrong = _found()
    concluded = b.concluded(case, b.CUSTOMS, b.NONCONFORM).case
    signed = SignOff(seq=9, officer="o", key=b.CASE, at=b.at().yard)
    signed_off = concluded.with_sections(
        replace(each, signed=signed) for each in concluded.sections
    )
    assert signed_off.signed_off
    proposal = _record(_correct(signed_off, wrong), at=6)
    after = correcting.confirm(signed_off, proposal, wrong, settled=(), who=SECOND).case
    assert [each.signed for each in after.sections] == [None, None]


def test_another_offices_record_is_not_corrected() -> None:
    case, wrong = _found(b.QUARANTINE)
    for who in (b.CUSTOMS, Actor("y", "yard")):
        with pytest.raises(correcting.RecordOfOthers):
            _correct(case, wrong, who=who)


def test_verdicts_and_what_is_no_observation_are_not_corrected() -> None:
    case = b.opened()
    concluded = b.concluded(case, b.CUSTOMS)
    told = _record(Change(case, notes=concluded.notes[:1]))
    with pytest.raises(Faults) as refused:
        _correct(concluded.case, told, {"verdict": "nonconform", "remark": "weighed wet 湿重"})
    assert [(each.code, each.pointer) for each in refused.value.faults] == [
        ("not_correctable", "/facts/verdict")
    ]
    _, finding = _found()
    for facts in ({"code": "Not A Code"}, {"container": "X"}):
        with pytest.raises(Faults):
            _correct(case, finding, facts)


def test_a_corrected_sample_is_shown_as_corrected() -> None:
    asked = sampling.Draw("kiwifruit", seal="Q-1", laboratory="L1")
    drawn = sampling.draw(b.opened(), asked, who=b.QUARANTINE, now=b.at())
    wrong = _record(drawn, b.QUARANTINE)
    case = _correct(drawn.case, wrong, {"seal": "Q-7"}, b.QUARANTINE).case
    section = case.section("quarantine")
    assert section is not None
    assert section.samples[0].seal == "Q-7"
