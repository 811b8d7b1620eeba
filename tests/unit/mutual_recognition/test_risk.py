"""Rates of findings: shrunk to the group, firmer with more inspections, whatever the order."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.risk import beta, rates
from services.mutual_recognition.risk.rates import Count, Rate, Rates

COUNTS = st.builds(
    lambda found, clean: Count(found, found + clean), st.integers(0, 40), st.integers(0, 40)
)
MEMBERS = st.lists(COUNTS, max_size=12).map(
    lambda counts: {f"{'abc'[number % 3]}{number}": each for number, each in enumerate(counts)}
)
RATES = st.builds(Rate, a=st.floats(0.05, 200), b=st.floats(0.05, 200))


def _fitted(counts: dict[str, Count]) -> Rates:
    """Members in the groups of their first letters."""
    return rates.fitted(counts, groups=[lambda member: member[:1]])


@given(MEMBERS)
def test_a_rate_lies_between_what_was_found_and_its_group(counts: dict[str, Count]) -> None:
    learnt = _fitted(counts)
    for member, count in counts.items():
        mean, group = learnt.of(member).mean, learnt.prior(member).mean
        own = count.found / count.inspected if count.inspected else group
        assert min(own, group) - 1e-12 <= mean <= max(own, group) + 1e-12


@given(MEMBERS)
def test_groups_lie_between_what_was_found_in_them_and_the_whole(counts: dict[str, Count]) -> None:
    learnt = _fitted(counts)
    for name, prior in {member[:1]: learnt.prior(member) for member in counts}.items():
        every = sum((own for key, own in counts.items() if key[:1] == name), start=rates.NOTHING)
        own = every.found / every.inspected if every.inspected else learnt.whole.mean
        assert min(own, learnt.whole.mean) - 1e-12 <= prior.mean
        assert prior.mean <= max(own, learnt.whole.mean) + 1e-12


@given(MEMBERS.flatmap(lambda counts: st.tuples(st.just(counts), st.permutations([*counts]))))
def test_the_order_of_members_does_not_matter(both: tuple[dict[str, Count], list[str]]) -> None:
    counts, mixed = both
    one, other = _fitted(counts), _fitted({member: counts[member] for member in mixed})
    assert [one.of(member) for member in counts] == [other.of(member) for member in counts]


@given(RATES, st.lists(st.booleans(), max_size=40))
def test_one_by_one_is_as_good_as_at_once(prior: Rate, results: list[bool]) -> None:
    step = prior
    for found in results:
        step = step.updated(Count(int(found), 1))
    at_once = prior.updated(Count(sum(results), len(results)))
    assert isclose(step.a, at_once.a)
    assert isclose(step.b, at_once.b)


@given(st.floats(0.02, 0.98), st.floats(1, 300), st.floats(1.2, 10))
def test_more_inspections_of_the_same_rate_narrow_the_interval(
    mean: float, strength: float, times: float
) -> None:
    wide = Rate.of(mean, strength=strength).interval()
    narrow = Rate.of(mean, strength=strength * times).interval()
    assert narrow.high - narrow.low < wide.high - wide.low


def test_a_company_inspected_once_hardly_leaves_its_group_and_one_inspected_often_does() -> None:
    others = {f"o{number}": Count(5 + number % 11, 100) for number in range(66)}
    learnt = _fitted({**others, "once": Count(1, 1), "often": Count(50, 100)})
    group = learnt.prior("o").mean
    assert 0.1 < group < 0.11
    assert learnt.of("once").mean < 0.15
    assert learnt.of("often").mean > 0.35


def test_members_that_do_not_differ_at_all_are_as_one() -> None:
    learnt = _fitted({f"a{number}": Count(5, 50) for number in range(20)})
    assert learnt.strength == 1_000


def test_members_that_differ_by_chance_alone_are_taken_as_alike() -> None:
    """Of 160 that four coins were tossed for, as many found each number as is expected."""
    tossed = [found for found, times in enumerate((10, 40, 60, 40, 10)) for _ in range(times)]
    learnt = _fitted({f"a{number}": Count(found, 4) for number, found in enumerate(tossed)})
    assert learnt.strength > 400


def test_members_that_have_nothing_in_common_tell_little_of_each_other() -> None:
    learnt = _fitted({f"a{number}": Count(50 * (number % 2), 50) for number in range(20)})
    assert learnt.strength == 1
    assert learnt.of("a1").mean > 0.98


def test_the_strength_of_a_group_is_that_of_the_beta_it_was_made_by() -> None:
    """Of Beta(2, 6), by its quantiles, 5,000 inspections each: chance plays no part."""
    shares = [beta.quantile((number + 0.5) / 200, 2, 6) for number in range(200)]
    made = {f"a{number}": Count(round(5_000 * each), 5_000) for number, each in enumerate(shares)}
    assert _fitted(made).strength == pytest.approx(8, rel=0.05)


def test_whether_members_inspected_once_are_alike_is_not_made_up() -> None:
    learnt = _fitted({f"a{number}": Count(number % 2, 1) for number in range(20)})
    assert learnt.strength == 1


def test_a_new_member_has_the_rate_of_its_group_and_a_new_group_that_of_the_whole() -> None:
    learnt = _fitted({"a1": Count(9, 10), "a2": Count(8, 10), "b1": Count(1, 10)})
    assert learnt.of("a3") == learnt.prior("a1")
    assert learnt.of("c1") == learnt.whole
    assert learnt.prior("b1").mean < learnt.whole.mean < learnt.prior("a1").mean


def test_a_new_group_has_the_rate_of_what_is_above_it() -> None:
    levels = [lambda member: member[:2], lambda group: group[:1]]
    counts = {"a1x": Count(9, 10), "a1y": Count(8, 10), "a2x": Count(7, 10), "b1x": Count(0, 30)}
    learnt = rates.fitted(counts, groups=levels)
    assert learnt.of("b9z").mean < learnt.of("c9z").mean < learnt.of("a9z").mean
    assert isclose(learnt.of("c9z").mean, learnt.whole.mean)
    assert len(learnt.alone("a1x")) == 3


def test_of_nothing_inspected_nothing_is_known() -> None:
    interval = _fitted({}).of("a").interval()
    assert interval.low < 0.01
    assert interval.high > 0.99
