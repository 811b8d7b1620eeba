"""Rates of findings among inspected, each shrunk to its group by as much as its members are alike.

A beta-binomial model, its priors estimated from the data (empirical Bayes). How alike the members
of a group are is told by moments: J. C. Kleinman, "Proportions with extraneous variance: single
and independent samples", JASA 68 (1973).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
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


@dataclass(frozen=True)
class Rates:
    """The rates of all members.

    `groups` and `whole` are what is believed of a new member, by its group or where that is new
    too; to know its group is worth `strength` inspections of it. `sums` are the groups' counts.
    """

    counts: Mapping[str, Count]
    sums: Mapping[str, Count]
    group_of: Callable[[str], str]
    groups: Mapping[str, Rate]
    whole: Rate
    strength: float

    def of(self, member: str) -> Rate:
        """A member's rate; of one never inspected its group's, of an unknown group the whole's."""
        prior = self.groups.get(self.group_of(member), self.whole)
        return prior.updated(self.counts.get(member, NOTHING))

    def alone(self, member: str) -> tuple[Rate, Rate]:
        """What a member's own count says, and what that of its group does, by Jeffreys' prior."""
        group = self.sums.get(self.group_of(member), NOTHING)
        return JEFFREYS.updated(self.counts.get(member, NOTHING)), JEFFREYS.updated(group)


def fitted(counts: Mapping[str, Count], *, group_of: Callable[[str], str]) -> Rates:
    """The rates of what was counted: members shrunk to their group, groups to the whole."""
    parts: defaultdict[str, list[Count]] = defaultdict(list)
    for member, count in counts.items():
        parts[group_of(member)].append(count)
    sums = {group: _sum(members) for group, members in parts.items()}
    mean = _mean(_sum(sums.values()))
    group = Rate.of(mean, strength=_strength([sums.values()]))
    strength = _strength(parts.values())
    return Rates(
        counts=counts,
        sums=sums,
        group_of=group_of,
        groups={
            name: Rate.of(group.updated(own).mean, strength=strength) for name, own in sums.items()
        },
        whole=Rate.of(mean, strength=_strength([counts.values()])),
        strength=strength,
    )


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
