"""When a request was opened, which is its rank, and who waits for what falls free."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPENED = """
    UPDATE bookings SET asked_at = coalesce(
        (SELECT o.occurred_at FROM outbox o
          WHERE o.aggregate = 'booking' AND o.aggregate_id = bookings.id
            AND o.aggregate_version = 1),
        changed_at)
"""
"""Wall time for what is there: the yards' clock of then is not kept."""


def upgrade() -> None:
    """Add them."""
    op.add_column("bookings", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.execute(OPENED)
    op.alter_column("bookings", "asked_at", nullable=False)
    op.create_table(
        "waits",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("booking_id", sa.Uuid, sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("yards", ARRAY(sa.Text), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens < closes", name="waits_stretch"),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'lapsed', 'left')", name="waits_state"),
    )
    op.create_index(
        "waits_waiting",
        "waits",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("waits_booking", "waits", ["booking_id", "id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("waits")
    op.drop_column("bookings", "asked_at")
