"""A booking keeps where and when its cargo arrives, so that any yard's window can be told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; bookings from before keep to their home yard until they are revised."""
    op.add_column("bookings", sa.Column("cargo", JSONB))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("bookings", "cargo")
