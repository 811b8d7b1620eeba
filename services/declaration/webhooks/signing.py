"""Secrets and signatures, after the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: signed
is `id.timestamp.body` with HMAC-SHA256; a secret is `whsec_` and 24 to 64 bytes in base64; several
signatures, divided by spaces, let a secret be exchanged.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32
FEWEST, MOST = 24, 64


def new_secret(random: Callable[[int], bytes]) -> str:
    """A secret from so many random bytes."""
    return PREFIX + base64.b64encode(random(BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not FEWEST <= len(key) <= MOST:
        raise ValueError("not a secret of a webhook")
    return key


def headers(
    message_id: str, body: bytes, *, secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """The three headers of a notice, sent at `now` (wall time) and signed with each secret."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = [
        base64.b64encode(hmac.digest(key_of(each), signed, hashlib.sha256)).decode()
        for each in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
