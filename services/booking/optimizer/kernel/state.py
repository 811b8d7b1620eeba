"""A search's state as a whole."""

from services.booking.optimizer.kernel import masks
from services.booking.optimizer.kernel.compiled import entry


@entry
def refresh_all(frame, state):
    """Works `runs` out for every pool and day."""
    for pool in range(len(frame.capacity)):
        for day in range(frame.days):
            masks.refresh(frame, state, pool, day)
