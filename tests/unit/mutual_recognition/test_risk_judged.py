"""The beta distribution against what is known of it, and ratings against what was found."""

from math import comb, isclose
from statistics import fmean

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.mutual_recognition.risk import beta, judging

RATED = st.lists(st.tuples(st.sampled_from((0.1, 0.2, 0.3, 0.7)), st.booleans()), max_size=30)
PARAMETERS = st.floats(0.05, 500)


@given(st.floats(0, 1), st.integers(1, 30), st.integers(1, 30))
def test_the_part_below_is_that_of_the_binomial(x: float, a: int, b: int) -> None:
    """DLMF 8.17.5."""
    n = a + b - 1
    known = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert isclose(beta.below(x, a, b), known, rel_tol=1e-9, abs_tol=1e-12)


@given(st.integers(0, 1024), PARAMETERS, PARAMETERS)
def test_what_lies_below_and_above_is_all(of_1024: int, a: float, b: float) -> None:
    x = of_1024 / 1024  # which 1 - x has exactly
    assert 0 <= beta.below(x, a, b) <= 1 + 1e-12
    assert isclose(beta.below(x, a, b) + beta.below(1 - x, b, a), 1, abs_tol=1e-10)


@given(st.floats(0.001, 0.999), st.floats(1, 500), st.floats(1, 500))
def test_a_quantile_is_found_again(part: float, a: float, b: float) -> None:
    assert isclose(beta.below(beta.quantile(part, a, b), a, b), part, abs_tol=1e-8)


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        (1, 1, 0.025, 0.975),
        (2, 1, 0.025**0.5, 0.975**0.5),
        (0.5, 0.5, 0.0015413331334360, 0.9984586668665640),  # the arcsine's: sin²(πp/2)
    ],
)
def test_intervals_are_those_known(a: float, b: float, low: float, high: float) -> None:
    assert beta.quantile(0.025, a, b) == pytest.approx(low, rel=1e-8)
    assert beta.quantile(0.975, a, b) == pytest.approx(high, rel=1e-8)


@given(RATED)
def test_the_auc_is_the_share_of_pairs_in_the_right_order(rated: list[judging.Rated]) -> None:
    pairs = [(bad, good) for bad, found in rated if found for good, other in rated if not other]
    right = sum(1.0 if bad > good else 0.5 if bad == good else 0.0 for bad, good in pairs)
    known = right / len(pairs) if pairs else None
    assert judging.judged(rated).auc == (None if known is None else pytest.approx(known, abs=1e-6))


@given(RATED, st.floats(0, 1))
@example([(0.1, False), (0.2, True)], 0.5)
def test_the_lowest_are_spared_up_to_the_share_and_equals_together(
    rated: list[judging.Rated], at_most: float
) -> None:
    (spared,) = judging.judged(rated, shares=[at_most]).spared
    assert spared.found.of <= at_most * len(rated)
    count_up_to = {each: sum(own <= each for own, _ in rated) for each, _ in rated}
    fitting = [each for each, count in count_up_to.items() if count <= at_most * len(rated)]
    highest = max(fitting, default=-1.0)
    assert spared.found.of == sum(own <= highest for own, _ in rated)
    assert spared.found.hits == sum(found for own, found in rated if own <= highest)
    ratings = [own for own, _ in rated if own <= highest]
    assert spared.expected == (pytest.approx(fmean(ratings), abs=1e-6) if ratings else None)


@given(RATED.flatmap(lambda rated: st.tuples(st.just(rated), st.permutations(rated))))
def test_the_order_of_the_rated_does_not_matter(
    both: tuple[list[judging.Rated], list[judging.Rated]],
) -> None:
    assert judging.judged(both[0]) == judging.judged(both[1])


def test_a_rating_that_says_as_the_base_adds_nothing_and_two_that_agree_say_more() -> None:
    assert judging.together(0.2, (0.2, 0.6)) == pytest.approx(0.6)
    assert judging.together(0.2, (0.6, 0.6)) == pytest.approx(0.9)
    assert judging.together(0.2, (0.1, 0.1)) < 0.1
