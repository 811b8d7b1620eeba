"""Keeps secrets out of logs and out of what probes answer."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

HIDDEN = "[redacted]"
DEEPEST = 8
ERROR_MAX = 500
SECRET_KEY = re.compile(
    r"passw|passphrase|pwd|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key",
    re.IGNORECASE,
)
SECRET_TEXT = (
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/]*(?=@)"), HIDDEN),  # user:password in an address
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?", re.ASCII), HIDDEN),  # a JWT
    (re.compile(r"(?<=input_value=).*?(?=, input_type=)", re.DOTALL), HIDDEN),  # pydantic quotes
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END|\Z)", re.DOTALL), HIDDEN),
)


def text(value: str) -> str:
    """The text without passwords in addresses, bearer tokens and private keys."""
    for pattern, instead in SECRET_TEXT:
        value = pattern.sub(instead, value)
    return value


def error(failed: BaseException) -> str:
    """What is wrong and where, on one line and without values: they are what people declared.

    An error of ours says what it may; a library's ValueError quotes what it was given.
    """
    if isinstance(failed, ValidationError):
        faults = failed.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in faults)
    elif isinstance(failed, ValueError):
        told = "a value is not accepted"
    else:
        told = text(str(failed)) or type(failed).__name__
    return " ".join(told.split())[:ERROR_MAX]


def fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with what their names or their content give away as secret replaced."""
    return {name: _field(name, value, depth=0) for name, value in values.items()}


def _field(name: object, value: Any, *, depth: int) -> Any:
    if isinstance(name, str) and SECRET_KEY.search(name):
        return HIDDEN
    return _value(value, depth=depth)


def _value(value: Any, *, depth: int) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _container(value, depth=depth + 1)
    if value is None or isinstance(value, bool | int | float):
        return value
    return text(str(value))


def _container(value: Any, *, depth: int) -> Any:
    if depth > DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _field(key, inner, depth=depth) for key, inner in value.items()}
    return [_value(inner, depth=depth) for inner in value]
