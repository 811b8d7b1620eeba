"""`onestop sign`: an agency's own process signs the checkpoints with the agency's own key.

It signs nothing that does not go on from what its key has signed before.
"""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cli.replaying.client import Api, Document, Refused
from services.inspection.domain import checkpoints, merkle, signing
from services.inspection.domain.checkpoints import Checkpoint
from services.inspection.domain.records import Actor
from shared import keyfile

KEYS, CHECKPOINTS = "/inspection/v1/keys", "/inspection/v1/checkpoints"
CONSISTENCY = "/inspection/v1/ledger/consistency"


class NotSigned(Exception):
    """A checkpoint was not signed, and why."""


def key_of(path: Path) -> Ed25519PrivateKey:
    """The private key in a file, which is made on first use. Raises NotSigned if others read it."""
    keyfile.make(path)
    try:
        return keyfile.read_own(path)
    except keyfile.KeyUnfit as unfit:
        raise NotSigned(str(unfit)) from unfit


async def sign(api: Api, *, agency: str, subject: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """Have a checkpoint made, and sign all that the agency has not signed. Raises NotSigned.

    `subject` is that of the token of the agency's supervisor.
    """
    who = who_of(agency)
    signer = Signer(api, who, agency, key)
    key_id = await signer.registered(subject)
    await signer.made()
    signed = await signer.signed(key_id)
    every = [each async for each in api.every(who, CHECKPOINTS)]
    last: Document = every[-1] if every else {"number": None, "signatures": {}}
    return {
        "checkpoint": last["number"],
        "signatures": sorted(last["signatures"]),
        "agency": agency,
        "signed": signed,
    }


def who_of(agency: str) -> str:
    """Whose token signs for an agency."""
    return f"supervisor.{agency}"


@dataclass(frozen=True)
class Signer:
    """An agency's key at work on a system's checkpoints."""

    api: Api
    who: str
    agency: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, raw in base64."""
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    async def registered(self, subject: str) -> str:
        """The id of the key, registered if it was not."""
        async for each in self.api.every(self.who, KEYS, agency=self.agency):
            if each["public_key"] == self.public and each["revoked_at"] is None:
                return str(each["id"])
        actor = Actor(subject, "supervisor", self.agency)
        proof = self._signature(signing.proof_of_key(self.public, who=actor))
        body = {"public_key": self.public, "proof": proof}
        made = await self.api.post(self.who, KEYS, body, key=secrets.token_hex())
        return str(made["id"])

    async def made(self) -> None:
        """A checkpoint of what was recorded by now."""
        try:
            await self.api.post(self.who, CHECKPOINTS, {}, key=secrets.token_hex())
        except Refused as refused:
            if refused.code != "nothing_to_checkpoint":
                raise

    async def signed(self, key_id: str) -> list[int]:
        """The numbers of the checkpoints that are signed now, each a growth of the one before."""
        numbers = []
        before: Checkpoint | None = None
        async for each in self.api.every(self.who, CHECKPOINTS):
            now = Checkpoint.read(each["text"])
            if not self._has_signed(each):
                await self._check(before, now)
            if self.agency not in each["signatures"]:
                body = {"key_id": key_id, "signature": self._signature(now.text.encode())}
                path = f"{CHECKPOINTS}/{now.number}/signatures"
                await self.api.post(self.who, path, body, key=secrets.token_hex())
                numbers.append(now.number)
            before = now
        return numbers

    def _has_signed(self, told: Document) -> bool:
        """Whether this very key has: then it was looked at before, and is as it was."""
        if told["signatures"].get(self.agency) != self.public:
            return False
        keys = {name: (public,) for name, public in told["signatures"].items()}
        try:
            signed, _ = checkpoints.read_note(told["note"], keys)
        except ValueError as wrong:
            raise NotSigned(f"checkpoint {told['number']}: {wrong}") from wrong
        return signed.text == str(told["text"])

    async def _check(self, before: Checkpoint | None, now: Checkpoint) -> None:
        """Raises NotSigned if the tree has not grown from the one before."""
        if before is None:
            return
        numbers = {"first": before.number, "second": now.number}
        told = await self.api.get(self.who, CONSISTENCY, **numbers)
        path = [base64.b64decode(each) for each in told["path"]]
        grown = merkle.consistent(before.size, now.size, path, old=before.root, new=now.root)
        if not grown or now.number != before.number + 1:
            raise NotSigned(f"checkpoint {now.number} does not go on from {before.number}")

    def _signature(self, text: bytes) -> str:
        return base64.b64encode(self.key.sign(text)).decode()
