"""Tokens that are worth nothing, and the code that each is refused with."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth.issuer import Issuer

DAY = timedelta(days=1)


def worthless(token: str, issuer: Issuer, *, now: datetime) -> Mapping[str, tuple[str, str]]:
    """By name, what is sent as `Authorization` and its code; each is made of a good token."""
    claims = jwt.decode(token, options={"verify_signature": False})
    old, later = int((now - 2 * DAY).timestamp()), int((now + DAY).timestamp())
    evil = "https://evil.example"
    made = {
        "expired": (_signed(claims | {"exp": old}, issuer), "token_expired"),
        "not yet": (_signed(claims | {"nbf": later}, issuer), "token_not_yet_valid"),
        "foreign issuer": (
            _signed(claims | {"iss": evil}, issuer),
            "foreign_issuer",
        ),
        "foreign audience": (_signed(claims | {"aud": "another"}, issuer), "foreign_audience"),
        "foreign key": (_foreign(claims, issuer), "token_forged"),
        "unknown kid": (_signed(claims, Issuer(Ed25519PrivateKey.generate())), "token_key_unknown"),
        "alg none": (_unsigned(claims, issuer, "none"), "token_algorithm_refused"),
        "alg None": (_unsigned(claims, issuer, "nOnE"), "token_algorithm_refused"),
        "confused": (_confused(claims, issuer), "token_algorithm_refused"),
        "tampered": (_tampered(token, claims), "token_forged"),
        "no claims": (_signed({}, issuer), "token_claims_invalid"),
        "odd role": (_signed(claims | {"role": "root"}, issuer), "token_claims_invalid"),
        "odd org": (_signed(claims | {"org": ["a"]}, issuer), "token_claims_invalid"),
        "garbage": ("a.b.c", "token_malformed"),
        "SQL": ("' OR 1=1 --", "token_malformed"),
        "nothing": ("", "token_malformed"),
        "too long": ("a" * 9_000 + ".b.c", "token_malformed"),
    }
    sent = {name: (f"Bearer {text}", code) for name, (text, code) in made.items()}
    return sent | {"basic": ("Basic YWRtaW46YWRtaW4=", "token_malformed")}


def _signed(claims: Mapping[str, Any], issuer: Issuer) -> str:
    return jwt.encode(dict(claims), issuer.key, algorithm="EdDSA", headers={"kid": issuer.kid})


def _foreign(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """Another's key under our key's id."""
    other = replace(issuer, key=Ed25519PrivateKey.generate())
    return jwt.encode(dict(claims), other.key, algorithm="EdDSA", headers={"kid": issuer.kid})


def _unsigned(claims: Mapping[str, Any], issuer: Issuer, algorithm: str) -> str:
    return f"{_part({'alg': algorithm, 'kid': issuer.kid})}.{_part(claims)}.AA"


def _confused(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """HS256 with the published key as its secret."""
    public = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({'alg': 'HS256', 'kid': issuer.kid})}.{_part(claims)}"
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(mac)}"


def _tampered(token: str, claims: Mapping[str, Any]) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({**claims, 'role': 'service'})}.{signature}"


def _part(value: object) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
