"""What the API takes and answers about webhooks."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import RowMapping

from services.declaration.webhooks import addresses, signing
from services.declaration.webhooks.store import Status
from shared.http import catalogue, faults
from shared.http.model import StrictModel, finding

Url = Annotated[str, Field(min_length=1, max_length=addresses.LONGEST)]

SECRET = faults.Rule(
    "bad_secret",
    "A secret is whsec_ and 24 to 64 bytes in base64.",
    "密钥须为 whsec_ 加 24 至 64 字节的 base64。",
    "Leave it out to be given one.",
    "可不填，由系统生成。",
)
catalogue.teach([SECRET])


def _secret(value: str) -> str:
    try:
        signing.key_of(value)
    except ValueError:
        raise finding(
            SECRET.code,
            en=SECRET.en,
            zh=SECRET.zh,
            mend=SECRET.mend_en,
            mend_zh=SECRET.mend_zh,
        ) from None
    return value


class WebhookIn(StrictModel):
    """Where notices go; the secret that they are signed with, or none to be given one."""

    url: Url
    secret: Annotated[str, Field(max_length=128), AfterValidator(_secret)] | None = None


class WebhookChangeIn(StrictModel):
    """What is to be changed. `active` also lets one go on that was disabled."""

    url: Url | None = None
    status: Literal["active", "paused"] | None = None


class WebhookOut(BaseModel):
    """A webhook. `failures` counts attempts since the last that was answered well; wall time, UTC.

    `secret` is told once: by the answer that it was made in.
    """

    id: UUID
    url: str
    status: Status
    reason: str | None
    failures: int
    failing_since: datetime | None
    created_at: datetime
    changed_at: datetime
    old_secret_until: datetime | None
    secret: str | None = None

    @classmethod
    def of(cls, row: RowMapping, *, secret: str | None = None) -> Self:
        """The answer for a webhook's row."""
        told = {name: row[name] for name in cls.model_fields if name in row and name != "secret"}
        return cls.model_validate({**told, "old_secret_until": row["old_until"], "secret": secret})


class TriedOut(BaseModel):
    """What an endpoint answered to a test."""

    delivered: bool
    status: int | None
    error: str | None
