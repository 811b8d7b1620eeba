"""The embedded mode's own issuer of tokens: one Ed25519 key in the data folder."""

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth import errors
from shared.auth.principal import Principal, Role

ISSUER = "urn:onestop:embedded"
AUDIENCE = "onestop"
OTHERS = 0o077


@dataclass(frozen=True)
class Issuer:
    """Mints tokens that this data folder's instance accepts, and nobody else."""

    key: Ed25519PrivateKey

    @classmethod
    def open(cls, data: Path, *, embedded: bool) -> "Issuer":
        """The issuer of a data folder; its key is made on first use, in `secrets/issuer.pem`.

        Only the embedded composition root passes `embedded=True`. Raises `IssuerOnlyEmbedded`
        elsewhere, and `IssuerKeyUnsafe` for a key file that is readable by others or broken.
        """
        if not embedded:
            raise errors.IssuerOnlyEmbedded
        path = data / "secrets" / "issuer.pem"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        return cls(_read(path))

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key set (RFC 7517)."""
        return {"keys": [{**self._public(), "kid": self.kid, "use": "sig", "alg": "EdDSA"}]}

    @cached_property
    def kid(self) -> str:
        """The key's thumbprint (RFC 7638)."""
        canonical = json.dumps(self._public(), sort_keys=True, separators=(",", ":"))
        return _base64url(hashlib.sha256(canonical.encode()).digest())

    def mint(
        self,
        role: Role,
        *,
        organisation: str,
        agency: str | None,
        subject: str,
        now: datetime,
        lifetime: timedelta = timedelta(hours=12),
    ) -> str:
        """A token for one caller, valid from `now` (wall time, aware).

        Raises `ValueError` for a caller that cannot be, such as an officer without an agency.
        """
        who = Principal(subject, role, organisation, agency)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "sub": who.subject,
            "role": who.role.value,
            "org": who.organisation,
        }
        if who.agency is not None:
            claims["agency"] = who.agency
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": self.kid})

    def _public(self) -> dict[str, str]:
        raw = self.key.public_key().public_bytes_raw()
        return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}


def _create(path: Path) -> None:
    """Writes the key whole and then links it into place: of two that start at once, one wins."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f".issuer-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _read(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & OTHERS:
        raise errors.IssuerKeyUnsafe(file=str(path))
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise errors.IssuerKeyUnsafe(file=str(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise errors.IssuerKeyUnsafe(file=str(path))
    return key


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
