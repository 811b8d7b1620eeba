"""The embedded mode's own issuer of tokens: one Ed25519 key in the data folder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import keyfile
from shared.auth import errors
from shared.auth.principal import Principal, Role

ISSUER = "urn:onestop:embedded"
AUDIENCE = "onestop"


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
        keyfile.make(path)
        try:
            return cls(keyfile.read_own(path))
        except keyfile.KeyUnfit as unfit:
            raise errors.IssuerKeyUnsafe(file=str(path)) from unfit

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key set (RFC 7517)."""
        public = keyfile.jwk(self.key.public_key())
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "EdDSA"}]}

    @cached_property
    def kid(self) -> str:
        """The key's thumbprint (RFC 7638)."""
        return keyfile.thumbprint(self.key.public_key())

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
