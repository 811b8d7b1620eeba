"""What a backtest says, made from the sums of all filings."""

from collections.abc import Mapping
from decimal import Decimal

from services.mutual_recognition.domain import intervals
from services.mutual_recognition.rules.tally import SQUARED, Sums, Tally
from shared.contracts.envelope import Fact

MOST = 20
"""Companies and headings that are told: those with the most missed findings, then changes."""
SAVED_AS: Mapping[str, tuple[str, Decimal]] = {
    "more_recognised": ("recognised", Decimal(1)),
    "more_missed": ("missed", Decimal(1)),
    "moves_saved": ("moves", Decimal(1)),
    "unpackings_saved": ("unpackings", Decimal(1)),
    "hours_saved": ("minutes", Decimal(60)),
    "cny_saved": ("fen", Decimal(100)),
}
"""Each with the sum that it is of, and how many of its unit are one: minutes, CNY 0.01."""


class Share(Fact):
    """How many of how many, with the 95% interval of Wilson; `share` is null of nothing."""

    hits: int
    of: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of_counts(cls, hits: int, of: int) -> "Share":
        """From what was counted."""
        interval = intervals.share(hits, of)
        low, high = round(interval.low, 6), round(interval.high, 6)
        share = round(hits / of, 6) if of else None
        return cls(hits=hits, of=of, share=share, low=low, high=high)


class Saved(Fact):
    """What the draft saves (negative: costs) or adds over some filings, with the 95% interval of
    the sum over as many filings again, by the central limit theorem.
    """

    total: Decimal
    low: Decimal
    high: Decimal


class Spared(Fact):
    """Inspections by an agency that the draft spares, by what is known of them.

    `found`: findings among those that were inspected. `unknown` were not inspected, or their result
    is to come: nobody knows what is in them. `worst`: the share if all of these were findings.
    """

    found: Share
    unknown: int
    worst: float | None


class Figures(Fact):
    """Of some filings, without (`before`) and with (`after`) the draft.

    `inspected` have a result of at least one agency. `missed_findings` are findings of an agency
    that would not inspect any more, or not as deep; `missed_before` the same without the draft.
    `added`: inspections that only the draft makes, whose results nobody knows. Saved are containers
    moved and unpacked, teams' hours and CNY; null in reports that were made before it was told.
    """

    filings: int
    inspected: int
    changed: int
    recognised_before: int
    recognised_after: int
    missed_findings: int
    missed_before: int
    added: int
    spared: Spared
    more_recognised: Saved | None = None
    more_missed: Saved | None = None
    moves_saved: Saved | None = None
    unpackings_saved: Saved | None = None
    hours_saved: Saved | None = None
    cny_saved: Saved | None = None


class Whole(Figures):
    """Of all filings; `changed_share` and `recognised_share` (with the draft) are of all."""

    changed_share: Share
    recognised_share: Share
    moves_saved: Saved
    unpackings_saved: Saved
    hours_saved: Saved
    cny_saved: Saved


class OfAgency(Fact):
    """The inspections of one agency."""

    inspected_before: int
    inspected_after: int
    missed_findings: int
    missed_before: int
    added: int
    spared: Spared
    hours_saved: Saved | None = None


class Report(Whole):
    """All of a backtest. A filing of several goods counts in each of its headings."""

    by_company: Mapping[str, Figures]
    by_goods: Mapping[str, Figures]
    by_agency: Mapping[str, OfAgency]


def report(tally: Tally) -> Report:
    """What the sums say."""
    sums = tally.whole
    filings = sums["filings"]
    return Report(
        **_figures(sums).model_dump(),
        changed_share=Share.of_counts(sums["changed"], filings),
        recognised_share=Share.of_counts(sums["recognised_after"], filings),
        by_company=_first(tally.companies),
        by_goods=_first(tally.goods),
        by_agency={name: _of_agency(own) for name, own in sorted(tally.agencies.items())},
    )


def _first(parts: Mapping[str, Sums]) -> dict[str, Figures]:
    def weight(name: str) -> tuple[int, int, int, str]:
        own = parts[name]
        return -own["missed_findings"], -own["changed"], -own["filings"], name

    return {name: _figures(parts[name]) for name in sorted(parts, key=weight)[:MOST]}


def _figures(sums: Sums) -> Figures:
    counted = {name: sums[name] for name in _counts(Figures)}
    saved = {name: _saved(sums, *of) for name, of in SAVED_AS.items()}
    return Figures(**counted, **saved, spared=_spared(sums))


def _of_agency(sums: Sums) -> OfAgency:
    counted = {name: sums[name] for name in _counts(OfAgency)}
    hours = _saved(sums, *SAVED_AS["hours_saved"])
    return OfAgency(**counted, spared=_spared(sums), hours_saved=hours)


def _counts(told: type[Fact]) -> set[str]:
    return told.model_fields.keys() - {"spared", *SAVED_AS}


def _spared(sums: Sums) -> Spared:
    found, unknown = sums["spared_found"], sums["spared_unknown"]
    known = found + sums["spared_clean"]
    every = known + unknown
    return Spared(
        found=Share.of_counts(found, known),
        unknown=unknown,
        worst=round((found + unknown) / every, 6) if every else None,
    )


def _saved(sums: Sums, name: str, unit: Decimal) -> Saved:
    interval = intervals.total(sums[name], sums[name + SQUARED], sums["filings"])
    return Saved(
        total=_rounded(Decimal(sums[name]) / unit),
        low=_rounded(Decimal(interval.low) / unit),
        high=_rounded(Decimal(interval.high) / unit),
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
