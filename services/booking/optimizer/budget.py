"""How long a plan may take: until a deadline, or for so many turns, or until it is called off."""

import threading
import time
from dataclasses import dataclass, field

AMPLE_SECONDS, AMPLE_TURNS = 10.0, 400


@dataclass(frozen=True)
class Budget:
    """`seconds` of wall time or `turns` of the search, whichever ends first.

    With turns alone a plan depends on its seed and nothing else; with seconds, also on the
    machine's speed. `stop` ends the search from another thread within a turn.
    """

    seconds: float | None = None
    turns: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def ample(self) -> bool:
        """Is there time for a bound that converges slowly?"""
        enough = self.seconds is None or self.seconds >= AMPLE_SECONDS
        return enough and (self.turns is None or self.turns >= AMPLE_TURNS)

    def __post_init__(self) -> None:
        if self.seconds is None and self.turns is None:
            raise ValueError("a plan needs a limit: seconds, turns or both")


@dataclass
class Spent:
    """What is used up of a budget."""

    budget: Budget
    begun: float = field(default_factory=time.monotonic)
    turns: int = 0

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.begun

    @property
    def share(self) -> float:
        """0 at the start, 1 when it is used up."""
        budget = self.budget
        if budget.stop.is_set():
            return 1.0
        by_time = self.seconds / max(budget.seconds, 1e-9) if budget.seconds is not None else 0.0
        by_turns = self.turns / max(budget.turns, 1) if budget.turns is not None else 0.0
        return min(1.0, max(by_time, by_turns))
