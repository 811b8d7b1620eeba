"""The rows of this service. Nothing here validates; the constraints are in the migrations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.declaration.bulk_tables import BULK_JOBS, BULK_ROWS
from services.declaration.notice_tables import RELEASE_NOTICES, SEAL_KEYS
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
    """One receipt of a filing, with the words that were told.

    `seq` orders what was written; `number` counts the broker's receipts once they are committed
    (`feeding`).
    """

    __tablename__ = "filing_receipts"

    filing_id: UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    text_en: str = Field(sa_type=Text)
    text_zh: str = Field(sa_type=Text)
    at: datetime = moment()
    broker: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    channel: str | None = Field(default=None, sa_type=Text)
    seq: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    number: int | None = Field(default=None, sa_type=BigInteger)


class WebhookRow(SQLModel, table=True):
    """Where a broker wants to be told, and how that went lately.

    `failures` counts attempts that failed since the last that did not; the next one is made at
    `not_before`. Notices are signed with `old_secret` too until `old_until`.
    """

    __tablename__ = "webhooks"

    id: UUID = Field(primary_key=True)
    broker: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    secret: str = Field(sa_type=Text)
    old_secret: str | None = Field(default=None, sa_type=Text)
    old_until: datetime | None = moment(nullable=True)
    failures: int
    failing_since: datetime | None = moment(nullable=True)
    not_before: datetime | None = moment(nullable=True)
    created_by: str = Field(sa_type=Text)
    created_at: datetime = moment()
    changed_at: datetime = moment()


class DeliveryRow(SQLModel, table=True):
    """One notice of one receipt to one webhook; its id is the `webhook-id` of every attempt."""

    __tablename__ = "webhook_deliveries"

    id: UUID = Field(primary_key=True)
    webhook_id: UUID
    filing_id: UUID
    sequence: int
    state: str = Field(sa_type=Text)
    attempts: int
    created_at: datetime = moment()
    first_at: datetime | None = moment(nullable=True)
    next_at: datetime = moment()
    claim: UUID | None = Field(default=None)
    claimed_until: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    last_status: int | None = Field(default=None)
    last_error: str | None = Field(default=None, sa_type=Text)


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


FILINGS = table_of(FilingRow)
CONTENTS = table_of(FilingContentRow)
RECEIPTS = table_of(FilingReceiptRow)
ACTS = table_of(FilingActRow)
QUESTIONS = table_of(FilingQuestionRow)
TERMS = table_of(FilingTermRow)
MERGES = table_of(FilingMergeRow)
INSTRUCTIONS = table_of(InstructionRow)
WEBHOOKS = table_of(WebhookRow)
DELIVERIES = table_of(DeliveryRow)
TABLES = (
    *(FILINGS, CONTENTS, RECEIPTS, ACTS, QUESTIONS, TERMS, MERGES, INSTRUCTIONS),
    *(WEBHOOKS, DELIVERIES, BULK_JOBS, BULK_ROWS, RELEASE_NOTICES, SEAL_KEYS),
)
