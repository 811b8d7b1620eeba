"""The bookings of open containers are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "bookings_started", "bookings", ["id"], postgresql_where=sa.text("status = 'started'")
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("bookings_started", "bookings")
