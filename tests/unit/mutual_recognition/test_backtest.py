"""What a backtest counts: findings that would be missed, what is spared, and what nobody knows."""

from collections import Counter
from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.domain import intervals
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.rules import replaying, report
from services.mutual_recognition.rules.replaying import Compared, Filing, Look, Said
from services.mutual_recognition.rules.report import Figures
from services.mutual_recognition.rules.tally import Prices, Tally
from shared.contracts.values import Disposal, Mode, Scope, Verdict
from tests.unit.mutual_recognition import builders

PRICES = Prices(move_fen=100, unpacking_fen=1_000)
CLEAN = Look(Scope.UNPACK, found=False)
FOUND = Look(Scope.UNPACK, found=True)


def _none() -> Determination:
    return Determination(mode=Mode.NONE)


def _single(agency: str = "quarantine", scope: Scope = Scope.UNPACK) -> Determination:
    return Determination(mode=Mode.SINGLE, needs=(builders.need(agency, scope),))


def _recognition() -> Determination:
    return Determination(
        mode=Mode.RECOGNITION,
        needs=(builders.need("quarantine"),),
        recognising=builders.need("customs"),
    )


def _told(before: Determination, after: Determination, **looks: Look) -> report.Report:
    """The report of one filing."""
    tally = Tally()
    compared = Compared(Filing(builders.case(), looks), before, after)
    tally.add(compared, agencies=builders.AGENCIES, prices=PRICES)
    return report.report(tally)


def _said(verdict: Verdict, **more: Any) -> Said:
    facts: dict[str, Any] = {"disposal": Disposal.RELEASE, "lists_findings": False, **more}
    return Said(agency="customs", scope=Scope.UNPACK, verdict=verdict, **facts)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (_said(Verdict.MINOR), True),
        (_said(Verdict.NONCONFORM), True),
        (_said(Verdict.CONFORM, lists_findings=True), True),
        (_said(Verdict.CONFORM, disposal=Disposal.TREAT), True),
        (_said(Verdict.CONFORM), False),
    ],
)
def test_a_finding_is_any_conclusion_but_a_clean_one(said: Said, found: bool) -> None:  # noqa: FBT001
    assert replaying.looks([said], ended=True)["customs"].found is found


def test_what_waits_or_is_not_at_its_end_is_unknown_and_not_clean() -> None:
    waiting = _said(Verdict.SUSPEND, disposal=Disposal.DETAIN)
    assert replaying.looks([waiting], ended=True) == {}
    assert replaying.looks([_said(Verdict.CONFORM)], ended=False) == {}
    assert replaying.looks([_said(Verdict.CONFORM), waiting], ended=True) == {}
    assert replaying.looks([_said(Verdict.NONCONFORM)], ended=False)["customs"].found


def test_a_finding_is_missed_by_who_does_not_look_or_looks_less_deep() -> None:
    assert _told(builders.joint(), _single(), customs=FOUND).missed_findings == 1
    assert _told(builders.joint(), _single(), quarantine=FOUND).missed_findings == 0
    shallow = _single("customs", Scope.SCAN)
    assert _told(builders.joint(), shallow, customs=FOUND).missed_findings == 1
    assert _told(_none(), builders.joint(), customs=FOUND).missed_before == 1


def test_who_recognises_finds_it_only_where_the_first_agency_found_something_too() -> None:
    before, after = builders.joint(), _recognition()
    assert _told(before, after, customs=FOUND, quarantine=CLEAN).missed_findings == 1
    assert _told(before, after, customs=FOUND).missed_findings == 1
    assert _told(before, after, customs=FOUND, quarantine=FOUND).missed_findings == 0
    assert _told(before, after).recognised_after == 1


def test_a_spared_inspection_without_a_result_is_unknown() -> None:
    spared = _told(builders.joint(), _none(), customs=CLEAN).spared
    assert (spared.found.hits, spared.found.of, spared.unknown, spared.worst) == (0, 1, 1, 0.5)
    deeper = builders.need("customs", Scope.SAMPLE)
    before = Determination(mode=Mode.SINGLE, needs=(deeper,))
    assert _told(before, _none(), customs=CLEAN).spared.unknown == 1
    added = _told(_none(), builders.joint())
    assert (added.added, added.spared.found.share, added.spared.worst) == (2, None, None)


