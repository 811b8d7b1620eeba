"""The rows of evidence beside its records: uploads under way, and the key of links."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class UploadRow(SQLModel, table=True):
    """A file that comes in parts; all of it is there once it is evidence, and not before.

    `begun_at` is yard time, `moved_at` wall time; `said` is what was said of the file.
    """

    __tablename__ = "uploads"

    id: UUID = Field(primary_key=True)
    owner: str = Field(sa_type=Text)
    case_id: UUID
    media_type: str = Field(sa_type=Text)
    length: int
    received: int
    said: dict[str, Any] = Field(sa_type=JSONB)
    begun_at: datetime = moment()
    moved_at: datetime = moment()


class PartRow(SQLModel, table=True):
    """A part of an upload, from the byte `starts` on."""

    __tablename__ = "upload_parts"

    upload_id: UUID = Field(primary_key=True)
    starts: int = Field(primary_key=True)
    content: bytes


class LinkKeyRow(SQLModel, table=True):
    """The one key that links to files are signed with."""

    __tablename__ = "link_keys"

    number: int = Field(primary_key=True, sa_type=SmallInteger)
    secret: bytes
