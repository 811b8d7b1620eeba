"""What brokers offer for exchange: a slot of their own, for any in a stretch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("booking_id", sa.Uuid, sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("slot", JSONB, nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("yards", ARRAY(sa.Text), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("taken_by", sa.Uuid, sa.ForeignKey("bookings.id")),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens < closes", name="exchanges_stretch"),
        sa.CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name="exchanges_state"),
        sa.CheckConstraint("(taken_by IS NOT NULL) = (state = 'taken')", name="exchanges_taken"),
    )
    op.create_index(
        "exchanges_open", "exchanges", ["booking_id"],
        unique=True, postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip


def downgrade() -> None:
    """Take it away."""
    op.drop_table("exchanges")
