"""Notices under way are few among many that wait: they have an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_index(
        "webhook_deliveries_claimed",
        "webhook_deliveries",
        ["webhook_id"],
        postgresql_where=sa.text("claim IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index("webhook_deliveries_claimed")
