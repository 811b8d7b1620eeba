"""The public keys that tokens are checked against (RFC 7517)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.auth import errors

FRESH_FOR = timedelta(minutes=5)
PAUSE = timedelta(seconds=30)  # between two fetches, so that unknown key ids cannot flood
TIMEOUT_SECONDS = 5.0
DOCUMENT_MAX_BYTES = 256 * 1024
RSA_MIN_BITS = 2048  # NIST SP 800-131A
# One algorithm for one kind of key: what a token's header says never chooses it (RFC 8725, 3.1).
ALGORITHMS: dict[tuple[Any, Any], str] = {
    ("OKP", "Ed25519"): "EdDSA",
    ("EC", "P-256"): "ES256",
    ("RSA", None): "RS256",
}
PUBLIC_MEMBERS = frozenset({"kty", "crv", "x", "y", "n", "e"})

log = structlog.get_logger(__name__)


class JwksSource(Protocol):
    """Where a token checker finds the key that a token names."""

    async def find(self, kid: str, *, now: datetime) -> jwt.PyJWK | None:
        """The key of that id, or None; `now` is wall time, aware. Raises Unavailable."""
        ...


class StaticJwks:
    """A key set that is known at the start: the embedded issuer's, or a file's."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._keys = parse(document)

    async def find(self, kid: str, *, now: datetime) -> jwt.PyJWK | None:
        """The key of that id, or None."""
        return self._keys.get(kid)


class RemoteJwks:
    """An identity provider's key set, fetched when needed and kept for five minutes.

    A fetch that fails keeps the keys of the last good one; without any it fails closed with
    `IdentityProviderUnavailable`. An unknown key id fetches at most once in 30 seconds.
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._fetching = asyncio.Lock()

    async def find(self, kid: str, *, now: datetime) -> jwt.PyJWK | None:
        """The key of that id, or None; `now` is wall time, aware. Raises Unavailable."""
        known = self._keys.get(kid)
        if known is not None and (_within(FRESH_FOR, self._fetched, now) or self._busy()):
            return known
        async with self._fetching:
            if not _within(PAUSE, self._tried, now):
                await self._fetch(now)
        if not self._keys:
            raise errors.IdentityProviderUnavailable
        return self._keys.get(kid)

    def _busy(self) -> bool:
        return self._fetching.locked()

    async def _fetch(self, now: datetime) -> None:
        self._tried = now
        try:
            self._keys = await self._download()
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            log.warning("key_set_not_fetched", url=self._url, reason=repr(error))
        else:
            self._fetched = now

    async def _download(self) -> dict[str, jwt.PyJWK]:
        answer = await self._client.get(self._url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        if len(answer.content) > DOCUMENT_MAX_BYTES:
            raise ValueError("the key set is too large")
        return parse(answer.json())


def parse(document: Any) -> dict[str, jwt.PyJWK]:
    """The usable signing keys of a key set, by key id.

    Keys for encryption, symmetric keys, weak RSA keys and kinds that we do not accept are left
    out, as RFC 7517, section 5, asks. Raises `ValueError` where no usable key is left.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    keys: dict[str, jwt.PyJWK] = {}
    for entry in listed if isinstance(listed, list) else []:
        key = _signing_key(entry)
        if key is not None:
            keys.setdefault(entry["kid"], key)
    if not keys:
        raise ValueError("the key set holds no usable signing key")
    return keys


def _signing_key(entry: Any) -> jwt.PyJWK | None:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("kid"), str):
        return None
    kind = (entry.get("kty"), entry.get("crv"))
    algorithm = ALGORITHMS.get(kind) if all(isinstance(x, str | None) for x in kind) else None
    if algorithm is None or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", algorithm) != algorithm:
        return None
    public = {name: value for name, value in entry.items() if name in PUBLIC_MEMBERS}
    try:
        key = jwt.PyJWK.from_dict(public, algorithm=algorithm)
    except jwt.PyJWTError:
        return None
    weak = isinstance(key.key, rsa.RSAPublicKey) and key.key.key_size < RSA_MIN_BITS
    return None if weak else key


def _within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    """False too where the clock was set back, so that nothing waits for it to catch up."""
    return since is not None and timedelta(0) <= now - since < span
