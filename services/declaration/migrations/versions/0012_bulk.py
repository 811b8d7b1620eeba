"""Files of many filings: the jobs that work on them, and what came of each filing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OPEN = "state IN ('reading', 'filing')"


def upgrade() -> None:
    """Add the tables. A filing is of one row; the same file is worked on once."""
    op.create_table(
        "bulk_jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("broker", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("refusal", JSONB),
        sa.Column("lease_owner", sa.Uuid),
        sa.Column("lease_until", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.CheckConstraint(
            "state IN ('reading', 'filing', 'done', 'cancelled', 'refused')",
            name="bulk_jobs_state",
        ),
        sa.CheckConstraint(f"({_OPEN}) = (ended_at IS NULL)", name="bulk_jobs_ended"),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="bulk_jobs_refusal"),
    )
    op.create_index(
        "bulk_jobs_same_file",
        "bulk_jobs",
        ["broker", "sha256"],
        unique=True,
        postgresql_where=sa.text("state IN ('reading', 'filing', 'done')"),
    )
    op.create_index("bulk_jobs_open", "bulk_jobs", ["created_at"], postgresql_where=sa.text(_OPEN))
    _rows()


def _rows() -> None:
    op.create_table(
        "bulk_rows",
        sa.Column("job_id", sa.Uuid, sa.ForeignKey("bulk_jobs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("first_line", sa.Integer, nullable=False),
        sa.Column("last_line", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("document", JSONB),
        sa.Column("places", JSONB),
        sa.Column("faults", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("filing_id", sa.Uuid, unique=True),
        sa.Column("receipt_number", sa.Text),
        sa.CheckConstraint(
            "state IN ('waiting', 'filed', 'refused', 'cancelled')", name="bulk_rows_state"
        ),
        sa.CheckConstraint("(state = 'filed') = (filing_id IS NOT NULL)", name="bulk_rows_filed"),
    )
    op.create_index(
        "bulk_rows_waiting",
        "bulk_rows",
        ["job_id", "number"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("bulk_rows")
    op.drop_table("bulk_jobs")
