"""What the command line says: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console

from shared.embedded.errors import EmbeddedError

err = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """A line of progress, for people."""
    err.print(line, markup=False, soft_wrap=True)


def tell(line: str) -> None:
    """A line of what a command is for, on stdout."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def result(document: Mapping[str, Any]) -> None:
    """The last line on stdout: one JSON object."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def report(document: Mapping[str, Any], *, as_json: bool) -> None:
    """The figures of a command: one JSON object, or a line each."""
    if as_json:
        result(document)
        return
    for name, value in document.items():
        sys.stdout.write(f"{name:20} {value}\n")


def fail(english: str, *, chinese: str, mend: str, mend_zh: str, code: int = 2) -> NoReturn:
    """Say what is wrong and how to mend it, then leave with `code`."""
    say(f"error: {english}\n错误：{chinese}\nmend: {mend}\n办法：{mend_zh}")
    raise typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a refusal of the embedded servers into its message."""
    try:
        yield
    except EmbeddedError as refused:
        fail(refused.en, chinese=refused.message_zh, mend=refused.how, mend_zh=refused.how_zh)
