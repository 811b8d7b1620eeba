"""How good a rating is: what would have been missed, had those that it puts lowest been spared."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from math import exp, log

from services.mutual_recognition.rules.report import Share
from shared.contracts.envelope import Fact

SHARES = (0.10, 0.25, 0.50)

Rated = tuple[float, bool]
"""The rating of one that was inspected, and whether something was found."""


class Spared(Fact):
    """Those of the lowest ratings, at most the part `at_most` of all.

    Equal ratings are spared together or not at all, so that it may be less. `found` is what was
    found in them, with Wilson's 95% interval; `expected` the mean of their ratings.
    """

    at_most: float
    found: Share
    expected: float | None


class Judged(Fact):
    """One rating. `auc`: how often one with a finding is rated above one without, ties as half."""

    auc: float | None
    spared: tuple[Spared, ...]


def judged(rated: Collection[Rated], *, shares: Iterable[float] = SHARES) -> Judged:
    """What came of those that were rated, in any order."""
    ordered = sorted(rated)
    ties = [[found for _, found in tied] for _, tied in groupby(ordered, key=lambda each: each[0])]
    return Judged(
        auc=_auc(ties), spared=tuple(_spared(ordered, ties, at_most) for at_most in shares)
    )


def together(base: float, means: Iterable[float]) -> float:
    """One rating of several, as if each told of something else (naive Bayes).

    Each is above 0 and below 1, and so is `base`, the rate where nothing is known.
    """
    odds = _log_odds(base) + sum(_log_odds(mean) - _log_odds(base) for mean in means)
    return 1 / (1 + exp(-odds))


def _spared(rated: Sequence[Rated], ties: Iterable[Sequence[bool]], at_most: float) -> Spared:
    count = 0
    for tied in ties:
        if count + len(tied) > at_most * len(rated):
            break
        count += len(tied)
    hits = sum(found for _, found in rated[:count])
    expected = sum(rating for rating, _ in rated[:count])
    return Spared(
        at_most=at_most,
        found=Share.of_counts(hits, count),
        expected=round(expected / count, 6) if count else None,
    )


def _auc(ties: Iterable[Sequence[bool]]) -> float | None:
    """By H. B. Mann and D. R. Whitney (1947); None where all or none had a finding."""
    above = clean = found = 0.0
    for tied in ties:
        hits = sum(tied)
        above += hits * (clean + (len(tied) - hits) / 2)
        clean += len(tied) - hits
        found += hits
    return round(above / (clean * found), 6) if clean and found else None


def _log_odds(share: float) -> float:
    return log(share / (1 - share))
