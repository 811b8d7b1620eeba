"""Which officers were at a container from when to when, and how many minutes that makes.

Nobody recorded that before: what is here says nothing of it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the table of who is where.

    Somebody who goes from one container to another is at both within a transaction, and at one
    when it ends.
    """
    empty = sa.text("'[]'")
    op.add_column(
        "case_sections", sa.Column("attendance", JSONB, nullable=False, server_default=empty)
    )
    op.add_column("measured_agencies", sa.Column("officer_minutes", sa.Integer))
    op.create_table(
        "officers_present",
        sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("officer", sa.Text, primary_key=True),
        sa.UniqueConstraint("agency", "officer", deferrable=True, initially="DEFERRED"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("officers_present")
    op.drop_column("measured_agencies", "officer_minutes")
    op.drop_column("case_sections", "attendance")
