"""The electronic seal on a release notice: a JSON Web Signature (RFC 7515) by EdDSA.

What is signed is a short statement that names the notice, its containers while they are few, that
it is of the sandbox if it is, and the SHA-256 of the notice's text: so it fits into a QR code, and
whoever has the public key reads there without any network what a paper ought to say.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared import keyfile

ALGORITHM = "EdDSA"
TYP = "onestop-release-notice"
"""In the signature's header: nothing else that a key signs can pass for a seal."""
NAMED_AT_MOST = 12
"""Containers that the statement names; beyond, the code would be too dense to be read."""


@dataclass(frozen=True)
class Seal:
    """A private key that seals."""

    key: Ed25519PrivateKey

    @cached_property
    def id(self) -> str:
        """The thumbprint of the public key."""
        return keyfile.thumbprint(self.key.public_key())

    @property
    def public(self) -> str:
        """The public key, base64url without padding: `x` of its JSON Web Key."""
        return keyfile.jwk(self.key.public_key())["x"]

    def on(self, text: str) -> str:
        """The seal on a notice's text; the same text gives the same seal."""
        return jwt.encode(
            statement(text), self.key, algorithm=ALGORITHM, headers={"typ": TYP, "kid": self.id}
        )


def statement(text: str) -> dict[str, Any]:
    """What is signed of a notice's text."""
    notice = json.loads(text)
    containers = notice["containers"]
    named = {"containers": containers} if 0 < len(containers) <= NAMED_AT_MOST else {}
    return {
        "notice": notice["number"],
        "released": notice["released_at"],
        **named,
        **({"sandbox": True} if notice["sandbox"] else {}),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def holds(seal: str, text: str, *, public: Ed25519PublicKey) -> bool:
    """Whether this key has put this seal on this text."""
    try:
        signed = jwt.decode_complete(seal, public, algorithms=[ALGORITHM])
        said = statement(text)
    except (jwt.InvalidTokenError, ValueError, LookupError, TypeError):
        return False
    return bool(signed["header"].get("typ") == TYP and signed["payload"] == said)
