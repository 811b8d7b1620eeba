"""Well-formed JSON, before any model sees it.

Pydantic alone takes duplicate keys and NUL, and rounds numbers through a float (measured: a
weight of 12345678901234.1234 lost its last digit). What passes here is carried exactly.
"""

import math
import re
from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import jiter

from shared import errors
from shared.http import faults, refusals

MAX_DEPTH = 32
MAX_VALUES = 200_000
_CONTAINERS = (dict, list)
_NUMBERS = (int, jiter.LosslessFloat)
_INT64 = 2**63
_SAFE_LENGTH = 16  # 15 digits and a point: every double carries them
_POSITION = re.compile(r"(?P<reason>.*) at line (?P<line>\d+) column (?P<column>\d+)", re.DOTALL)
_DUPLICATE = re.compile(r"Detected duplicate key \".*\"", re.DOTALL)


def parse(raw: bytes) -> Any:
    """The document in `raw`, with numbers that have a fraction or exponent as `LosslessFloat`.

    Raises `MalformedJson` (400) for what no reader should guess at, and `Faults` (422) for
    numbers that JSON readers would change and for NUL in text.
    """
    try:
        document = jiter.from_json(
            raw,
            allow_inf_nan=False,
            cache_mode="keys",
            catch_duplicate_keys=True,
            float_mode="lossless-float",
        )
    except ValueError as refused:
        raise _malformed(str(refused)) from None
    exact = _measure(document)
    if not exact or b"\\u0000" in raw:
        _find_faults(document)
    return document


def _malformed(message: str) -> refusals.MalformedJson:
    match = _POSITION.fullmatch(message)
    if match is None:
        return refusals.MalformedJson()
    return refusals.MalformedJson(
        reason=_DUPLICATE.sub("duplicate key", match["reason"]),
        line=int(match["line"]),
        column=int(match["column"]),
    )


def _measure(document: Any) -> bool:
    """Refuse too many levels or values; say whether every number is exact. No recursion."""
    level, values, exact = [document], 1, _is_exact(document)
    for _ in range(MAX_DEPTH + 1):
        nodes = [node for node in level if type(node) in _CONTAINERS]
        if not nodes:
            return exact
        level = [
            child for node in nodes for child in (node.values() if type(node) is dict else node)
        ]
        values += len(level)
        if values > MAX_VALUES:
            raise refusals.BodyTooLarge(max_values=MAX_VALUES)
        exact = exact and all(map(_is_exact, [each for each in level if type(each) in _NUMBERS]))
    raise refusals.MalformedJson(reason="nested too deeply", levels=MAX_DEPTH)


def _is_exact(value: Any) -> bool:
    """Whether a Decimal read through a double is the number that was sent."""
    if type(value) is jiter.LosslessFloat:
        text = str(value)
        if len(text) <= _SAFE_LENGTH and "e" not in text and "E" not in text:
            return True
        number = float(value)
        # The shortest text of the double is what pydantic makes a Decimal of.
        return math.isfinite(number) and value.as_decimal() == Decimal(repr(number))
    return type(value) is not int or -_INT64 <= value < _INT64


def _find_faults(document: Any) -> None:
    """Raise what was sent but would not arrive, with its places; breadth first."""
    found: list[errors.Fault] = []
    waiting: deque[tuple[Any, tuple[str | int, ...]]] = deque([([document], ())])
    while waiting and len(found) < faults.MAX_FAULTS:
        node, path = waiting.popleft()
        for segment, value in _children(node):
            at = (*path, segment)
            if type(value) in _CONTAINERS:
                waiting.append((value, at))
            elif (rule := _broken(value)) is not None:
                found.append(faults.fault(rule, pointer=faults.pointer(at[1:])))
    if found:
        raise errors.Faults(*found[: faults.MAX_FAULTS])


def _children(node: Any) -> Iterable[tuple[str | int, Any]]:
    if type(node) is not dict:
        return enumerate(node)
    if any("\0" in key for key in node):
        raise refusals.MalformedJson(reason="NUL in a key")
    items: Iterable[tuple[str | int, Any]] = node.items()
    return items


def _broken(value: Any) -> faults.Rule | None:
    if isinstance(value, str):
        return faults.FORBIDDEN_CHARACTER if "\0" in value else None
    return None if _is_exact(value) else faults.INEXACT_NUMBER
