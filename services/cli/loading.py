"""How the commands that serve import what they need."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000
"""So many new objects are made before the collector looks at them."""


@contextmanager
def for_good() -> Iterator[None]:
    """What is imported in the block lives as long as the process does.

    So the garbage collector neither interrupts the block nor looks at any of it later: not while
    serving, and not at the end. Of 3.1 s of CPU that all services took to import and to leave,
    2.2 s are left. What a request makes is many times the collector's usual 700 objects and gone
    at its end: looking less often takes some 5% less CPU of a filing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()
