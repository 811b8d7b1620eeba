"""Sign-off: an officer of each agency signs the completed case with a key of the officer's own.

What is signed names the case, the agency, the officer and the record that ends what was inspected:
its hash covers all before it. A correction after that needs both signatures anew.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.inspection.domain import moves, records, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import SignOff
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Head, Moment
from services.inspection.domain.replacing import replace
from shared import errors

SIGN_OFF, KEY = "onestop.case.sign_off.v1", "onestop.officer.key.v1"
SIGNED_OFF = "signed_off"
"""The kind of a signature's record."""
ENDS = frozenset({"completed", "corrected"})
"""The kinds of records of which the newest one is signed."""


class KeyUnfit(errors.Invalid):
    """This is no Ed25519 public key of 32 bytes in base64."""

    zh = "这不是 base64 编码的 32 字节 Ed25519 公钥。"
    mend = "Send the raw public key in base64."
    mend_zh = "请提交 base64 编码的原始公钥。"


class KeyUnknown(errors.NotFound):
    """You have no such key, or it was revoked."""

    zh = "您没有该密钥，或该密钥已吊销。"


class SignatureWrong(errors.Invalid):
    """The signature is not one of this statement by this key."""

    zh = "该签名与待签内容或密钥不符。"
    mend = "Sign the statement's bytes as they are given, with the private key of this key."
    mend_zh = "请用对应私钥对所给待签内容的字节签名。"


class SignedBefore(errors.Conflict):
    """Your agency has already signed the case as it is."""

    zh = "您单位已对当前案卷签署。"
    mend = "Nothing is left to sign, unless the case is corrected."
    mend_zh = "无需再签；案卷更正后须重新签署。"


class CaseMovedOn(errors.Conflict):
    """The case was corrected since: there is another record to sign."""

    zh = "案卷此后已更正，待签记录已变化。"
    mend = "Read the statement again and sign that."
    mend_zh = "请重新读取待签内容后签署。"


@dataclass(frozen=True)
class Key:
    """An officer's public key, raw in base64, and when it ceased to count (wall clock).

    `proof` is the signature that shows it to be the officer's own; keys of before have none.
    """

    id: UUID
    subject: str
    agency: str
    public: str
    registered_at: datetime
    revoked_at: datetime | None = None
    proof: str | None = None

    def counted(self, at: datetime, *, grace: timedelta) -> bool:
        """Whether it was registered and not revoked at a moment of the wall clock."""
        early = at < self.registered_at - grace
        return not early and (self.revoked_at is None or at <= self.revoked_at + grace)


def statement(case_id: UUID, end: Head, *, who: Actor) -> bytes:
    """The bytes that an officer signs: RFC 8785 JSON."""
    told: dict[str, records.Json] = {
        "purpose": SIGN_OFF,
        "case_id": str(case_id),
        "seq": end.seq,
        "hash": end.hash,
        "agency": who.agency,
        "officer": who.subject,
    }
    return records.canonical(told).encode()


def proof_of_key(public: str, *, who: Actor) -> bytes:
    """The bytes by whose signature an officer shows that a key is the officer's own."""
    told: dict[str, records.Json] = {
        "purpose": KEY,
        "public_key": public,
        "agency": who.agency,
        "officer": who.subject,
    }
    return records.canonical(told).encode()


def verify(public: str, signature: str, signed: bytes) -> None:
    """Raises KeyUnfit, SignatureWrong."""
    try:
        key = _key(public)
    except ValueError as unfit:
        raise KeyUnfit(pointer="/public_key") from unfit
    try:
        key.verify(_bytes(signature), signed)
    except (InvalidSignature, ValueError) as wrong:
        raise SignatureWrong(pointer="/signature") from wrong


@lru_cache(maxsize=1024)
def _key(public: str) -> Ed25519PublicKey:
    """Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(_bytes(public))


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as unfit:
        raise ValueError("no base64") from unfit


def sign(
    case: Case, *, end: Head, seq: int, key: Key, signature: str, who: Actor, now: Moment
) -> Change:
    """An agency signs the record `end`, which the officer saw as `seq`.

    Raises CaseMoveNotAllowed, AgencyNotNeeded, SignedBefore, CaseMovedOn, SignatureWrong.
    """
    status = moves.after(case.status, Act.SIGN)
    section = standing.needed_section(case, who)
    if seq != end.seq:
        raise CaseMovedOn(seq=end.seq)
    if section.signed is not None:
        raise SignedBefore(seq=section.signed.seq)
    verify(key.public, signature, statement(case.id, end, who=who))
    signed = SignOff(seq=end.seq, officer=who.subject, key=key.id, at=now.yard)
    after = replace(case, status=status).with_section(replace(section, signed=signed))
    return Change(after).noted(
        SIGNED_OFF,
        seq=end.seq,
        hash=end.hash,
        key=str(key.id),
        public_key=key.public,
        signature=signature,
    )
