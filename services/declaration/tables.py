"""The rows of this service. Nothing here validates; the constraints are in the migrations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.database import table_of
from shared.messaging.tables import moment


class FilingRow(SQLModel, table=True):
    """A filing as it stands. `version` counts its events, `receipts` and `acts` what they say.

    `told` is what is known of containers alone, by their numbers.
    """

    __tablename__ = "filings"

    id: UUID = Field(primary_key=True)
    broker: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    receipt_number: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    version: int
    filing_version: int
    receipts: int
    acts: int
    questions: int
    open_questions: list[int] = Field(sa_type=ARRAY(Integer))
    content: dict[str, Any] = Field(sa_type=JSONB)
    pending: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    requirement: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    opened: bool
    told: dict[str, Any] = Field(sa_type=JSONB)
    accepted_at: datetime = moment()
    changed_at: datetime = moment()


class FilingContentRow(SQLModel, table=True):
    """One accepted content of a filing, and the subject of whose token it is; kept for ever."""

    __tablename__ = "filing_contents"

    filing_id: UUID = Field(primary_key=True)
    filing_version: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSONB)
    effective_at: datetime = moment()
    asked_by: str | None = Field(default=None, sa_type=Text)


class FilingReceiptRow(SQLModel, table=True):
    """One receipt of a filing, with the words that were told."""

    __tablename__ = "filing_receipts"

    filing_id: UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    text_en: str = Field(sa_type=Text)
    text_zh: str = Field(sa_type=Text)
    at: datetime = moment()


class FilingTermRow(SQLModel, table=True):
    """One term by which a filing is found (`domain.terms`), of its content in force."""

    __tablename__ = "filing_terms"

    term: str = Field(primary_key=True, sa_type=Text)
    accepted_at: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    filing_id: UUID = Field(primary_key=True)


class FilingActRow(SQLModel, table=True):
    """One act after the first, with the state it led to and the numbers of its receipts."""

    __tablename__ = "filing_acts"

    filing_id: UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    at: datetime = moment()
    act: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    organisation: str = Field(sa_type=Text)
    agency: str | None = Field(default=None, sa_type=Text)
    subject: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    filing_version: int
    receipts: list[int] = Field(sa_type=ARRAY(Integer))
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    cause: str | None = Field(default=None, sa_type=Text)


class FilingQuestionRow(SQLModel, table=True):
    """One question about a filing, and how it ended."""

    __tablename__ = "filing_questions"

    filing_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    filing_version: int
    text: str = Field(sa_type=Text)
    pointers: list[str] = Field(sa_type=JSONB)
    asked_by: str = Field(sa_type=Text)
    asked_at: datetime = moment()
    status: str = Field(sa_type=Text)
    answer: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(nullable=True)


class FilingMergeRow(SQLModel, table=True):
    """What a filing was merged from; kept as it was sent and told."""

    __tablename__ = "filing_merges"

    filing_id: UUID = Field(primary_key=True)
    customs: dict[str, Any] = Field(sa_type=JSONB)
    inspection: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    answers: list[dict[str, Any]] = Field(sa_type=JSONB)
    report: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = moment()


class InstructionRow(SQLModel, table=True):
    """One version of a broker's standing instruction; `take` null: none from that day on."""

    __tablename__ = "standing_instructions"

    broker: str = Field(primary_key=True, sa_type=Text)
    item: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    take: str | None = Field(default=None, sa_type=Text)
    valid_from: date
    given_by: str = Field(sa_type=Text)
    given_at: datetime = moment()


class BulkJobRow(SQLModel, table=True):
    """A file of many filings; `content` until it is read, `refusal` if it could not be."""

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


FILINGS = table_of(FilingRow)
CONTENTS = table_of(FilingContentRow)
RECEIPTS = table_of(FilingReceiptRow)
ACTS = table_of(FilingActRow)
QUESTIONS = table_of(FilingQuestionRow)
TERMS = table_of(FilingTermRow)
MERGES = table_of(FilingMergeRow)
INSTRUCTIONS = table_of(InstructionRow)
BULK_JOBS = table_of(BulkJobRow)
BULK_ROWS = table_of(BulkRowRow)
TABLES = (
    FILINGS,
    CONTENTS,
    RECEIPTS,
    ACTS,
    QUESTIONS,
    TERMS,
    MERGES,
    INSTRUCTIONS,
    BULK_JOBS,
    BULK_ROWS,
)
