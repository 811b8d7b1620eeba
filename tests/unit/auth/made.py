"""Keys and tokens for the tests: an identity provider of our own, and its enemies."""

import base64
import functools
import json
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from shared.auth import jwks, tokens

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ISSUER = "https://id.example.org"
PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ED = Ed25519PrivateKey.generate()
OTHER_ED = Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())


@functools.cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def entry(key: PrivateKey, kid: str, **members: str) -> dict[str, Any]:
    """The public half as a member of a key set."""
    public: Any = key.public_key()
    made: dict[str, Any]
    if isinstance(key, Ed25519PrivateKey):
        made = json.loads(OKPAlgorithm.to_jwk(public))
    elif isinstance(key, rsa.RSAPrivateKey):
        made = json.loads(RSAAlgorithm.to_jwk(public))
    else:
        made = json.loads(ECAlgorithm.to_jwk(public))
    made.pop("key_ops", None)
    return {**made, "kid": kid, **members}


def document() -> dict[str, Any]:
    keys = [entry(ED, "ed"), entry(EC, "ec"), entry(rsa_key(), "rsa")]
    return {"keys": keys}


def checker(**options: Any) -> tokens.TokenChecker:
    return tokens.TokenChecker(jwks.StaticJwks(document()), issuer=ISSUER, **options)


def claims(**changes: Any) -> dict[str, Any]:
    """A good broker's claims; a change to None takes the claim away."""
    good = {
        "iss": ISSUER,
        "aud": "onestop",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "sub": "wang.li",
        "role": "broker",
        "org": "91350211M000100Y43",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(
    *,
    key: Any = ED,
    algorithm: str | None = "EdDSA",
    headers: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A good token but for the changes."""
    named = {"kid": "ed"} if headers is None else headers
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=named)


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def segment(value: object) -> str:
    """One part of a token, made by hand."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsegment(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
