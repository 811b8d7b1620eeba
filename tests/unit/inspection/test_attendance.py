"""Officers sign in and out; whoever forgets is signed out by what ends the work there."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.inspection.domain import (
    attendance,
    attended,
    correcting,
    ending,
    errors,
    gates,
    handling,
    measuring,
    waiting,
    worth,
)
from services.inspection.domain.attendance import Passing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Seal, Stay
from services.inspection.domain.records import Actor, Record, append
from shared.contracts.values import Outcome
from shared.errors import Faults, Refused
from tests import factories
from tests.factories import NOW, container_number
from tests.unit.inspection import builders as b

SEALS = (Seal(container=container_number(1), seal="S1"),)


def _come(
    case: Case,
    minutes: float = 0,
    *officers: str,
    who: Actor = b.CUSTOMS,
    told: float | None = None,
) -> Change:
    at = b.at(minutes if told is None else told).yard
    return attendance.come(case, Passing(officers, at), who=who, now=b.at(minutes).yard)


def _leave(
    case: Case,
    minutes: float,
    *officers: str,
    who: Actor = b.CUSTOMS,
    told: float | None = None,
) -> Change:
    at = b.at(minutes if told is None else told).yard
    return attendance.leave(case, Passing(officers, at), who=who, now=b.at(minutes).yard)


def _stays(case: Case, agency: str = "customs") -> Sequence[Stay]:
    section = case.section(agency)
    assert section is not None
    return section.attendance


def _ended(case: Case, agency: str = "customs") -> list[tuple[str, str | None, int | None]]:
    return [
        (each.officer, each.ended, None if each.left_at is None else _minute(each))
        for each in _stays(case, agency)
    ]


def _minute(stay: Stay) -> int:
    assert stay.left_at is not None
    return int((stay.left_at - NOW).total_seconds() // 60)


def _codes(refused: Refused) -> list[str]:
    return [each.code for each in refused.faults] if isinstance(refused, Faults) else [refused.code]


def _inside() -> Case:
    return gates.gate_in(b.planned(), SEALS, now=b.at(-30)).case


def test_an_officer_comes_and_leaves_and_both_are_records() -> None:
    came = _come(b.opened())
    left = _leave(came.case, 40)
    assert [note.kind for note in (*came.notes, *left.notes)] == ["officer_came", "officer_left"]
    assert left.notes[0].payload["officer"] == b.CUSTOMS.subject
    assert _ended(left.case) == [(b.CUSTOMS.subject, "signed_out", 40)]
    section = left.case.section("customs")
    assert section is not None
    assert attended.minutes(section) == 40


def test_who_has_the_tablet_signs_colleagues_in_who_count_each() -> None:
    case = _come(b.opened(), 0, "o.li", "o.wang").case
    case = _leave(case, 30, "o.li").case
    case = _leave(case, 50, "o.wang").case
    section = case.section("customs")
    assert section is not None
    assert attended.minutes(section) == 80


def test_nobody_signed_in_is_not_known_rather_than_none() -> None:
    section = b.opened().section("customs")
    assert section is not None
    assert attended.minutes(section) is None
    (there, _) = _come(b.opened()).case.sections
    assert attended.minutes(there) is None
    measured = measuring.measure(_leave(_come(b.opened()).case, 40).case, worth.published())
    assert {each.agency: each.officer_minutes for each in measured.agencies} == {
        "customs": 40,
        "quarantine": None,
    }


def test_officers_come_to_a_container_in_the_yard_or_open_and_to_no_other() -> None:
    assert _come(_inside()).notes
    with pytest.raises(errors.NotInside):
        _come(b.planned())
    with pytest.raises(errors.AgencyNotNeeded):
        _come(b.opened(**b.single()), who=b.QUARANTINE)
    done = b.kept(
        ending.meet(_concluded(), Outcome.RELEASED, reason=factories.said("ok"), now=b.at(60))
    )
    with pytest.raises(errors.CaseEnded):
        _come(done)


def _concluded() -> Case:
    return b.concluded(b.opened(**b.single()), b.CUSTOMS).case


def test_who_is_there_does_not_come_again_and_who_is_not_does_not_leave() -> None:
    case = _come(b.opened(), 0, "o.li").case
    with pytest.raises(Faults) as refused:
        _come(case, 5, "o.li", "o.wang", "o.wang")
    assert _codes(refused.value) == ["officer_present", "officer_twice"]
    assert [each.pointer for each in refused.value.faults] == ["/officers/0", "/officers/2"]
    with pytest.raises(Faults) as refused:
        _leave(case, 5, "o.wang")
    assert _codes(refused.value) == ["officer_absent"]
    with pytest.raises(Faults):
        _leave(case, 5, "o.li", who=b.QUARANTINE)
    full = replace(case.sections[0], attendance=tuple(_stays(case)) * attendance.MOST)
    with pytest.raises(attendance.TooManyStays):
        _come(case.with_section(full), 5, "o.wang")


def test_the_own_agencys_conclusion_signs_out_its_officers_alone() -> None:
    case = _come(_come(b.opened(), 0, "o.li").case, 0, "q.zhao", who=b.QUARANTINE).case
    change = attended.settled(case, b.concluded(case, b.CUSTOMS), now=b.at(50).yard)
    assert [note.kind for note in change.notes] == ["concluded", "officer_left"]
    assert _ended(change.case) == [("o.li", "concluded", 50)]
    assert _ended(change.case, "quarantine") == [("q.zhao", None, None)]


def test_a_container_that_is_closed_or_gone_has_nobody_at_it() -> None:
    open_ = b.opened("customs")
    case = _come(b.concluded(open_, b.CUSTOMS).case, 55, "o.li").case
    lapsed = waiting.lapse(case, now=b.at(1000))
    assert lapsed is not None
    closed = attended.settled(case, lapsed, now=b.at(1000).yard)
    assert _ended(closed.case) == [("o.li", "closed", 1000)]
    inside = _come(_inside(), -20, "o.li").case
    gone = gates.gate_out(inside, SEALS, now=b.at(-10))
    assert _ended(attended.settled(inside, gone, now=b.at(-10).yard).case) == [
        ("o.li", "gate_out", -10)
    ]
    assert attended.settled(inside, Change(inside), now=b.at().yard) == Change(inside)


def test_a_device_tells_how_long_within_what_our_records_bear() -> None:
    """Sent at minute 90: it came at 10 and left at 40 by the device's clock."""
    case = _come(b.opened(), 90, told=10).case
    assert _minute(_stays(_leave(case, 90, told=40).case)[0]) == 40
    early, late = _come(b.opened(), 90, told=-500).case, _come(b.opened(), 90, told=95).case
    assert [_stays(each)[0].came_at for each in (early, late)] == [b.at(-15).yard, b.at(90).yard]
    before_the_slot = _come(_inside(), 90, told=-500).case
    assert _stays(before_the_slot)[0].came_at == b.at(-30).yard


