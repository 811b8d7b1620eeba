"""The header `Idempotency-Key`."""

import re

from fastapi import Request

from shared.http import refusals

_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')  # RFC 8941, section 3.3.3
_BARE = re.compile(r"[!#-+\--~]+")


def of(request: Request) -> str:
    """The request's key, quoted (a structured-field string) or bare."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        raise refusals.IdempotencyKeyMissing
    said = given[0].strip()
    quoted = _QUOTED.fullmatch(said)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else said
    if len(given) > 1 or not 1 <= len(key) <= 255 or not (quoted or _BARE.fullmatch(key)):
        raise refusals.IdempotencyKeyMalformed
    return key
