"""What officers of tests sign with."""

from base64 import b64encode

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Pen:
    """An officer's private key."""

    def __init__(self, officer: str, agency: str, key: Ed25519PrivateKey | None = None) -> None:
        self.officer, self.agency = officer, agency
        self._key = key or Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = b64encode(raw).decode()

    def sign(self, text: bytes) -> str:
        """The signature in base64."""
        return b64encode(self._key.sign(text)).decode()

    def proof(self) -> dict[str, str]:
        """What a key is registered with."""
        said = {"public_key": self.public, "agency": self.agency, "officer": self.officer}
        text = rfc8785.dumps({"purpose": "onestop.officer.key.v1", **said})
        return {"public_key": self.public, "proof": self.sign(text)}