def test_what_a_device_tells_later_is_truer_than_what_ended_a_stay_by_itself() -> None:
    case = _come(b.opened(), 0).case
    moved = attended.moved(Change(case), "customs", b.CUSTOMS.subject, at=b.at(60).yard).case
    assert _ended(moved)[0][1:] == ("elsewhere", 60)
    assert _ended(_leave(moved, 90, told=40).case)[0][1:] == ("signed_out", 40)
    with pytest.raises(Faults):
        _leave(moved, 90, told=70)
    with pytest.raises(Faults):
        _leave(_leave(moved, 90, told=40).case, 90, told=30)


def test_a_step_at_a_container_names_the_officers_who_were_there() -> None:
    case = gates.gate_in(b.planned(), SEALS, now=b.at(-30)).case
    case = _come(case, -20, "o.li").case
    boxes = (handling.Box(container_number(1)),)
    change = handling.handle(case, handling.Handling(handling.Step.MOVED_TO_BAY, boxes))
    assert change.notes[0].payload["officers"] == {"customs": ["o.li"]}


def _record(change: Change) -> Record:
    head = b.new().head
    return append(head, change.notes, case_id=b.CASE, actor=b.CUSTOMS, now=b.at())[0]


def test_the_times_of_a_stay_are_corrected_within_what_was_recorded() -> None:
    came = _come(b.opened(), 10)
    case, record = _leave(came.case, 60).case, _record(came)
    facts = {"came_at": "2026-03-02T01:05:00Z", "left_at": "2026-03-02T01:45:00.5Z"}
    assert NOW.isoformat() == "2026-03-02T01:00:00+00:00"
    change = correcting.correct(case, record, facts, reason="watch 看表", who=b.CUSTOMS)
    (stay,) = _stays(change.case)
    assert (stay.came_at, _minute(stay)) == (b.at(5).yard, 45)
    wrong = (
        {"left_at": "2026-03-02T02:01:00Z"},
        {"came_at": "2026-03-02T00:44:00Z"},
        {"left_at": "2026-03-02T01:09:00Z"},
        {"came_at": "2026-13-45T99:00:00Z"},
    )
    for each in wrong:
        with pytest.raises(attendance.StayUnfit):
            correcting.correct(case, record, each, reason="watch 看表", who=b.CUSTOMS)
    with pytest.raises(attendance.StayUnfit):
        correcting.correct(came.case, record, facts, reason="watch 看表", who=b.CUSTOMS)
