"""A hold is extended once; slots that brokers give up are counted; holds are found by broker."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column(
        "bookings",
        sa.Column("hold_extended", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_index(
        "bookings_holds", "bookings", ["broker"], postgresql_where=sa.text("status = 'held'")
    )
    op.create_table(
        "given_up",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("broker", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Uuid, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('cancelled', 'missed')", name="given_up_act"),
    )
    op.create_index("given_up_broker", "given_up", ["broker", "at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("given_up")
    op.drop_index("bookings_holds", "bookings")
    op.drop_column("bookings", "hold_extended")
