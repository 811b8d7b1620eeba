"""What is known and what is expected: what prices are found for (`foresight`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.booking.optimizer.problem import Problem, Request, Stretch


@dataclass(frozen=True)
class Outlook:
    """Requests that are known, and those that are expected, each for `share` of a request.

    The problem has the bays and teams with all their hours, and what is known; `taken` says, by
    resource, in which slots it is not free. So there are few pools: what is left of its hours is
    each one's own.
    """

    problem: Problem
    taken: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    expected: Sequence[Request] = ()
    share: float = 1.0
