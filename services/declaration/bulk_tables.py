"""The rows of files of many filings; the constraints are in the migrations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.database import table_of
from shared.messaging.tables import moment


class BulkJobRow(SQLModel, table=True):
    """A file of many filings; `content` until it is read, `refusal` if it could not be, or failed.

    `begun_at` is when a worker last took it, `attempts` how often since anything was done of it.
    """

    __tablename__ = "bulk_jobs"

    id: UUID = Field(primary_key=True)
    broker: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    size: int
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: str = Field(sa_type=Text)
    rows: int
    refusal: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    attempts: int = 0
    begun_at: datetime | None = moment(nullable=True)
    lease_owner: UUID | None = None
    lease_until: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)


class BulkRowRow(SQLModel, table=True):
    """The rows of one filing of a file; `document` and `places` until it is filed or refused."""

    __tablename__ = "bulk_rows"

    job_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    first_line: int
    last_line: int
    reference: str = Field(sa_type=Text)
    document: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    places: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    faults: list[dict[str, Any]] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    filing_id: UUID | None = None
    receipt_number: str | None = Field(default=None, sa_type=Text)


BULK_JOBS = table_of(BulkJobRow)
BULK_ROWS = table_of(BulkRowRow)
