"""Codes of findings: a list with days, each agency's own on top; where none fits, the nearest."""

import re
from dataclasses import replace
from datetime import date

from services.inspection.domain import alarms, correcting, finding_codes
from services.inspection.domain import founding as checklists
from services.inspection.domain.finding_codes import Edition, Entry, Severity
from shared.contracts.values import Finding, Said, Verdict
from tests.unit.inspection import builders as b

DAY = date(2026, 3, 2)
SNAILS = Entry(
    code="snails", agency="customs", said=Said(en="snails", zh="蜗牛"), severity=Severity.MAJOR
)


def _known(*editions: Edition, agency: str = "customs", on: date = DAY) -> finding_codes.Known:
    every = [*finding_codes.founding(), *editions]
    return finding_codes.known(every, agency=agency, days=[on])


def _faults(code: str, *editions: Edition) -> list[tuple[str, list[str]]]:
    found = finding_codes.faults(
        [Finding(code="pest", text="x"), Finding(code=code, text="x")],
        _known(*editions),
        pointer="/findings/{}/code".format,
    )
    return [(each.pointer, each.facts["nearest"]) for each in found]


def test_the_codes_that_come_along_hold_together() -> None:
    """They have one form, belong to items that there are, and critical is what is urgent."""
    entries = [each.entry for each in finding_codes.founding()]
    items = {each.item.code for each in checklists.EDITIONS}
    assert len({each.code for each in entries}) == len(entries)
    assert all(re.fullmatch(correcting.FORMS["code"], each.code) for each in entries)
    assert all(each.item in items for each in entries if each.item is not None)
    critical = {each.code for each in entries if each.severity is Severity.CRITICAL}
    assert critical >= alarms.URGENT
    of_items = {f"other_{each}" for each in items} | {"other_finding"}
    assert of_items <= {each.code for each in entries}


def test_codes_that_the_program_and_its_tables_use_are_on_the_list() -> None:
    assert {alarms.OF_LABORATORY, b.FOUND_PEST.code} <= set(_known())
    assert Verdict.SUSPEND.value not in _known()


def test_an_unknown_code_is_told_the_nearest_ones_or_those_for_something_else() -> None:
    assert _faults("pest") == []
    ((pointer, near),) = _faults("pest_found")
    assert (pointer, near[0]) == ("/findings/1/code", "pest")
    ((_, others),) = _faults("zzzzzz")
    assert others
    assert all(each.startswith("other_") for each in others)


def test_an_agencys_own_codes_are_its_own_and_change_from_a_day_on() -> None:
    added = Edition(SNAILS, version=1, valid_from=DAY)
    assert "snails" in _known(added)
    assert "snails" not in _known(added, agency="quarantine")
    assert "snails" not in _known(added, on=date(2026, 3, 1))
    gone = replace(added, version=2, valid_from=date(2026, 4, 1), withdrawn=True)
    assert "snails" in _known(added, gone)
    assert "snails" not in _known(added, gone, on=date(2026, 4, 1))
    assert {"misclassified"} <= set(_known()) - set(_known(agency="quarantine"))


def test_an_agency_takes_a_common_code_off_its_own_list_alone() -> None:
    pest = next(each for each in finding_codes.founding() if each.entry.code == "pest")
    own = pest.entry.model_copy(update={"agency": "customs"})
    off = Edition(own, version=1, valid_from=DAY, withdrawn=True)
    assert "pest" not in _known(off)
    assert "pest" in _known(off, agency="quarantine")
