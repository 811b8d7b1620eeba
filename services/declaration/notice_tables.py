"""The rows of release notices and of the keys that sealed them; both tables only grow."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from shared.database import table_of
from shared.messaging.tables import moment


class ReleaseNoticeRow(SQLModel, table=True):
    """One notice of a filing's release, as it was sealed.

    `address` is what its QR code leads to, with the `code` by which it is found there.
    """

    __tablename__ = "release_notices"

    filing_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    code: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    seal: str = Field(sa_type=Text)
    key_id: str = Field(sa_type=Text)
    issued_at: datetime = moment()


class SealKeyRow(SQLModel, table=True):
    """A public key that has sealed, from when on (wall time); never taken away."""

    __tablename__ = "seal_keys"

    id: str = Field(primary_key=True, sa_type=Text)
    public: str = Field(sa_type=Text)
    since: datetime = moment()


RELEASE_NOTICES = table_of(ReleaseNoticeRow)
SEAL_KEYS = table_of(SealKeyRow)
