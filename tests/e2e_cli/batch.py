"""Runs command lines, each in a process of its own, forked where the program is imported already.

Importing takes longer than most of what is tried. Reads a JSON list of commands from stdin, writes
a JSON list of what became of them to stdout.
"""

import json
import os
import sys
import tempfile
import time
import traceback
from importlib import import_module
from typing import Any, NoReturn

from services.cli import loading
from services.cli.main import main
from services.cli.registry import ENTRIES

PATIENCE = 60.0
COMMANDS = ("contracts", "embedded", "provisioning", "replay", "standalone", "tokens", "verify")


def _prepare(commands: list[dict[str, Any]]) -> None:
    """Import what each command imports when it runs, so that no fork has to.

    For good: or each fork, when it ends, touches and copies all of it, in 0.7 s.
    """
    with loading.for_good():
        for name in COMMANDS:
            import_module(f"services.cli.{name}")
        for entry in ENTRIES:
            entry.load()
        if any(command["args"][0] == "plan" for command in commands):
            import_module("services.booking.optimizer.warm").run()  # the kernel's machine code


def _run(command: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.environ |= command["env"]
            sys.argv = ["onestop", *command["args"]]
            _end(*_outcome())
        code = _wait(pid)
        seconds = time.monotonic() - began
        texts = [_read(each.fileno()) for each in (out, err)]
        return {"code": code, "out": texts[0], "err": texts[1], "seconds": seconds}


def _outcome() -> tuple[object, str]:
    """What the command's process would end with, and what it would say at last."""
    try:
        main()
    except SystemExit as ended:
        return ended.code, ""
    except BaseException:
        return 1, traceback.format_exc()
    return 0, ""


def _end(code: object, last: str) -> NoReturn:
    """End at once: taking apart all that was imported takes 0.4 s."""
    if not isinstance(code, int | None):
        code, last = 1, str(code)
    sys.stderr.write(last)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def _wait(pid: int) -> int | None:
    """Its exit code; None if it had to be killed."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return None


def _read(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    _prepare(asked)
    json.dump([_run(command) for command in asked], sys.stdout)
