"""Requests of the last weeks are found by when they were opened."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("bookings_asked", "bookings", ["asked_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("bookings_asked", "bookings")
