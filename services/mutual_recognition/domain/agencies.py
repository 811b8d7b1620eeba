"""Which agencies there are and what their teams can do: data, so that a third can be added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from shared.contracts.values import Scope

GENERAL = "general"
SPECIALITIES_MAX = 2
MINUTES_MAX = 180
MINUTES_A_FURTHER_CONTAINER = 10
MINUTES: Mapping[Scope, int] = {
    Scope.DOCUMENTS: 15,
    Scope.SCAN: 30,
    Scope.UNPACK: 60,
    Scope.SAMPLE: 75,
}


@dataclass(frozen=True)
class Agencies:
    """The agencies that select, and the two between which recognition works.

    `primary` inspects and `secondary` may recognise. `skills` names, for each agency, what its
    teams can be asked for besides general work.
    """

    skills: Mapping[str, tuple[str, ...]]
    primary: str
    secondary: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every agency, the primary first: the order of all lists of needs."""
        others = (name for name in self.skills if name != self.primary)
        return (self.primary, *others)

    def among(self, names: Collection[str]) -> "Agencies":
        """These agencies without those that are not named; the pair is always among them."""
        taken = {*names, self.primary, self.secondary}
        if taken >= self.skills.keys():
            return self
        kept = {name: skills for name, skills in self.skills.items() if name in taken}
        return Agencies(skills=kept, primary=self.primary, secondary=self.secondary)

    def first_of(self, agencies: frozenset[str]) -> str | None:
        """Which of some agencies leads the inspection."""
        return next((name for name in self.names if name in agencies), None)


def minutes(base: int, *, containers: int) -> int:
    """The minutes an inspection takes: the row's, and a little for each further container."""
    return min(MINUTES_MAX, base + MINUTES_A_FURTHER_CONTAINER * max(0, containers - 1))


def specialities(skills: tuple[str, ...]) -> tuple[str, ...]:
    """At most two specialities, the first named ones; general work if there is none.

    No yard has a team of three specialities, so a need for three could never be booked.
    """
    special = tuple(dict.fromkeys(skill for skill in skills if skill != GENERAL))
    return special[:SPECIALITIES_MAX] or (GENERAL,)
