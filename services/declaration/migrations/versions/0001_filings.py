"""Filings, their contents and their receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared import migrating

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATES = "'accepted', 'amending', 'withdrawing', 'held', 'released', 'withdrawn', 'refused_entry'"


def upgrade() -> None:
    """Create the kit's tables and this service's own."""
    migrating.create_kit_tables()
    op.execute("CREATE SEQUENCE filing_receipt_numbers")
    _filings()
    _contents()
    _receipts()


def _moment(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _filings() -> None:
    op.create_table(
        "filings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("broker", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("receipt_number", sa.Text, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("filing_version", sa.Integer, nullable=False),
        sa.Column("receipts", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("pending", JSONB),
        sa.Column("reason", JSONB),
        sa.Column("requirement", JSONB),
        _moment("accepted_at"),
        _moment("changed_at"),
        sa.UniqueConstraint("broker", "reference", name="filings_reference"),
        sa.CheckConstraint(f"status IN ({STATES})", name="filings_status"),
        sa.CheckConstraint(
            "(status IN ('amending', 'withdrawing')) = (pending IS NOT NULL)",
            name="filings_pending",
        ),
        sa.CheckConstraint(
            "version >= 1 AND filing_version >= 1 AND receipts >= 1", name="filings_counts"
        ),
        sa.CheckConstraint(
            "content ->> 'reference' = reference AND content #>> '{broker,uscc}' = broker",
            name="filings_content",
        ),
    )
    op.create_index("filings_of_broker", "filings", ["broker", "id"])
    op.create_index("filings_of_status", "filings", ["status", "id"])


def _contents() -> None:
    op.create_table(
        "filing_contents",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("filing_version", sa.Integer, primary_key=True),
        sa.Column("content", JSONB, nullable=False),
        _moment("effective_at"),
        sa.CheckConstraint("filing_version >= 1"),
    )


def _receipts() -> None:
    op.create_table(
        "filing_receipts",
        sa.Column("filing_id", sa.Uuid, sa.ForeignKey("filings.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("text_zh", sa.Text, nullable=False),
        _moment("at"),
        sa.CheckConstraint("sequence >= 1"),
    )
    op.create_index(
        "filing_receipts_one_end",
        "filing_receipts",
        ["filing_id"],
        unique=True,
        postgresql_where=sa.text("kind IN ('released', 'withdrawn', 'refused_entry')"),
    )
