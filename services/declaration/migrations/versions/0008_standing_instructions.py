"""Standing instructions of brokers for the merge, each with all of its versions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "standing_instructions",
        sa.Column("broker", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("take", sa.Text),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1"),
        sa.CheckConstraint("take IN ('customs', 'inspection')", name="standing_instructions_take"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("standing_instructions")