def test_moves_and_unpackings_are_saved_where_nobody_comes_any_more() -> None:
    whole = _told(builders.joint(), _none())
    containers = int(str(builders.case().inputs.filing["containers"]))
    assert whole.moves_saved.total == whole.unpackings_saved.total == containers
    assert whole.hours_saved.total == 2
    assert whole.cny_saved.total == 11 * containers
    recognised = _told(builders.joint(), _recognition())
    assert [recognised.moves_saved.total, recognised.hours_saved.total] == [0, 1]
    scanned = _told(builders.joint(), _single("customs", Scope.SCAN))
    assert [scanned.moves_saved.total, scanned.unpackings_saved.total] == [0, containers]


def test_figures_are_told_of_each_agency_company_and_heading() -> None:
    told = _told(builders.joint(), _single(), customs=FOUND)
    assert told.by_agency["customs"].missed_findings == 1
    assert told.by_agency["quarantine"].missed_findings == 0
    assert [each.missed_findings for each in told.by_company.values()] == [1]
    headings = {str(line["hs_code"])[:4] for line in builders.case().inputs.lines}
    assert set(told.by_goods) == headings
    (company,) = told.by_company.values()
    for own in (company, *told.by_goods.values()):
        assert own.model_dump() == {name: told.model_dump()[name] for name in Figures.model_fields}
    hours = [told.by_agency[name].hours_saved for name in builders.AGENCIES.names]
    assert [each and each.total for each in hours] == [0, 1]


def test_who_would_find_a_reason_to_come_saves_no_hours() -> None:
    told = _told(builders.joint(), _recognition(), quarantine=FOUND)
    own = told.by_agency["customs"]
    assert (own.inspected_before, own.inspected_after) == (1, 1)
    assert own.hours_saved is not None
    assert own.hours_saved.total == told.hours_saved.total == 0


def test_how_many_more_are_recognised_and_missed_has_an_interval() -> None:
    recognised = Compared(
        Filing(builders.case(), {"customs": FOUND}), builders.joint(), _recognition()
    )
    as_before = Compared(Filing(builders.case(), {}), builders.joint(), builders.joint())
    tally = Tally()
    for each in [recognised] * 10 + [as_before] * 10:
        tally.add(each, agencies=builders.AGENCIES, prices=PRICES)
    told = report.report(tally)
    for more in (told.more_recognised, told.more_missed):
        assert more is not None
        assert more.total == 10
        assert 0 < more.low < 10 < more.high < 20


def test_parts_that_were_counted_apart_come_to_the_same() -> None:
    compared = [
        Compared(Filing(builders.case(), looks), builders.joint(), after)
        for looks, after in (({}, _none()), ({"customs": FOUND}, _recognition()))
    ]
    whole, parts = Tally(), Tally()
    for each in compared:
        whole.add(each, agencies=builders.AGENCIES, prices=PRICES)
        part = Tally()
        part.add(each, agencies=builders.AGENCIES, prices=PRICES)
        parts.include(part.dumped())
    assert report.report(parts) == report.report(whole)
    assert +parts.whole == +Counter(whole.whole)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the score interval.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_published_score_intervals(
    hits: int, of: int, low: float, high: float
) -> None:
    found = intervals.share(hits, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@builders.ANY_MACHINE
@given(st.integers(1, 10_000), st.data())
def test_an_interval_holds_its_share_and_narrows_with_more(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    one, ten = intervals.share(hits, of), intervals.share(10 * hits, 10 * of)
    assert 0 <= one.low <= hits / of <= one.high <= 1
    assert ten.high - ten.low < one.high - one.low


def test_of_nothing_anything_may_be_and_sums_vary_as_their_filings_do() -> None:
    assert intervals.share(0, 0) == intervals.Interval(0.0, 1.0)
    assert intervals.total(10, 10, 10) == intervals.Interval(10.0, 10.0)
    half = intervals.total(50, 50, 100)
    assert isclose(half.high - half.low, 2 * intervals.Z * 5)
