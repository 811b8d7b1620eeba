"""Bad data of a yard is refused by name, with the place and the mend."""

from collections.abc import Callable
from typing import Any

import pytest

from services.booking.api import roster_faults
from services.booking.domain import roster_rules
from services.booking.settings import Settings
from shared.http import catalogue
from tests.unit.booking import made

SKILLS = Settings().skills
Spoil = Callable[[Any], None]


def _team(content: Any, **changes: Any) -> None:
    content["teams"][0].update(changes)


def _same_place(*bays: Any) -> None:
    for bay in bays:
        bay.update(row="A", position=3)


def _gear(**changes: Any) -> dict[str, Any]:
    return {"code": "G1", "kind": "gang", "scopes": ["unpack"], **changes}


CASES: dict[str, tuple[Spoil, str]] = {
    "code_twice": (lambda c: c["bays"][3].update(code="P01"), "/bays/3/code"),
    "off_grid": (lambda c: _team(c, shift=["07:10", "15:00"]), "/teams/0/shift/0"),
    "yard_never_open": (lambda c: c.update(hours={"monday": None}), "/hours"),
    "no_bays": (lambda c: c.update(bays=[]), "/bays"),
    "break_outside_shift": (lambda c: _team(c, **{"break": ["14:45", "15:15"]}), "/teams/0/break"),
    "never_on_duty": (lambda c: _team(c, shift=["21:00", "07:00"], **{"break": None}),
                      "/teams/0/shift"),
    "half_a_place": (lambda c: c["bays"][1].update(row="A"), "/bays/1/row"),
    "place_twice": (lambda c: _same_place(c["bays"][0], c["bays"][2]),
                    "/bays/2/position"),
    "wrong_plugs": (lambda c: c["bays"][0].update(plugs=1), "/bays/0/plugs"),
    "team_of_unknown_agency": (lambda c: _team(c, agency="police"), "/teams/0/agency"),
    "team_with_unknown_skill": (lambda c: _team(c, skills=["general", "diving"]),
                                "/teams/0/skills/1"),
    "no_team_for_skill": (
        lambda c: c.update(teams=[t for t in c["teams"] if "animal" not in t["skills"]]), "/teams"),
}  # fmt: skip


def _found(content: Any) -> list[tuple[str, str]]:
    return [(f.code, f.pointer) for f in roster_rules.faults(content, skills=SKILLS)]


def test_the_default_yard_keeps_every_rule() -> None:
    assert _found(made.content()) == []


@pytest.mark.parametrize(("code", "case"), CASES.items(), ids=list(CASES))
def test_each_broken_rule_is_told_alone_with_its_place(code: str, case: tuple[Spoil, str]) -> None:
    content = made.content()
    spoil, pointer = case
    spoil(content)
    assert _found(content) == [(code, pointer)]


def test_every_fault_says_in_both_languages_what_to_do() -> None:
    found = []
    for spoil, _ in CASES.values():
        content = made.content()
        spoil(content)
        found += roster_rules.faults(content, skills=SKILLS)
    assert all(each.en and each.zh and each.mend_en and each.mend_zh for each in found)


def test_every_fault_is_explained_by_its_code() -> None:
    explained = catalogue.catalogue()
    assert set(CASES) <= {rule.code for rule in roster_faults.RULES} <= explained.keys()


def test_the_days_on_which_a_skill_is_missing_are_named() -> None:
    content = made.content()
    for team in content["teams"]:
        if "animal" in team["skills"]:
            team["days"] = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    (fault,) = roster_rules.faults(content, skills=SKILLS)
    assert fault.facts == {
        "agency": "quarantine",
        "skill": "animal",
        "days": ["saturday", "sunday"],
    }


def test_a_holiday_whose_hours_no_team_works_is_named_and_a_closed_one_needs_nobody() -> None:
    content = made.content()
    content["holidays"] = {"2026-10-01": None, "2026-10-02": ["08:00", "12:00"]}
    assert _found(content) == []
    content["holidays"]["2026-10-02"] = ["02:00", "07:45"]
    found = roster_rules.faults(content, skills=SKILLS)
    assert {each.code for each in found} == {"no_team_for_skill"}
    assert {each.facts["skill"] for each in found} == {
        s for known in SKILLS.values() for s in known
    }
    assert all(each.facts["days"] == ["2026-10-02"] for each in found)


def test_a_holiday_is_covered_by_who_works_on_its_weekday() -> None:
    content = made.content()
    content["hours"]["saturday"] = None
    for team in content["teams"]:
        if "animal" in team["skills"]:
            team["days"] = ["monday", "tuesday", "wednesday", "thursday", "friday", "sunday"]
    assert _found(content) == []
    content["holidays"] = {"2026-10-10": ["08:00", "12:00"]}
    (fault,) = roster_rules.faults(content, skills=SKILLS)
    assert (fault.facts["skill"], fault.facts["days"]) == ("animal", ["2026-10-10"])


def test_a_night_shift_may_have_its_break_after_midnight() -> None:
    content = made.content()
    content["hours"]["monday"] = ["00:00", "00:00"]
    _team(content, shift=["20:00", "04:00"], **{"break": ["00:30", "01:00"]})
    content["gear"] = [_gear(shift=["20:00", "04:00"], **{"break": ["19:00", "19:30"]})]
    assert _found(content) == [("break_outside_shift", "/gear/0/break")]


@pytest.mark.parametrize(
    ("hours", "shift"),
    [(["05:00", "21:00"], ["23:00", "07:00"]), (["18:00", "04:00"], ["00:00", "08:00"])],
)
def test_a_night_counts_for_the_day_before_and_for_the_day_after(
    hours: list[str], shift: list[str]
) -> None:
    content = made.content()
    content["hours"] = dict.fromkeys(content["hours"]) | {"monday": hours}
    for team in content["teams"]:
        team |= {"shift": shift, "break": None}
    assert _found(content) == []
    other = "monday" if shift[0] == "23:00" else "sunday"
    for team in content["teams"]:
        team["days"] = [other]
    assert {code for code, _ in _found(content)} == {"never_on_duty"}


def test_what_a_team_works_is_read_once_for_a_weekday(monkeypatch: pytest.MonkeyPatch) -> None:
    content, looked = made.content(), list[tuple[str, int]]()
    content["holidays"] = {f"2026-10-{day:02}": ["01:00", "06:00"] for day in range(1, 15)}
    stretches = roster_rules._stretches

    def counted(worker: Any, day: int) -> Any:
        looked.append((worker["code"], day))
        return stretches(worker, day)

    monkeypatch.setattr(roster_rules, "_stretches", counted)
    monkeypatch.setattr(roster_rules, "_ALONE", ())
    assert {code for code, _ in _found(content)} == {"no_team_for_skill"}
    assert len(looked) == len(set(looked)) > 0
