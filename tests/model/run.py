"""Runs the model: so many towns, drawn from a seed, so that every run can be repeated."""

import hypothesis
import structlog.testing
from hypothesis.stateful import run_state_machine_as_test

from tests.model import yard_rows
from tests.model.machine import TownMachine

STEPS = 40
BATCH = 20
"""Towns drawn from one number: what Hypothesis draws after more of them is much alike."""


def run(*, examples: int, seed: int, shrink: bool = True) -> None:
    """Live through that many towns. Raises AssertionError with the shortest way to a fault."""
    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    with yard_rows.in_memory(), structlog.testing.capture_logs():
        for batch, first in enumerate(range(0, examples, BATCH)):
            settings = hypothesis.settings(
                max_examples=min(BATCH, examples - first),
                stateful_step_count=STEPS,
                phases=phases,
                database=None,
                deadline=None,
                suppress_health_check=list(hypothesis.HealthCheck),
                print_blob=False,
            )
            seeded = hypothesis.seed(seed * 1_000_000 + batch)(TownMachine)
            run_state_machine_as_test(seeded, settings=settings)
