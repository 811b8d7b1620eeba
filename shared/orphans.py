"""A process that works for another one ends with it."""

import os
import threading
import time

LOOK_SECONDS = 1.0


def end_with(parent: int) -> None:
    """End this process soon after `parent`, the process that started it, is gone.

    A service that is killed cannot kill its workers, which would go on for nobody.
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
