"""Checking access tokens: JSON Web Tokens of one issuer for one audience (RFC 7519, RFC 8725)."""

import hashlib
import math
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from shared.auth import errors, jwks
from shared.auth.principal import OF_AN_AGENCY, Principal, Role

TOKEN_MAX_LENGTH = 8192
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "role", "org"]
ALLOWED = frozenset(jwks.ALGORITHMS.values())
# Verified tokens are trusted without their key for this long at most, so that a key which the
# provider withdraws stops being accepted.
TRUSTED_FOR = timedelta(minutes=5)
# The times are judged here, against the clock that the caller gives, not PyJWT's own.
OPTIONS: Any = {
    "require": REQUIRED,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_sub": False,
}


class TokenChecker:
    """Turns a bearer token into a principal, or raises an `Unauthenticated` that says why not.

    A token's signature is verified once; its principal is then remembered (the `remembered` most
    recently used ones, by the token's SHA-256) for five minutes, never beyond its expiry.
    """

    def __init__(
        self,
        source: jwks.JwksSource,
        *,
        issuer: str,
        audience: str = "onestop",
        leeway: timedelta = timedelta(seconds=30),
        remembered: int = 10_000,
    ) -> None:
        self._source = source
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway.total_seconds()
        self._remembered = remembered
        self._trusted: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    async def check(self, token: str, now: datetime) -> Principal:
        """The token's principal; `now` is wall time, aware. Raises Unauthenticated, Unavailable."""
        if len(token) > TOKEN_MAX_LENGTH or not COMPACT.fullmatch(token):
            raise errors.TokenMalformed
        digest = hashlib.sha256(token.encode("ascii")).digest()
        moment = now.timestamp()
        known = self._trusted.get(digest)
        if known is not None and moment < known[0]:
            self._trusted.move_to_end(digest)
            return known[1]
        claims = await self._verified(token, now)
        self._judge_times(claims, moment)
        who = _principal(claims)
        until = min(claims["exp"], moment + TRUSTED_FOR.total_seconds())
        self._remember(digest, who, until=until)
        return who

    async def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        key = await self._key(token, now)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                options=OPTIONS,
                audience=self._audience,
                issuer=self._issuer,
            )
        except jwt.InvalidSignatureError as error:
            raise errors.TokenForged from error
        except jwt.InvalidIssuerError as error:
            raise errors.ForeignIssuer from error
        except jwt.InvalidAudienceError as error:
            raise errors.ForeignAudience from error
        except jwt.MissingRequiredClaimError as error:
            raise errors.TokenClaimsInvalid(claim=error.claim) from error
        except jwt.PyJWTError as error:
            raise errors.TokenMalformed from error
        return claims

    async def _key(self, token: str, now: datetime) -> jwt.PyJWK:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise errors.TokenMalformed from error
        if header.get("alg") not in ALLOWED:
            raise errors.TokenAlgorithmRefused
        kid = header.get("kid")
        key = await self._source.find(kid, now=now) if isinstance(kid, str) else None
        if key is None:
            raise errors.TokenKeyUnknown
        if header["alg"] != key.algorithm_name:
            raise errors.TokenAlgorithmRefused
        return key

    def _judge_times(self, claims: Mapping[str, Any], moment: float) -> None:
        if moment - self._leeway >= _seconds(claims, "exp"):
            raise errors.TokenExpired
        for claim in ("iat", "nbf"):
            if claim in claims and _seconds(claims, claim) > moment + self._leeway:
                raise errors.TokenNotYetValid

    def _remember(self, digest: bytes, who: Principal, *, until: float) -> None:
        self._trusted[digest] = (until, who)
        self._trusted.move_to_end(digest)
        while len(self._trusted) > self._remembered:
            self._trusted.popitem(last=False)


def _seconds(claims: Mapping[str, Any], claim: str) -> float:
    value = claims[claim]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise errors.TokenClaimsInvalid(claim=claim)
    if isinstance(value, float) and not math.isfinite(value):
        raise errors.TokenClaimsInvalid(claim=claim)
    return value


def _principal(claims: Mapping[str, Any]) -> Principal:
    for claim in ("sub", "role", "org"):
        if not isinstance(claims[claim], str):
            raise errors.TokenClaimsInvalid(claim=claim)
    try:
        role = Role(claims["role"])
    except ValueError as error:
        raise errors.TokenClaimsInvalid(claim="role") from error
    # Providers may send `agency` for everybody; it means something for two roles only.
    agency = claims.get("agency") if role in OF_AN_AGENCY else None
    if agency is not None and not isinstance(agency, str):
        raise errors.TokenClaimsInvalid(claim="agency")
    try:
        return Principal(claims["sub"], role, claims["org"], agency)
    except ValueError as error:
        raise errors.TokenClaimsInvalid(claim=str(error).partition(":")[0]) from error
