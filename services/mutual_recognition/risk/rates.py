"""Rates of findings among inspected, each shrunk to its group by as much as its members are alike.

A beta-binomial model, its priors estimated from the data (empirical Bayes). How alike the members
of a group are is told by moments: J. C. Kleinman, "Proportions with extraneous variance: single
and independent samples", JASA 68 (1973).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from services.mutual_recognition.domain.intervals import CONFIDENCE, Interval
from services.mutual_recognition.risk import beta


@dataclass(frozen=True)
class Count:
    """How many of the inspected had a finding."""

    found: int
    inspected: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.found + other.found, self.inspected + other.inspected)


NOTHING = Count(0, 0)


@dataclass(frozen=True)
class Rate:
    """What is believed of a rate of findings: Beta(a, b), as if `a` of `a + b` had been found."""

    a: float
    b: float

    @classmethod
    def of(cls, mean: float, *, strength: float) -> "Rate":
        """Believed to be `mean` as firmly as after `strength` inspections."""
        return cls(mean * strength, (1 - mean) * strength)

    @property
    def mean(self) -> float:
        """The expected rate, from 0 to 1."""
        return self.a / self.strength

    @property
    def strength(self) -> float:
        """As many inspections as this is worth."""
        return self.a + self.b

    def updated(self, count: Count) -> "Rate":
        """With what more inspections found; one by one or at once is the same."""
        return Rate(self.a + count.found, self.b + count.inspected - count.found)

    def interval(self) -> Interval:
        """Where the rate lies with 95%, as probably below it as above (credible interval)."""
        tail = (1 - CONFIDENCE) / 2
        return Interval(
            beta.quantile(tail, self.a, self.b), beta.quantile(1 - tail, self.a, self.b)
        )


JEFFREYS = Rate(0.5, 0.5)
"""What is believed of a rate of which nothing is known."""


GroupOf = Callable[[str], str]
"""The group of a member."""


@dataclass(frozen=True)
class Rates:
    """The rates of all members.

    `whole` is what is believed of a new member of a new group. Where members are in groups, those
    have rates of their own, `above`, and to know its group is worth `strength` inspections of one.
    """

    counts: Mapping[str, Count]
    whole: Rate
    strength: float
    group_of: GroupOf | None = None
    above: "Rates | None" = None

    def of(self, member: str) -> Rate:
        """A member's rate; of one never inspected that of its group, or of what is above that."""
        return self.prior(member).updated(self.counts.get(member, NOTHING))

    def group(self, member: str) -> str:
        """The group of a member; of one without any, itself."""
        return member if self.group_of is None else self.group_of(member)

    def alone(self, member: str) -> tuple[Rate, ...]:
        """What a member's own count says, and what those of its groups do, by Jeffreys' prior."""
        own = JEFFREYS.updated(self.counts.get(member, NOTHING))
        return (own,) if self.above is None else (own, *self.above.alone(self.group(member)))

    def prior(self, member: str) -> Rate:
        """What is believed of a member before it is inspected: by its group, and what is above."""
        if self.above is None:
            return self.whole
        group = self.group(member)
        known = group in self.above.counts
        strength = self.strength if known else self.whole.strength
        return Rate.of(self.above.of(group).mean, strength=strength)


def fitted(counts: Mapping[str, Count], *, groups: Sequence[GroupOf]) -> Rates:
    """The rates of what was counted: members shrunk to their group, and so on up to the whole.

    `groups` tell a member's group, that one's group, and so on.
    """
    whole = Rate.of(_mean(_sum(counts.values())), strength=_strength([counts.values()]))
    if not groups:
        return Rates(counts, whole, whole.strength)
    group_of, *further = groups
    parts: defaultdict[str, list[Count]] = defaultdict(list)
    for member, count in counts.items():
        parts[group_of(member)].append(count)
    sums = {group: _sum(members) for group, members in parts.items()}
    above = fitted(sums, groups=further)
    return Rates(counts, whole, _strength(parts.values()), group_of, above)


def _strength(groups: Iterable[Collection[Count]]) -> float:
    """How many inspections it is worth to know a member's group: `a + b` of the groups' priors.

    Rates of members that differ by chance alone have the variance pq/n; what is beyond it is put
    to the members, as the correlation 1 / (a + b + 1) within each. Not less than 1, which is that
    of Jeffreys' prior, and no more than there were inspections.
    """
    beyond, room, inspected = [0.0], [0.0], 0
    for members in groups:
        every = _sum(members)
        inspected += every.inspected
        for own in members:
            if own.inspected:
                p = every.found / every.inspected
                by_chance = p * (1 - p) * (1 - own.inspected / every.inspected)
                beyond.append(own.inspected * (own.found / own.inspected - p) ** 2 - by_chance)
                room.append(by_chance * (own.inspected - 1))
    if fsum(room) <= 0:
        return 1.0  # one member, or each inspected once: whether they are alike cannot be seen
    correlation = fsum(beyond) / fsum(room)
    strength = 1 / correlation - 1 if correlation > 0 else inspected
    return max(1.0, min(strength, float(inspected)))


def _mean(count: Count) -> float:
    """Neither 0 nor 1, also where none or all were found: by Jeffreys' prior."""
    return JEFFREYS.updated(count).mean


def _sum(counts: Iterable[Count]) -> Count:
    return sum(counts, start=NOTHING)
