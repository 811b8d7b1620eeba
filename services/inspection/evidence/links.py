"""Links to a file that work for some minutes without a token: signed, and kept nowhere."""

import base64
import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

from shared import errors

LASTS = timedelta(minutes=5)
PURPOSE = "onestop.evidence.link.v1"
FORM = re.compile(r"([0-9a-f]{32})\.([0-9]{10,11})\.([A-Za-z0-9_-]{43})", re.ASCII)


class LinkOver(errors.NotFound):
    """This link leads nowhere, or does so no more."""

    zh = "该链接无效或已过期。"
    mend = "Read the case's evidence again for a new link."
    mend_zh = "请重新读取案卷的证据清单以获取新链接。"


def sign(evidence_id: UUID, *, key: bytes, until: datetime) -> str:
    """The link's own part, which names the evidence and holds until then (wall time)."""
    ends = int(until.timestamp())
    return f"{evidence_id.hex}.{ends}.{_mac(evidence_id, ends, key)}"


def read(link: str, *, key: bytes, now: datetime) -> UUID:
    """The evidence that a link names. Raises LinkOver."""
    form = FORM.fullmatch(link)
    if form is None:
        raise LinkOver
    evidence_id, ends = UUID(form[1]), int(form[2])
    if not hmac.compare_digest(form[3], _mac(evidence_id, ends, key)) or now.timestamp() >= ends:
        raise LinkOver
    return evidence_id


def _mac(evidence_id: UUID, ends: int, key: bytes) -> str:
    said = f"{PURPOSE} {evidence_id.hex} {ends}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, said, "sha256")).decode().rstrip("=")
