"""Who was told of which offer of exchange; and which offers of the line have no part in a hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OVER = """
UPDATE exchanges x SET state = 'withdrawn' FROM bookings b
 WHERE b.id = x.booking_id AND x.state = 'open'
   AND (b.status <> 'confirmed' OR NOT b.wanted OR b.slot <> x.slot)
"""
"""Till now an offer whose slot changed stayed open, and nobody could accept it."""


def upgrade() -> None:
    """Add columns and the table; what replicas of before write has the defaults.

    Of offers that were over before nobody is told: their bookings may be over for long.
    """
    op.execute(OVER)
    for name in ("over", "ended"):
        said = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))
        op.add_column("waits", said)
    op.add_column("exchanges", sa.Column("told_at", sa.DateTime(timezone=True)))
    op.create_table(
        "exchange_notices",
        sa.Column("exchange_id", sa.Uuid, sa.ForeignKey("exchanges.id"), primary_key=True),
        sa.Column("booking_id", sa.Uuid, sa.ForeignKey("bookings.id"), primary_key=True),
        sa.Column("slot", JSONB, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "exchange_notices_standing", "exchange_notices", ["exchange_id"],
        postgresql_where=sa.text("over_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Take them away."""
    op.drop_table("exchange_notices")
    op.drop_column("exchanges", "told_at")
    for name in ("ended", "over"):
        op.drop_column("waits", name)
