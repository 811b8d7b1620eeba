"""What the benchmarks measure is what they say: pairs that are accepted, lines that are matched."""

import json
from datetime import UTC, datetime

import pytest

from services.cli.benching import items, merging
from services.declaration import dictionary
from services.declaration.dictionary import legacy
from services.declaration.domain import checks
from services.declaration.forms import FilingIn
from services.declaration.merging import merge
from services.declaration.merging.request import MergeIn

PAIRS = dict(items.pairs())


@pytest.mark.parametrize("name", PAIRS)
def test_a_realistic_pair_merges_into_a_filing_that_is_accepted(name: str) -> None:
    found = items.merged(PAIRS[name])
    assert (found.conflicts, found.unused) == ([], [])
    content = FilingIn.model_validate_json(json.dumps(found.filing)).content()
    faults = checks.check(
        content,
        dictionary=dictionary.at(dictionary.REFORM),
        organisation=content.broker.uscc,
        now=datetime(2018, 8, 2, tzinfo=UTC),
    )
    assert faults == ()


def test_a_broker_fills_in_three_items_of_ten_less_where_both_forms_were_needed() -> None:
    figures = items.run()
    assert figures["fewer_percent"] >= 30
    needed = [each for each in figures["pairs"].values() if each["inspection"]]
    assert len(needed) >= 8
    before = sum(each["customs"] + each["inspection"] for each in needed)
    after = sum(each["merged"] for each in needed)
    assert figures["fewer_percent"] == round(100 * (before - after) / before, 1)
    assert figures["fewer_percent_without_inspection"] < 10


def test_an_item_counts_once_however_many_lines_have_it() -> None:
    beef: MergeIn = PAIRS["beef"]
    form = beef.customs.model_dump()
    entries = legacy.forms().customs
    twice = form | {"lines": form["lines"] * 2}
    assert items.filled_in(twice, entries) == items.filled_in(form, entries)


def test_the_measured_lines_are_matched_one_by_one() -> None:
    customs, inspection = merging.made(20)
    found = merge.of_forms(
        customs, inspection, dictionary=dictionary.at(dictionary.REFORM), zone=merging.ZONE
    )
    assert [(g.customs, g.inspection) for g in found.groups] == [
        ((n,), (21 - n,)) for n in range(1, 21)
    ]
