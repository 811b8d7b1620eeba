"""What devices sent and was refused: kept until it is sent again and can be applied."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "rejected_records",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("record", JSONB, nullable=False),
        sa.Column("problem", JSONB, nullable=False),
        sa.Column("skew_seconds", sa.Integer, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("rejected_records_office", "rejected_records", ["office", "received_at", "id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("rejected_records")
