"""Ed25519 keys: in files of their own, and as JSON Web Keys (RFC 8037)."""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

OTHERS = 0o077


class KeyUnfit(Exception):
    """There is no key to use in a file, and why."""


def make(path: Path) -> None:
    """Make a key in a new file (PEM, PKCS #8) that its owner alone reads; one that is there stays.

    It is written whole and then linked into place: of two that start at once, one wins.
    """
    if path.exists():
        return
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f".{path.stem}-{secrets.token_hex(8)}")
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


def read(path: Path) -> Ed25519PrivateKey:
    """The private key in a file. Raises KeyUnfit, also for a file that cannot be read."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as unread:
        raise KeyUnfit(f"{path} is no private key") from unread
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnfit(f"{path} is no Ed25519 key")
    return key


def read_own(path: Path) -> Ed25519PrivateKey:
    """The private key in a file that nobody else reads. Raises KeyUnfit."""
    if path.exists() and path.stat().st_mode & OTHERS:
        raise KeyUnfit(f"{path} can be read by others")
    return read(path)


def jwk(public: Ed25519PublicKey) -> dict[str, str]:
    """The public key as JSON Web Key, with what its thumbprint is made of alone."""
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public.public_bytes_raw())}


def of_jwk(x: str) -> Ed25519PublicKey:
    """The public key whose JSON Web Key has this `x`. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))


def thumbprint(public: Ed25519PublicKey) -> str:
    """The key's thumbprint (RFC 7638)."""
    canonical = json.dumps(jwk(public), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
